"""A network that is being taught, and everything that going on exactly where it stopped needs."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch

from motion.dancer import training_losses
from motion.dancer.network import Network, Settings
from motion.dancer.training_tensors import Tracks
from motion.learning.training_loop import LostError

WARM = 200
"""Steps in which the rate of learning rises."""
END = 0.03
"""Share of it that is left at the end; in between it falls as a cosine does."""
DECAY, BETAS = 1e-2, (0.9, 0.98)
"""Of AdamW."""
CLIP = 1.0
"""Longest gradient."""
LISTENED = 256
"""Bodies a step whose beat is learned to be heard."""
ROUND, BEAT = "round", "the partner's beat"
"""Names of losses."""
SLOW = 0.999
"""Of the mean over all steps that becomes the network: how much of it stays in each."""


class Lesson:
    """Step after step on the same tracks."""

    def __init__(
        self, tracks: Tracks, settings: Settings, schooling: training_losses.Schooling, seed: int, device: torch.device
    ) -> None:
        """Components and spreads are told from the tracks here, on the processor; steps run on `device`."""
        torch.manual_seed(seed)
        self.schooling = schooling
        self.device = device
        self.steps = 0
        self._chance = torch.Generator().manual_seed(seed)
        self._pools = training_losses.pools(tracks, schooling)
        self.network = Network(settings)
        training_losses.prepare(self.network, tracks, schooling, self._chance)
        self.network.to(device).train()
        self.mean = copy.deepcopy(self.network).eval()
        """The mean over the steps, which answers better than any of them."""
        self._tracks = tracks.to(device)
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=schooling.rate, weight_decay=DECAY, betas=BETAS
        )

    def step(self, done: float) -> dict[str, float]:
        """Learn from one more roll-out, `done` 0..1 of the way; the loss of each of its ROUNDs and of what else is
        learned, by name. Raises LostError."""
        rate = (
            self.schooling.rate
            * min(1.0, (self.steps + 1) / WARM)
            * (END + (1.0 - END) * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))
        )
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        windows = training_losses.draw(self._tracks, *self._pools, self.network, self.schooling, self._chance)
        losses = {}
        rounds = training_losses.rollout(self.network, windows, self.schooling, self._chance)
        for number, (_, found, right, _) in enumerate(rounds, 1):
            with torch.autocast(self.device.type, torch.bfloat16):
                loss = training_losses.loss_of(self.network, found, right, self._chance)
            (loss / self.schooling.rounds).backward()
            losses[f"{ROUND} {number}"] = loss.detach().float()
        loss = training_losses.listening_loss(self.network, self._tracks, self._pools[0], LISTENED, self._chance)
        loss.backward()
        losses[BEAT] = loss.detach()
        told = dict(zip(losses, torch.stack(list(losses.values())).tolist(), strict=True))
        if not all(map(math.isfinite, told.values())):
            raise LostError(f"the loss is no number any more after {self.steps} steps")
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        keep = min(SLOW, (1 + self.steps) / (10 + self.steps))
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
