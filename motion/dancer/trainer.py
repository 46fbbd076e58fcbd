"""The dancer's trainer: network, its moving average, optimiser and random state; resumable to the bit."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch

from motion.dancer import training_losses
from motion.dancer.network import Network, Settings
from motion.dancer.training_losses import TrainingConfig
from motion.dancer.training_tensors import TrainingTensors
from motion.learning.precision import mixed_precision
from motion.learning.training_loop import DivergedError

WARMUP_STEPS = 200
"""Steps in which the learning rate rises."""
FINAL_RATE_SHARE = 0.03
"""Learning rate at the end, times the highest; in between it falls along a cosine."""
WEIGHT_DECAY = 1e-2
"""Of AdamW."""
BETAS = (0.9, 0.98)
"""Of AdamW."""
MAX_GRADIENT_NORM = 1.0
BEAT_ROWS = 256
"""Bodies a step from which the beat estimator learns."""
ROUND_LOSS = "round"
"""Name of the losses of a rollout's rounds, before their number."""
BEAT_LOSS = "the partner's beat"
"""Name of the loss of the beat estimator."""
AVERAGE_DECAY = 0.999
"""Decay a step of the exponential moving average that becomes the network."""


class DancerTrainer:
    """Trains a network on the same tensors step after step."""

    def __init__(
        self,
        tensors: TrainingTensors,
        settings: Settings,
        config: TrainingConfig,
        seed: int,
        device: torch.device,
        start: Network | None = None,
    ) -> None:
        """Steps run on `device`; the tensors are on the CPU. A new network's statistics are fitted to them; `start` is
        one of these settings from which the training goes on."""
        torch.manual_seed(seed)
        self.config = config
        self.device = device
        self.steps = 0
        self._random = torch.Generator().manual_seed(seed)
        self._starts = training_losses.window_starts(tensors, config)
        if start is None:
            self.network = Network(settings)
            training_losses.fit_statistics(self.network, tensors, config, self._random)
        else:
            self.network = copy.deepcopy(start)
        self.network.to(device).train()
        self.average = copy.deepcopy(self.network).eval()
        """The moving average over the steps, which answers better than any of them."""
        self._tensors = tensors.to(device)
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=config.rate, weight_decay=WEIGHT_DECAY, betas=BETAS
        )

    def step(self, done: float) -> dict[str, float]:
        """Train on one more rollout, `done` 0..1 of the training; returns the loss of each round and of the beat
        estimator by name. Raises DivergedError."""
        self._set_learning_rate(done)
        windows = training_losses.draw_windows(
            self._tensors, self._starts, self.network.settings, self.config, self._random
        )
        losses = {}
        rounds = training_losses.rollout(self.network, windows, self.config, self._random)
        for number, (_, features, target, _) in enumerate(rounds, 1):
            with mixed_precision(self.device):
                loss = training_losses.flow_loss(self.network, features, target, self._random)
            (loss / self.config.rounds).backward()
            losses[f"{ROUND_LOSS} {number}"] = loss.detach().float()
        loss = training_losses.beat_loss(self.network, self._tensors, self._starts.all, BEAT_ROWS, self._random)
        loss.backward()
        losses[BEAT_LOSS] = loss.detach()
        values = dict(zip(losses, torch.stack(list(losses.values())).tolist(), strict=True))
        if not all(map(math.isfinite, values.values())):
            raise DivergedError(f"the loss is not finite after {self.steps} steps")
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT_NORM)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self._update_average()
        self.steps += 1
        return values

    def state(self) -> dict[str, Any]:
        """All state, as `torch.save` writes and `torch.load` reads without running code."""
        return {
            "steps": self.steps,
            "network": self.network.state_dict(),
            "mean": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "chance": [self._random.get_state(), torch.get_rng_state(), *_cuda_state(self.device)],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a `state`. Raises RuntimeError where it is of a network of another size."""
        self.steps = int(state["steps"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["mean"])
        self._optimiser.load_state_dict(state["optimiser"])
        own, default, *cuda = state["chance"]
        self._random.set_state(own)
        torch.set_rng_state(default)
        if cuda and self.device.type == "cuda":
            torch.cuda.set_rng_state(cuda[0], self.device)

    def _set_learning_rate(self, done: float) -> None:
        rate = (
            self.config.rate
            * min(1.0, (self.steps + 1) / WARMUP_STEPS)
            * (FINAL_RATE_SHARE + (1.0 - FINAL_RATE_SHARE) * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))
        )
        for group in self._optimiser.param_groups:
            group["lr"] = rate

    def _update_average(self) -> None:
        decay = min(AVERAGE_DECAY, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            for average, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
                average.lerp_(now, 1.0 - decay)


def _cuda_state(device: torch.device) -> list[torch.Tensor]:
    """The random state of a CUDA device; empty for the CPU."""
    return [torch.cuda.get_rng_state(device)] if device.type == "cuda" else []
