"""The composer's network in training: Muon for its matrices, AdamW for the rest, and an average of its weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from installation.music.model.network import ComposerNetwork
from installation.music.model.settings import ComposerSettings
from installation.training.composer.batches import IGNORED, BatchSource
from motion.learning.training_loop import DivergedError

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of the iteration that makes a matrix orthogonal (Jordan et al. 2024, Muon)."""
NEWTON_SCHULZ_STEPS = 5


@dataclass(frozen=True, slots=True)
class OptimiserConfig:
    """Rates of learning."""

    matrix_rate: float = 0.02
    other_rate: float = 3e-3
    momentum: float = 0.95
    weight_decay: float = 0.02
    dropout: float = 0.1
    warm_up_steps: int = 60
    decay_share: float = 0.5
    """Share of the training, at its end, in which the rates fall to zero."""
    average_decay: float = 0.99


class Muon:
    """Momentum whose steps are made orthogonal (Jordan et al. 2024), for the matrices of a network."""

    def __init__(self, matrices: Iterable[nn.Parameter], momentum: float, weight_decay: float) -> None:
        self.matrices = list(matrices)
        self.momentum, self.weight_decay = momentum, weight_decay
        self.velocities = [torch.zeros_like(matrix) for matrix in self.matrices]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for matrix, velocity in zip(self.matrices, self.velocities, strict=True):
            assert matrix.grad is not None
            velocity.lerp_(matrix.grad, 1.0 - self.momentum)
            update = orthogonal(matrix.grad.lerp(velocity, self.momentum))
            scale = max(1.0, matrix.shape[0] / matrix.shape[1]) ** 0.5
            matrix.mul_(1.0 - rate * self.weight_decay).add_(update, alpha=-rate * scale)


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest orthogonal matrix, about, by Newton-Schulz iteration."""
    a, b, c = NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    result: Tensor = x.T if tall else x
    return result


class ComposerTrainer:
    """Takes training steps; `average` is the network that is evaluated and kept."""

    def __init__(
        self,
        source: BatchSource,
        settings: ComposerSettings,
        config: OptimiserConfig,
        seed: int,
        device: torch.device,
    ) -> None:
        torch.manual_seed(seed)
        self.source, self.config, self.device = source, config, device
        self.network = ComposerNetwork(settings, config.dropout).to(device).train()
        self.average = copy.deepcopy(self.network).eval()
        blocks = {p for p in self.network.blocks.parameters() if p.ndim == 2}
        self.muon = Muon((p for p in self.network.parameters() if p in blocks), config.momentum, config.weight_decay)
        others = [p for p in self.network.parameters() if p not in blocks]
        self.adam = torch.optim.AdamW(others, lr=config.other_rate, betas=(0.9, 0.95), weight_decay=0.0)
        self.rng = np.random.default_rng(seed)
        self.steps = 0

    def step(self, done: float) -> dict[str, float]:
        """Take one step, `done` 0..1 of the training; returns the loss, bits a token. Raises DivergedError."""
        tokens, targets = (each.to(self.device) for each in self.source.draw(self.rng))
        logits = self.network(tokens)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise DivergedError(f"the loss is {value} after {self.steps} steps; begin anew with another --seed")
        self.network.zero_grad(set_to_none=True)
        loss.backward()
        rate = min(1.0, (self.steps + 1) / self.config.warm_up_steps)
        rate *= min(1.0, max(1.0 - done, 0.01) / self.config.decay_share)
        self.adam.param_groups[0]["lr"] = self.config.other_rate * rate
        self.adam.step()
        self.muon.step(self.config.matrix_rate * rate)
        self.steps += 1
        self._follow()
        return {"bits a token": value / math.log(2.0)}

    @torch.no_grad()
    def _follow(self) -> None:
        weight = 1.0 - min(self.config.average_decay, self.steps / (self.steps + 10.0))
        for mean, new in zip(self.average.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(new, weight)

    def state(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "velocities": self.muon.velocities,
            "adam": self.adam.state_dict(),
            "torch": torch.get_rng_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take the state of a checkpoint. The batches go on with other random numbers than without the break."""
        self.steps = state["steps"]
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        for mine, saved in zip(self.muon.velocities, state["velocities"], strict=True):
            mine.copy_(saved)
        self.adam.load_state_dict(state["adam"])
        torch.set_rng_state(state["torch"])
        self.rng = np.random.default_rng(self.steps)
