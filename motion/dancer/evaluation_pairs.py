"""Evaluation pairs and rollouts: a dancer starts as a captured one did and answers the recorded partner."""

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
from motion.dancer.conditioning import (
    BODY_PARTS,
    HISTORY_FRAMES,
    PARTNER_FRAMES,
    SPEED_FRAMES,
    WATCHED_JOINTS,
    Conditioning,
)
from motion.dancer.data import FRAME_RATE, DanceClip, couples
from motion.dancer.guidance import (
    ANSWER_CLOSENESS,
    Guidance,
    answer_input,
    answering_speed,
    energy_input,
    typical_speed,
)
from motion.dancer.network import Network
from motion.dancer.training_tensors import mean_joint_speeds
from motion.resample import cut

Array = NDArray[np.floating]

CONTEXT_FRAMES = SPEED_FRAMES + 5
"""Frames of both bodies that precede the rollout: the longest history, and the highest latency."""
LATENCY_FRAMES = 1
"""Default age of the partner's newest frame (33 ms) when a plan is requested. Live as here the plan begins with the
frame after that, and by then it is one frame older."""
MIN_ROLLOUT_SECONDS = 1.5
"""Duration of the shortest rollout."""


@dataclass(frozen=True, eq=False)
class EvaluationPair:
    """The captured dancer whose place a model takes, and the partner; both motions from CONTEXT_FRAMES before."""

    couple: str
    """The couple's name, the same for both directions."""
    role: str
    """Style of the captured dancer."""
    own: Motion
    partner: Motion
    wrong_partner: Motion | None = None
    """Motion that the model sees in the partner's place."""

    @cached_property
    def own_m(self) -> Array:
        """(T, 22, 3) the captured dancer's joints."""
        return joint_positions(self.own.hips_m, self.own.turns, CANONICAL_OFFSETS)

    @cached_property
    def partner_m(self) -> Array:
        """(T, 22, 3) the true partner's joints."""
        return joint_positions(self.partner.hips_m, self.partner.turns, CANONICAL_OFFSETS)

    @cached_property
    def shown_m(self) -> Array:
        """(T, 22, 3) joints of the partner that the model sees."""
        if self.wrong_partner is None:
            return self.partner_m
        return joint_positions(self.wrong_partner.hips_m, self.wrong_partner.turns, CANONICAL_OFFSETS)

    def __len__(self) -> int:
        """Frames of the rollout."""
        return len(self.own) - CONTEXT_FRAMES


@dataclass(frozen=True, eq=False)
class Rollout:
    """A model's motion for one evaluation pair, from its CONTEXT_FRAMES-th frame on."""

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
    """A model that moves N bodies frame by frame, such as `motion.dancer.batched_inference.BatchedInference`."""

    joints: Tensor
    turns: Tensor

    @property
    def plan_due(self) -> bool: ...

    def next_frame(self, conditioning: Conditioning | None, guidance: Guidance) -> tuple[Tensor, Tensor]: ...


def pairs_of(clips: Sequence[DanceClip]) -> list[EvaluationPair]:
    """All couples among clips, in both directions."""
    both = [pair for couple in couples(clips) for pair in (couple, couple[::-1])]
    least = CONTEXT_FRAMES + MIN_ROLLOUT_SECONDS * FRAME_RATE
    return [EvaluationPair(min(a.name, b.name), a.style, a.motion, b.motion) for a, b in both if len(a.motion) >= least]


def with_wrong_partner(
    pairs: Sequence[EvaluationPair], offset: int = 1, among: Sequence[EvaluationPair] | None = None
) -> list[EvaluationPair]:
    """Each pair with the partner of another couple in the same role, `offset` couples on among `pairs` or `among`. The
    wrong partner starts where the true one does, and the pair is as long as the shorter of both.

    The true partner stays in the pair, since rollouts are scored against it. Raises ValueError where there is no other
    couple.
    """
    found = []
    for one in pairs:
        others = [m for m in among or pairs if m.role == one.role and m.couple > one.couple]
        others += [m for m in among or pairs if m.role == one.role and m.couple < one.couple]
        if not others:
            raise ValueError(f"{one.couple} is the only couple; a wrong partner needs a second one")
        other = others[(offset - 1) % len(others)]
        seconds = min(len(one.own), len(other.own)) / FRAME_RATE
        wrong = moved_to(other.partner, other.partner_m[CONTEXT_FRAMES - 1], one.partner_m[CONTEXT_FRAMES - 1])
        own, partner, wrong = (cut(m, 0.0, seconds) for m in (one.own, one.partner, wrong))
        found.append(replace(one, own=own, partner=partner, wrong_partner=wrong))
    return found


def moved_to(motion: Motion, here: Array, there: Array) -> Motion:
    """A motion moved over the floor so that its pose with joints `here` (22, 3) stands and faces as joints `there`."""
    turn, shift = alignment(here[None], there[None])
    return transformed(motion, turn[0], shift[0])


def alignment(here: Array, there: Array) -> tuple[Array, Array]:
    """Turns (N, 4) about the vertical and shifts (N, 3) that align bodies (N, 22, 3) with others on the floor."""
    a, b = (frame_of(torch.as_tensor(j)) for j in (here, there))
    angle = (torch.atan2(a.left[:, 1], a.left[:, 0]) - torch.atan2(b.left[:, 1], b.left[:, 0])).numpy()
    turn = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), angle)
    shift = there[:, 0] - rotation.rotate(turn, here[:, 0])
    return turn, shift * np.array([1.0, 0.0, 1.0])


