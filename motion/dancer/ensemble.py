"""Any number of bodies that the network moves, in one batch: plan after plan, each woven into the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from motion.dancer.manner import VARIETY, Manner
from motion.dancer.network import CLOCK, PARTNER, Asked, Network, placed, woven

STEP = 2
"""Frames between two plans."""
STEPS = 2
"""Evaluations from noise to a plan."""


class Ensemble:
    """N bodies, each from a past of its own."""

    def __init__(self, net: Network, joints: Tensor, turns: Tensor, seed: int = 0) -> None:
        """They begin with a past of joints (N, 12, 22, 3), metres in the room, and turns (N, 22, 6) now."""
        self.net = net
        self.joints, self.turns = joints.clone(), turns.clone()
        self._plan: tuple[Tensor, Tensor] | None = None
        self._at = STEP
        self._random = torch.Generator(device="cpu").manual_seed(seed)

    @property
    def due(self) -> bool:
        """Whether the next frame makes a plan, and so wants to be asked."""
        return self._at >= STEP

    @torch.inference_mode()
    def frame(self, asked: Asked | None, manner: Manner | None) -> tuple[Tensor, Tensor]:
        """The next frame's joints (N, 22, 3) and turns (N, 22, 6). What is asked, and in what manner, is wanted when a
        plan is `due`; its own past is filled in here."""
        if self.due:
            assert asked is not None
            assert manner is not None
            self._make(asked, manner)
            self._at = 0
        assert self._plan is not None
        joints, turns = self._plan[0][:, self._at], self._plan[1][:, self._at]
        self._at += 1
        self.joints = torch.cat([self.joints[:, 1:], joints[:, None]], dim=1)
        self.turns = turns
        return joints, turns

    def between(self, share: float) -> tuple[Tensor, Tensor]:
        """What is shown `share` of a frame after the last: the plan is known beyond it."""
        assert self._plan is not None
        last, then = max(self._at - 1, 0), self._at
        return tuple(p[:, last] + share * (p[:, then] - p[:, last]) for p in self._plan)  # type: ignore[return-value]

    def _make(self, asked: Asked, manner: Manner) -> None:
        net = self.net
        asked = replace(asked, joints=self.joints, turns=self.turns)
        guides: list[Sequence[str]] = []
        guidance: list[Tensor | float] = []
        if asked.partnered is not None and bool(asked.partnered.any()):
            guides.append(PARTNER)
            guidance.append(manner.closeness)
        if asked.clock is not None:
            guides.append(CLOCK)
            guidance.append(manner.pull)
        features, here = net.features(asked)
        noise = VARIETY * manner.variety * self._fresh()
        modes = net.sample(net.reads_of(features, guides), guidance, noise, STEPS)
        new = placed(here, *net.decode(net.pose(here, asked), modes))
        self._plan = new if self._plan is None else woven(self._plan, new, STEP)

    def _fresh(self) -> Tensor:
        noise = torch.randn(len(self.turns), self.net.settings.modes, generator=self._random)
        return noise.to(self.turns.device)
