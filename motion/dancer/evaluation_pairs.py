"""Who meets whom where answering is measured: a dancer begins as a captured one did, and sees the partner arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import beat, rotation
from motion.body import Motion, joint_positions, transformed
from motion.dancer.body_frame import frame_of
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS, BatchFootLock, reconstruct
from motion.dancer.collision_avoidance import CollisionAvoiding, pose_correction, separation
from motion.dancer.data import FRAME_RATE, DanceClip, couples
from motion.dancer.guidance import Guidance, answering_speed, energy_input, typical_speed
from motion.dancer.network import (
    BODY_PARTS,
    HISTORY_FRAMES,
    PARTNER_FRAMES,
    SPEED_FRAMES,
    WATCHED_JOINTS,
    Conditioning,
    Network,
)
from motion.dancer.training_tensors import mean_joint_speeds
from motion.resample import cut

Array = NDArray[np.floating]

CONTEXT_FRAMES = SPEED_FRAMES + 5
"""Frames of both that are known when the dance begins: as much as is looked back on, and the latest that is seen."""
LATENCY_FRAMES = 1
"""Frames (33 ms) that the partner's newest one is old when a plan is asked for, unless something else is asked. On the
wall as here the plan begins with the frame after that, and by then it is one frame older."""
MIN_ROLLOUT_SECONDS = 1.5
"""Seconds at least that are danced."""


@dataclass(frozen=True, eq=False)
class EvaluationPair:
    """One of a couple whose place a dancer takes, and whom they meet; both motions from BEFORE frames on."""

    couple: str
    """The couple's name, that of both directions."""
    role: str
    """Style of the one whose place is taken."""
    own: Motion
    partner: Motion
    stranger: Motion | None = None
    """Whom the dancer sees in the partner's place."""

    @cached_property
    def own_m(self) -> Array:
        """(T, 22, 3) the captured dancer's joints."""
        return joint_positions(self.own.hips_m, self.own.turns, CANONICAL_OFFSETS)

    @cached_property
    def partner_m(self) -> Array:
        """(T, 22, 3) the partner's."""
        return joint_positions(self.partner.hips_m, self.partner.turns, CANONICAL_OFFSETS)

    @cached_property
    def shown_m(self) -> Array:
        """(T, 22, 3) of whom the dancer sees."""
        if self.stranger is None:
            return self.partner_m
        return joint_positions(self.stranger.hips_m, self.stranger.turns, CANONICAL_OFFSETS)

    def __len__(self) -> int:
        """Frames that are danced."""
        return len(self.own) - CONTEXT_FRAMES


@dataclass(frozen=True, eq=False)
class Rollout:
    """What a dancer made of a meeting, from its BEFORE-th frame on."""

    hips_m: Array
    """(T, 3)"""
    turns: Array
    """(T, 22, 4)"""

    @cached_property
    def joints_m(self) -> Array:
        """(T, 22, 3)"""
        return joint_positions(self.hips_m, self.turns, CANONICAL_OFFSETS)

    @cached_property
    def beats_s(self) -> Array:
        """(N,) its kinematic beats."""
        return beat.beat_times(self.joints_m, FRAME_RATE)

    def __len__(self) -> int:
        return len(self.hips_m)


class MotionModel(Protocol):
    """What moves N bodies frame by frame, as `motion.dancer.batched_inference.Ensemble` does."""

    joints: Tensor
    turns: Tensor

    @property
    def plan_due(self) -> bool: ...

    def next_frame(self, asked: Conditioning | None, manner: Guidance) -> tuple[Tensor, Tensor]: ...


def pairs_of(clips: Sequence[DanceClip]) -> list[EvaluationPair]:
    """All couples among clips, both ways round."""
    both = [pair for couple in couples(clips) for pair in (couple, couple[::-1])]
    least = CONTEXT_FRAMES + MIN_ROLLOUT_SECONDS * FRAME_RATE
    return [EvaluationPair(min(a.name, b.name), a.style, a.motion, b.motion) for a, b in both if len(a.motion) >= least]


def with_wrong_partner(
    some: Sequence[EvaluationPair], further: int = 1, among: Sequence[EvaluationPair] | None = None
) -> list[EvaluationPair]:
    """Each with the partner of another couple in the same role, `further` couples on among `some` or others, who stands
    where the true one does when the dance begins. As long as the shorter of both.

    The true partner stays known: what is danced to a stranger is held against them. Raises ValueError where there is no
    other couple.
    """
    found = []
    for one in some:
        others = [m for m in among or some if m.role == one.role and m.couple > one.couple]
        others += [m for m in among or some if m.role == one.role and m.couple < one.couple]
        if not others:
            raise ValueError(f"{one.couple} is the only couple: there is no wrong partner to be had")
        other = others[(further - 1) % len(others)]
        seconds = min(len(one.own), len(other.own)) / FRAME_RATE
        stranger = moved_to(other.partner, other.partner_m[CONTEXT_FRAMES - 1], one.partner_m[CONTEXT_FRAMES - 1])
        own, partner, stranger = (cut(m, 0.0, seconds) for m in (one.own, one.partner, stranger))
        found.append(replace(one, own=own, partner=partner, stranger=stranger))
    return found


def moved_to(motion: Motion, here: Array, there: Array) -> Motion:
    """A motion on another place of the floor: where its body has its joints `here` (22, 3), it stands and faces as one
    with joints `there`."""
    turn, shift = alignment(here[None], there[None])
    return transformed(motion, turn[0], shift[0])