class PairBatch:
    """Evaluation pairs as the arrays of which a model's conditioning is made; a pair that ends keeps its last frame."""

    def __init__(
        self,
        pairs: Sequence[EvaluationPair],
        latency_frames: int = LATENCY_FRAMES,
        estimator: Network | None = None,
        closeness: float = ANSWER_CLOSENESS,
    ) -> None:
        """With an `estimator` the conditioning holds the partner's estimated beat and speed, and the answer at a
        `closeness`, as live."""
        self._closeness = torch.full((len(pairs), 1), closeness)
        self._estimator = estimator
        self.count = max(len(m) for m in pairs)
        """Frames of the longest rollout."""
        self.latency_frames = latency_frames
        self.past = _tensor([m.own_m[CONTEXT_FRAMES - HISTORY_FRAMES : CONTEXT_FRAMES] for m in pairs])
        self.turns = _tensor([rotation.to_six(m.own.turns[CONTEXT_FRAMES - 1]) for m in pairs])
        frames = CONTEXT_FRAMES + self.count
        self._partner = _tensor([_padded(m.shown_m[:, WATCHED_JOINTS], frames) for m in pairs])
        self._pace = _tensor([_padded(mean_joint_speeds(m.shown_m), frames) for m in pairs])

    def partner_positions(self, frame: int) -> Array:
        """(N, 2) x and z of the partners, as known before the rollout's `frame`-th pose is made."""
        return self._partner[:, self._newest(frame), 0, ::2].numpy().astype(float)

    @torch.inference_mode()
    def conditioning(self, model: MotionModel, frame: int) -> Conditioning:
        """The conditioning for the rollout's `frame`-th pose."""
        end = self._newest(frame) + 1
        rows = len(self.past)
        partner = self._partner[:, end - PARTNER_FRAMES : end]
        pace = self._pace[:, end - SPEED_FRAMES : end]
        delay = torch.full((rows, 1), float(self.latency_frames))
        unseen = torch.zeros(rows, len(BODY_PARTS))
        found = Conditioning(model.joints, model.turns, unseen, partner, pace, delay, torch.ones(rows, 1))
        if self._estimator is None:
            return found
        clock = self._estimator.partner_clock(partner, pace, delay)
        speed = answering_speed(typical_speed(self._estimator), pace)
        answer = answer_input(self._closeness, partner[:, -1, 0, 1:2])
        return replace(found, clock=clock, energy=energy_input(speed), answer=answer)

    def _newest(self, frame: int) -> int:
        return CONTEXT_FRAMES - 1 + frame - self.latency_frames


def roll_out(
    model: MotionModel, batch: PairBatch, guidance: Guidance, pairs: Sequence[EvaluationPair]
) -> list[Rollout]:
    """Rollouts of all pairs of a batch, by a model that started from it; feet locked."""
    return lock_feet(*roll_out_poses(model, batch, guidance), [len(m) for m in pairs])


def roll_out_poses(model: MotionModel, batch: PairBatch, guidance: Guidance) -> tuple[Array, Array]:
    """Hips (T, N, 3) and turns (T, N, 22, 4) of a model on a batch, without a foot lock.

    As live, a model that can `move` avoids collisions with the partner, and a network's poses are corrected.
    """
    hips, turns = [], []
    correction: tuple[Array, Array] | None = None
    move = getattr(model, "move", None)
    for frame in range(batch.count):
        if isinstance(model, CollisionAvoiding) and correction is not None:
            model.correct(*correction)
        if move is not None:
            positions = model.joints[:, -1, 0, ::2].numpy().astype(float)
            move(separation(positions, batch.partner_positions(frame), 1.0 / FRAME_RATE))
        conditioning = batch.conditioning(model, frame) if model.plan_due else None
        joints, six = (part.numpy() for part in model.next_frame(conditioning, guidance))
        matrices = rotation.six_to_matrix(six)
        frame_hips, frame_turns = reconstruct(joints, matrices)
        correction = pose_correction(joints, six, matrices, frame_hips, frame_turns)
        hips.append(frame_hips)
        turns.append(frame_turns)
    return np.stack(hips), np.stack(turns)


def lock_feet(hips_m: Array, turns: Array, lengths: Sequence[int]) -> list[Rollout]:
    """Poses (T, N, 3) and (T, N, 22, 4) of N bodies after the foot lock, each cut to its length."""
    lock = BatchFootLock(hips_m.shape[1])
    steps = [lock.step(hip, turn, 1.0 / FRAME_RATE) for hip, turn in zip(hips_m, turns, strict=True)]
    hips, bones = (np.stack(values, axis=1) for values in zip(*steps, strict=True))
    return [Rollout(h[:n], b[:n]) for h, b, n in zip(hips, bones, lengths, strict=True)]


def replay(motions: Sequence[Motion]) -> list[Rollout]:
    """Whole motions after the same foot lock."""
    count = max(map(len, motions))
    hips = np.stack([_padded(m.hips_m, count) for m in motions], axis=1)
    turns = np.stack([_padded(m.turns, count) for m in motions], axis=1)
    return lock_feet(hips, turns, [len(m) for m in motions])


def _padded(values: Array, count: int) -> Array:
    """The first `count` values, the last one repeated where there are fewer."""
    return values[np.minimum(np.arange(count), len(values) - 1)]


def _tensor(rows: Sequence[Array]) -> Tensor:
    return torch.as_tensor(np.stack(rows).astype(np.float32))
