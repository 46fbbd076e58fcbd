"""The beat network's trainer: network, moving average, optimiser and random state; resumable to the bit."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from installation.ear.beat.network import BeatNetworkSettings
from installation.training.ear.batches import BeatBatches
from installation.training.ear.beat_network import TorchBeatNetwork
from motion.learning.training_loop import DivergedError

WARMUP_STEPS = 60
FINAL_RATE_SHARE = 0.02
"""Learning rate at the end, times the highest."""
MAX_GRADIENT_NORM = 1.0
AVERAGE_DECAY = 0.99
"""Decay a step of the moving average that becomes the network."""
BEAT_WEIGHT, DOWNBEAT_WEIGHT = 1.0, 0.6


@dataclass(frozen=True, slots=True)
class EarTrainingConfig:
    """How the network is trained."""

    rows: int = 16
    """Windows a step."""
    frames: int = 450
    """Frames of a window: 9 s."""
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    beat_gain: float = 3.0
    """Weight of frames on a beat: there are ten times as many others."""


class EarTrainer:
    """Trains a network on batches."""

    def __init__(
        self,
        batches: BeatBatches,
        settings: BeatNetworkSettings,
        config: EarTrainingConfig,
        seed: int,
        device: torch.device,
    ) -> None:
        torch.manual_seed(seed)
        self.config = config
        self.device = device
        self.steps = 0
        self._batches = batches
        self._random = np.random.default_rng(seed)
        self.network = TorchBeatNetwork(settings).to(device)
        torch.nn.init.constant_(self.network.head.bias, -2.5)
        self.average = copy.deepcopy(self.network).eval()
        """The moving average over the steps."""
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )

    def step(self, done: float) -> dict[str, float]:
        """One training step, `done` 0..1 of the training; losses by name. Raises DivergedError."""
        config = self.config
        for group in self._optimiser.param_groups:
            group["lr"] = config.learning_rate * _rate_share(self.steps, done)
        batch = self._batches.draw(config.rows, self._random)
        target, weight = (torch.from_numpy(each).to(self.device) for each in (batch.target, batch.weight))
        logits = self.network(torch.from_numpy(batch.input).to(self.device))
        losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
        losses = losses * weight * (1.0 + (config.beat_gain - 1.0) * target)
        beat, downbeat = losses.mean(dim=(0, 1))
        (BEAT_WEIGHT * beat + DOWNBEAT_WEIGHT * downbeat).backward()
        values = {"beat": float(beat.detach()), "downbeat": float(downbeat.detach())}
        if not all(map(math.isfinite, values.values())):
            raise DivergedError(f"the loss is not finite after {self.steps} steps")
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT_NORM)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        decay = min(AVERAGE_DECAY, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            for average, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
                average.lerp_(now, 1.0 - decay)
        self.steps += 1
        return values

    def state(self) -> dict[str, Any]:
        """All state, as `torch.load` reads without running code."""
        return {
            "steps": self.steps,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "random": json.dumps(self._random.bit_generator.state),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a `state`. Raises RuntimeError where it is of a network of another size."""
        self.steps = int(state["steps"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._random.bit_generator.state = json.loads(state["random"])


def _rate_share(steps: int, done: float) -> float:
    """The learning rate's share of its highest: a rise, then a cosine."""
    cosine = 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))
    return min(1.0, (steps + 1) / WARMUP_STEPS) * (FINAL_RATE_SHARE + (1.0 - FINAL_RATE_SHARE) * cosine)
