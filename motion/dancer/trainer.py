"""A network that is being taught, and everything that going on exactly where it stopped needs."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch

from motion.dancer import training_losses
from motion.dancer.network import Network, Settings
from motion.dancer.training_tensors import TrainingTensors
from motion.learning.training_loop import DivergedError

WARMUP_STEPS = 200
"""Steps in which the rate of learning rises."""
FINAL_RATE_SHARE = 0.03
"""Share of it that is left at the end; in between it falls as a cosine does."""
WEIGHT_DECAY, BETAS = 1e-2, (0.9, 0.98)
"""Of AdamW."""
MAX_GRADIENT_NORM = 1.0
"""Longest gradient."""
BEAT_ROWS = 256
"""Bodies a step whose beat is learned to be heard."""
ROUND_LOSS, BEAT_LOSS = "round", "the partner's beat"
"""Names of losses."""
AVERAGE_DECAY = 0.999
"""Of the mean over all steps that becomes the network: how much of it stays in each."""


class DancerTrainer:
    """Step after step on the same tracks."""

    def __init__(
        self,
        tracks: TrainingTensors,
        settings: Settings,
        schooling: training_losses.TrainingConfig,
        seed: int,
        device: torch.device,
    ) -> None:
        """Components and spreads are told from the tracks here, on the processor; steps run on `device`."""
        torch.manual_seed(seed)
        self.config = schooling
        self.device = device
        self.steps = 0
        self._chance = torch.Generator().manual_seed(seed)
        self._pools = training_losses.window_starts(tracks, schooling)
        self.network = Network(settings)
        training_losses.fit_statistics(self.network, tracks, schooling, self._chance)
        self.network.to(device).train()
        self.mean = copy.deepcopy(self.network).eval()
        """The mean over the steps, which answers better than any of them."""
        self._tracks = tracks.to(device)
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=schooling.rate, weight_decay=WEIGHT_DECAY, betas=BETAS
        )

    def step(self, done: float) -> dict[str, float]:
        """Learn from one more roll-out, `done` 0..1 of the way; the loss of each of its ROUNDs and of what else is
        learned, by name. Raises LostError."""
        rate = (
            self.config.rate
            * min(1.0, (self.steps + 1) / WARMUP_STEPS)
            * (FINAL_RATE_SHARE + (1.0 - FINAL_RATE_SHARE) * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))
        )
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        windows = training_losses.draw_windows(self._tracks, *self._pools, self.network, self.config, self._chance)
        losses = {}
        rounds = training_losses.rollout(self.network, windows, self.config, self._chance)
        for number, (_, found, right, _) in enumerate(rounds, 1):
            with torch.autocast(self.device.type, torch.bfloat16):
                loss = training_losses.flow_loss(self.network, found, right, self._chance)
            (loss / self.config.rounds).backward()
            losses[f"{ROUND_LOSS} {number}"] = loss.detach().float()
        loss = training_losses.beat_loss(self.network, self._tracks, self._pools[0], BEAT_ROWS, self._chance)
        loss.backward()
        losses[BEAT_LOSS] = loss.detach()
        told = dict(zip(losses, torch.stack(list(losses.values())).tolist(), strict=True))
        if not all(map(math.isfinite, told.values())):
            raise DivergedError(f"the loss is no number any more after {self.steps} steps")
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT_NORM)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        keep = min(AVERAGE_DECAY, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            for mean, now in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1.0 - keep)
        self.steps += 1
        return told

    def state(self) -> dict[str, Any]:
        """All of it, as `torch.save` can keep and `torch.load` read without running code."""
        return {
            "steps": self.steps,
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "chance": [self._chance.get_state(), torch.get_rng_state(), *_cards(self.device)],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`. Raises RuntimeError where it is of a network of another size."""
        self.steps = int(state["steps"])
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self._optimiser.load_state_dict(state["optimiser"])
        own, everybodys, *cards = state["chance"]
        self._chance.set_state(own)
        torch.set_rng_state(everybodys)
        if cards and self.device.type == "cuda":
            torch.cuda.set_rng_state(cards[0], self.device)


def _cards(device: torch.device) -> list[torch.Tensor]:
    """The state of a card's own chance, where it runs on one."""
    return [torch.cuda.get_rng_state(device)] if device.type == "cuda" else []