def alignment(here: Array, there: Array) -> tuple[Array, Array]:
    """Turns (N, 4) about the vertical and shifts (N, 3) that take bodies (N, 22, 3) to where others stand and face."""
    a, b = (frame_of(torch.as_tensor(j)) for j in (here, there))
    angle = (torch.atan2(a.left[:, 1], a.left[:, 0]) - torch.atan2(b.left[:, 1], b.left[:, 0])).numpy()
    turn = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), angle)
    shift = there[:, 0] - rotation.rotate(turn, here[:, 0])
    return turn, shift * np.array([1.0, 0.0, 1.0])


class PairBatch:
    """Meetings as arrays that a mover is asked from; those that are over wait with their last frame."""

    def __init__(
        self, some: Sequence[EvaluationPair], late: int = LATENCY_FRAMES, listener: Network | None = None
    ) -> None:
        """A `listener` hears the partner's beat and how lively they are: both are then asked to be kept, as on the
        wall."""
        self._listener = listener
        self.count = max(len(m) for m in some)
        self.late = late
        self.past = _tensor([m.own_m[CONTEXT_FRAMES - HISTORY_FRAMES : CONTEXT_FRAMES] for m in some])
        self.turns = _tensor([rotation.to_six(m.own.turns[CONTEXT_FRAMES - 1]) for m in some])
        self._partner = _tensor([_padded(m.shown_m[:, WATCHED_JOINTS], CONTEXT_FRAMES + self.count) for m in some])
        self._pace = _tensor([_padded(mean_joint_speeds(m.shown_m), CONTEXT_FRAMES + self.count) for m in some])

    def partner_positions(self, frame: int) -> Array:
        """(N, 2) where those who are seen stand, as it is known before the dance's `frame`-th pose is made."""
        return self._partner[:, CONTEXT_FRAMES - 1 + frame - self.late, 0, ::2].numpy().astype(float)

    @torch.inference_mode()
    def conditioning(self, mover: MotionModel, frame: int) -> Conditioning:
        """What is asked before the dance's `frame`-th pose is made."""
        now = CONTEXT_FRAMES - 1 + frame - self.late
        rows = len(self.past)
        partner = self._partner[:, now - PARTNER_FRAMES + 1 : now + 1]
        pace = self._pace[:, now - SPEED_FRAMES + 1 : now + 1]
        late = torch.full((rows, 1), float(self.late))
        nothing = torch.zeros(rows, len(BODY_PARTS))
        asked = Conditioning(mover.joints, mover.turns, nothing, partner, pace, late, torch.ones(rows, 1))
        if self._listener is None:
            return asked
        clock = self._listener.partner_clock(partner, pace, late)
        return replace(asked, clock=clock, energy=energy_input(answering_speed(typical_speed(self._listener), pace)))


def roll_out(mover: MotionModel, floor: PairBatch, how: Guidance, some: Sequence[EvaluationPair]) -> list[Rollout]:
    """A mover that began on this floor dances all its meetings to their ends; feet locked."""
    return lock_feet(*roll_out_poses(mover, floor, how), [len(m) for m in some])


def roll_out_poses(mover: MotionModel, floor: PairBatch, how: Guidance) -> tuple[Array, Array]:
    """Hips (T, N, 3) and turns (T, N, 22, 4) of all that a mover does on a floor, feet as they come.

    As on the wall, a mover that can `move` is kept from going through whom it sees, and a network's bodies are mended.
    """
    hips, turns = [], []
    amiss: tuple[Array, Array] | None = None
    move = getattr(mover, "move", None)
    for frame in range(floor.count):
        if isinstance(mover, CollisionAvoiding) and amiss is not None:
            mover.correct(*amiss)
        if move is not None:
            move(
                separation(
                    mover.joints[:, -1, 0, ::2].numpy().astype(float), floor.partner_positions(frame), 1.0 / FRAME_RATE
                )
            )
        places, six = (
            part.numpy() for part in mover.next_frame(floor.conditioning(mover, frame) if mover.plan_due else None, how)
        )
        turned = rotation.six_to_matrix(six)
        hip, bones = reconstruct(places, turned)
        amiss = pose_correction(places, six, turned, hip, bones)
        hips.append(hip)
        turns.append(bones)
    return np.stack(hips), np.stack(turns)


def lock_feet(hips_m: Array, turns: Array, lengths: Sequence[int]) -> list[Rollout]:
    """Poses (T, N, 3) and (T, N, 22, 4) of N bodies through the foot lock, each cut to its length."""
    grip = BatchFootLock(hips_m.shape[1])
    steps = [grip.step(hip, turn, 1.0 / FRAME_RATE) for hip, turn in zip(hips_m, turns, strict=True)]
    hips, bones = (np.stack(values, axis=1) for values in zip(*steps, strict=True))
    return [Rollout(h[:n], b[:n]) for h, b, n in zip(hips, bones, lengths, strict=True)]


def replay(motions: Sequence[Motion]) -> list[Rollout]:
    """Whole motions through the same lock."""
    most = max(map(len, motions))
    hips = np.stack([_padded(m.hips_m, most) for m in motions], axis=1)
    turns = np.stack([_padded(m.turns, most) for m in motions], axis=1)
    return lock_feet(hips, turns, [len(m) for m in motions])


def _padded(values: Array, count: int) -> Array:
    return values[np.minimum(np.arange(count), len(values) - 1)]


def _tensor(rows: Sequence[Array]) -> Tensor:
    return torch.as_tensor(np.stack(rows).astype(np.float32))
