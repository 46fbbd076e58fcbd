"""Batched inference: the network moves N bodies, plan after plan, each blended into the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from motion.dancer.body_frame import frame_of
from motion.dancer.conditioning import CLOCK_INPUTS, DIRECTED_INPUTS, PARTNER_INPUTS, Conditioning
from motion.dancer.continuation import AHEAD_FRAMES, blend_plans
from motion.dancer.guidance import NOISE_SCALE, Guidance
from motion.dancer.network import Network, StepwiseResult, pad_batch, run_to_end

PLAN_FRAMES = 2
"""Frames between the starts of two plans."""
SAMPLING_STEPS = 2
"""Evaluations of the network from noise to a plan."""
EAGER_SHARE = 0.75
"""Share of the first evaluation's blocks that `request_plan` computes, to spread the work over two frames: to encode
the conditioning takes longer than to decode the plan."""


class BatchedInference:
    """N bodies that the network moves, each from a past of its own.

    A caller that can spend only half of a plan's time in one frame may `request_plan` one frame before it begins.
    """

    def __init__(self, net: Network, joints: Tensor, turns: Tensor, seed: int = 0) -> None:
        """Start from past joints (N, 12, 22, 3), metres in the room, and present turns (N, 22, 6)."""
        self.net = net
        self.joints, self.turns = joints.clone(), turns.clone()
        self._plan: Tensor | None = None
        """(N, 8, 22, 9) joints and turns side by side."""
        self._draft: StepwiseResult | None = None
        """The modes of a requested plan whose sampling is not finished."""
        self._at = AHEAD_FRAMES
        """The next frame of the plan."""
        self._random = torch.Generator(device="cpu").manual_seed(seed)

    @property
    def plan_due(self) -> bool:
        """Whether a plan begins with the next frame and was not requested yet."""
        return self._at >= PLAN_FRAMES and self._draft is None

    @torch.inference_mode()
    def request_plan(self, conditioning: Conditioning, guidance: Guidance) -> None:
        """Request the plan that begins with the next frame; the bodies' own past is filled in here."""
        net = self.net
        if conditioning.joints is not self.joints or conditioning.turns is not self.turns:
            conditioning = replace(conditioning, joints=self.joints, turns=self.turns)
        guided_inputs: list[Sequence[str]] = []
        scales: list[Tensor | float] = []
        if conditioning.partnered is not None and bool(conditioning.partnered.any()):
            guided_inputs.append(PARTNER_INPUTS)
            scales.append(pad_batch(guidance.closeness))
        if conditioning.energy is not None:
            guided_inputs.append(DIRECTED_INPUTS)
            scales.append(pad_batch(guidance.directed))
        if conditioning.clock is not None:
            guided_inputs.append(CLOCK_INPUTS)
            scales.append(pad_batch(guidance.pull))
        features, _ = net.features(conditioning)
        embeddings = net.embed_guided(pad_batch(features), guided_inputs)
        noise = pad_batch(NOISE_SCALE * guidance.variety * self._noise())
        self._draft = net.sample_stepwise(embeddings, scales, noise, SAMPLING_STEPS)
        for _ in range(int(EAGER_SHARE * len(net.blocks))):
            next(self._draft)

    @torch.inference_mode()
    def next_frame(
        self, conditioning: Conditioning | None = None, guidance: Guidance | None = None
    ) -> tuple[Tensor, Tensor]:
        """The next frame's joints (N, 22, 3) and turns (N, 22, 6).

        A plan that is due and was not requested is requested here, with this conditioning and guidance.
        """
        if conditioning is not None:
            assert guidance is not None
            self.request_plan(conditioning, guidance)
        if self._draft is not None:
            self._adopt(self._draft)
        assert self._plan is not None
        pose = self._plan[:, self._at]
        self._at += 1
        self.joints = torch.cat([self.joints[:, 1:], pose[:, None, :, :3]], dim=1)
        self.turns = pose[..., 3:]
        return pose[..., :3], pose[..., 3:]

    @torch.inference_mode()
    def interpolate(self, share: float) -> tuple[Tensor, Tensor]:
        """The pose `share` of a frame after the last, as the plan continues; the present one where there is no plan."""
        if self._plan is None:
            return self.joints[:, -1], self.turns
        last, following = max(self._at - 1, 0), min(self._at, AHEAD_FRAMES - 1)
        pose = torch.lerp(self._plan[:, last], self._plan[:, following], share)
        return pose[..., :3], pose[..., 3:]

    def _adopt(self, draft: StepwiseResult) -> None:
        """Finish the draft and blend it into the plan, from the bodies' present poses."""
        net, now = self.net, self.joints[:, -1]
        modes = run_to_end(draft)[: len(now)]
        new = net.decode_in_room(frame_of(now), torch.cat([now, self.turns], dim=-1), modes)
        self._plan = new if self._plan is None else blend_plans(self._plan, new, self._at)
        self._draft, self._at = None, 0

    def _noise(self) -> Tensor:
        noise = torch.randn(len(self.turns), self.net.settings.modes, generator=self._random)
        return noise.to(self.turns.device)
