"""Any number of bodies that the network moves, in one batch: plan after plan, each woven into the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from motion.dancer.body_frame import frame_of
from motion.dancer.guidance import NOISE_SCALE, Guidance
from motion.dancer.network import (
    AHEAD_FRAMES,
    CLOCK_INPUTS,
    PARTNER_INPUTS,
    Conditioning,
    Network,
    StepwiseResult,
    blend_plans,
    pad_batch,
    run_to_end,
)

PLAN_FRAMES = 2
"""Frames between two plans."""
SAMPLING_STEPS = 2
"""Evaluations from noise to a plan."""
EAGER_SHARE = 0.75
"""How many of them are made as it is asked for, to a block; what is left as it takes over. To put the question takes
longer than to tell the answer."""


class BatchedInference:
    """N bodies, each from a past of its own.

    Who has a frame's time for half of a plan only may `ask` after one frame for what begins with the next.
    """

    def __init__(self, net: Network, joints: Tensor, turns: Tensor, seed: int = 0) -> None:
        """They begin with a past of joints (N, 12, 22, 3), metres in the room, and turns (N, 22, 6) now."""
        self.net = net
        self.joints, self.turns = joints.clone(), turns.clone()
        self._plan: Tensor | None = None
        """(N, 8, 22, 9) joints and turns side by side."""
        self._draft: StepwiseResult | None = None
        """The modes of a plan that was asked for and is not told yet."""
        self._at = AHEAD_FRAMES
        """Frames of the plan that are danced."""
        self._random = torch.Generator(device="cpu").manual_seed(seed)

    @property
    def plan_due(self) -> bool:
        """Whether a plan is to begin with the next frame, and was not asked for."""
        return self._at >= PLAN_FRAMES and self._draft is None

    @torch.inference_mode()
    def request_plan(self, asked: Conditioning, manner: Guidance) -> None:
        """Ask for the plan that begins with the next frame; the bodies' own past is filled in here."""
        net = self.net
        if asked.joints is not self.joints or asked.turns is not self.turns:
            asked = replace(asked, joints=self.joints, turns=self.turns)
        guides: list[Sequence[str]] = []
        guidance: list[Tensor | float] = []
        if asked.partnered is not None and bool(asked.partnered.any()):
            guides.append(PARTNER_INPUTS)
            guidance.append(pad_batch(manner.closeness))
        if asked.clock is not None:
            guides.append(CLOCK_INPUTS)
            guidance.append(pad_batch(manner.pull))
        features, _ = net.features(asked)
        reads = net.embed_guided(pad_batch(features), guides)
        noise = pad_batch(NOISE_SCALE * manner.variety * self._fresh())
        self._draft = net.sample_stepwise(reads, guidance, noise, SAMPLING_STEPS)
        for _ in range(int(EAGER_SHARE * len(net.blocks))):
            next(self._draft)

    @torch.inference_mode()
    def next_frame(self, asked: Conditioning | None = None, manner: Guidance | None = None) -> tuple[Tensor, Tensor]:
        """The next frame's joints (N, 22, 3) and turns (N, 22, 6). Who did not `ask` when a plan was `due` does it
        with this."""
        if asked is not None:
            assert manner is not None
            self.request_plan(asked, manner)
        if self._draft is not None:
            self._tell(self._draft)
        assert self._plan is not None
        pose = self._plan[:, self._at]
        self._at += 1
        self.joints = torch.cat([self.joints[:, 1:], pose[:, None, :, :3]], dim=1)
        self.turns = pose[..., 3:]
        return pose[..., :3], pose[..., 3:]

    @torch.inference_mode()
    def interpolate(self, share: float) -> tuple[Tensor, Tensor]:
        """What is shown `share` of a frame after the last: the plan is known beyond it. Who has none yet stands."""
        if self._plan is None:
            return self.joints[:, -1], self.turns
        last, then = max(self._at - 1, 0), min(self._at, AHEAD_FRAMES - 1)
        pose = torch.lerp(self._plan[:, last], self._plan[:, then], share)
        return pose[..., :3], pose[..., 3:]

    def _tell(self, draft: StepwiseResult) -> None:
        """The draft becomes the plan, from where the bodies are by now."""
        net, now = self.net, self.joints[:, -1]
        x = run_to_end(draft)[: len(now)]
        new = net.decode_in_room(frame_of(now), torch.cat([now, self.turns], dim=-1), x)
        self._plan = new if self._plan is None else blend_plans(self._plan, new, self._at)
        self._draft, self._at = None, 0

    def _fresh(self) -> Tensor:
        noise = torch.randn(len(self.turns), self.net.settings.modes, generator=self._random)
        return noise.to(self.turns.device)
