"""In-betweening: gaps of motions filled by the network, from the pose before each to the pose after it.

The network goes into a gap from both sides, time reversed from its end, in several ways at once; the two ways that
agree best are joined, and what is missing to the poses at the ends comes in smoothly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import rotation
from motion.body import Motion, joint_positions
from motion.dancer.batched_inference import BatchedInference
from motion.dancer.body_frame import frame_of
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.conditioning import BODY_PARTS, HISTORY_FRAMES, WATCHED_JOINTS, Conditioning
from motion.dancer.free_dance import Poses, Wish, dance_on, goal_towards, step_body
from motion.dancer.guidance import Guidance
from motion.dancer.network import Network
from motion.dancer.planted_feet import plant_feet
from motion.dancer.training_losses import KEY_FRAMES
from motion.dancer.training_tensors import MIN_SPEED_M_S, mean_joint_speeds

Array = NDArray[np.floating]

SAMPLES = 6
"""Ways into a gap from each side; the first is the most likely one."""
VARIETY = 0.6
"""Noise from which the others are sampled."""
MIN_GAP_FRAMES, MAX_GAP_FRAMES = 2, 300
"""Shortest and longest gap, frames at FRAME_RATE."""
MIN_SIDE_FRAMES = 2
"""Frames that are needed on both sides of a gap."""
JOINED_FRAMES = 60
"""Longest gap that is filled from both sides at once; of a longer one the first part is danced forwards alone."""
GLIDE_SPEEDS_M_S, GLIDE_SHARES = (0.1, 0.2, 0.8), (1.0, 0.5, 0.0)
"""Mean speeds of the joints around a gap, and the shares of a gliding body, which keeps the velocities at both ends and
does nothing else: who hardly moves is not made to dance."""
GLIDE_VELOCITY = 0.5
"""Share of those velocities that it keeps."""


class GapError(ValueError):
    """A gap that cannot be filled; the text says why."""


@dataclass(frozen=True)
class Gap:
    """The frames from `first` up to and without `last` of a canonical motion at FRAME_RATE.

    Raises GapError where too little is on either side, or where it is too short or long.
    """

    motion: Motion
    first: int
    last: int

    def __post_init__(self) -> None:
        length, after = self.last - self.first, len(self.motion) - self.last
        if min(self.first, after) < MIN_SIDE_FRAMES:
            raise GapError(
                f"a gap from frame {self.first} to {self.last} of {len(self.motion)}; expected at least "
                f"{MIN_SIDE_FRAMES} frames on both sides"
            )
        if not MIN_GAP_FRAMES <= length <= MAX_GAP_FRAMES:
            raise GapError(f"a gap of {length} frames; expected {MIN_GAP_FRAMES} to {MAX_GAP_FRAMES}")

    def __len__(self) -> int:
        return self.last - self.first

    def reversed(self) -> Gap:
        """The same with time reversed."""
        motion = self.motion
        back = replace(motion, hips_m=motion.hips_m[::-1], turns=motion.turns[::-1])
        return Gap(back, len(motion) - self.last, len(motion) - self.first)

    @property
    def speed_m_s(self) -> float:
        """Mean speed of the joints around it."""
        near = HISTORY_FRAMES
        sides = (slice(max(self.first - near, 0), self.first), slice(self.last, self.last + near))
        return float(np.mean([mean_joint_speeds(_joints(self.motion, side)).mean() for side in sides]))


def fill_gap(motion: Motion, first: int, last: int, network: Network, seed: int = 0) -> Motion:
    """A canonical motion at FRAME_RATE with its frames from `first` up to and without `last` filled anew.

    They go on from the frame before and arrive at frame `last`. The same seed gives the same motion. `network` is on
    the CPU. Raises GapError.
    """
    gap = Gap(motion, first, last)
    if len(gap) > JOINED_FRAMES:
        motion = _danced(gap, network, seed)
        gap = Gap(motion, last - JOINED_FRAMES, last)
    (filled,) = fill_gaps([gap], network, seed)
    return filled


def fill_gaps(gaps: Sequence[Gap], network: Network, seed: int = 0) -> list[Motion]:
    """The motions of gaps of one length, each with its gap filled, all at once."""
    forwards = _ways(gaps, network, seed)
    backwards = _ways([gap.reversed() for gap in gaps], network, seed + 1)
    return [
        plant_feet(_with(gap, _joined(gap, there, (back[0][:, ::-1], back[1][:, ::-1]))), gap.first, gap.last)
        for gap, there, back in zip(gaps, forwards, backwards, strict=True)
    ]


def _danced(gap: Gap, network: Network, seed: int) -> Motion:
    """The motion with the gap danced towards its end, up to the last JOINED_FRAMES."""
    motion, stop = gap.motion, gap.last - JOINED_FRAMES
    before = replace(motion, hips_m=motion.hips_m[: gap.first], turns=motion.turns[: gap.first])
    before = replace(before, trust=motion.trust[: gap.first], feet=motion.feet[: gap.first], extras={})
    wish = Wish(speed=1.0, arrival_m=_joints(motion, gap.last), arrival_frames=len(gap))
    danced = dance_on(before, stop - gap.first, network, wish, seed)
    hips, turns = motion.hips_m.copy(), motion.turns.copy()
    hips[:stop], turns[:stop] = danced.hips_m, danced.turns
    return replace(motion, hips_m=hips, turns=turns)


def interpolated(motion: Motion, first: int, last: int) -> Motion:
    """The gap filled in the plain way: hips in a straight line, turns by slerp."""
    share = np.arange(1, last - first + 1) / (last - first + 1)
    hips, turns = motion.hips_m.copy(), motion.turns.copy()
    hips[first:last] = hips[first - 1] + share[:, None] * (hips[last] - hips[first - 1])
    turns[first:last] = rotation.slerp(turns[first - 1], turns[last], share[:, None])
    return replace(motion, hips_m=hips, turns=turns)


@torch.inference_mode()
def _ways(gaps: Sequence[Gap], network: Network, seed: int) -> list[Poses]:
    """For each gap hips (S, F + 1, 3) and turns (S, F + 1, 22, 4): ways from its first frame to the one after it."""
    count = len(gaps[0]) + 1
    model, asked = _start(gaps, network, seed)
    rows = len(model.joints)
    ones = torch.ones(rows, 1)
    variety = VARIETY * ones
    variety.view(len(gaps), SAMPLES)[:, 0] = 0.0
    guidance = Guidance(ones, ones, ones, variety)
    poses: list[Poses] = []
    for done in range(count):
        conditioning = asked.at(model, len(gaps[0]) + 1 - done) if model.plan_due else None
        poses.append(step_body(model, conditioning, guidance))
    hips, turns = (np.stack(part, axis=1) for part in zip(*poses, strict=True))
    split = hips.reshape(len(gaps), SAMPLES, *hips.shape[1:]), turns.reshape(len(gaps), SAMPLES, *turns.shape[1:])
    return list(zip(*split, strict=True))


@dataclass(frozen=True)
class _Asked:
    """What is asked of all ways: to be in the poses after their gaps, as fast as around them."""

    target: Tensor
    """(N, 22, 3)"""
    energy: Tensor
    """(N, 2)"""

    def at(self, model: BatchedInference, left: int) -> Conditioning:
        """With so many frames left."""
        ones = torch.ones(len(self.target), 1)
        aim = frame_of(self.target)
        return Conditioning(
            model.joints,
            model.turns,
            torch.zeros(len(ones), len(BODY_PARTS)),
            energy=self.energy,
            goal=goal_towards(model.joints[:, -1, 0], self.target, left),
            key_joints=self.target[:, WATCHED_JOINTS],
            key=torch.cat([aim.left, left * ones, float(left <= KEY_FRAMES[1]) * ones], dim=1),
        )


def _start(gaps: Sequence[Gap], network: Network, seed: int) -> tuple[BatchedInference, _Asked]:
    """SAMPLES bodies for each gap, one after the other, and what is asked of them."""

    def repeated(values: Sequence[Array]) -> Tensor:
        return torch.as_tensor(np.stack(values).astype(np.float32)).repeat_interleave(SAMPLES, dim=0)

    past = [np.maximum(np.arange(gap.first - HISTORY_FRAMES, gap.first), 0) for gap in gaps]
    joints = repeated([_joints(gap.motion, frames) for gap, frames in zip(gaps, past, strict=True)])
    six = repeated([rotation.to_six(gap.motion.turns[gap.first - 1]) for gap in gaps])
    target = repeated([_joints(gap.motion, gap.last) for gap in gaps])
    speeds = [np.array([np.log(max(gap.speed_m_s, MIN_SPEED_M_S)), 1.0]) for gap in gaps]
    return BatchedInference(network, joints, six, seed), _Asked(target, repeated(speeds))


def _joined(gap: Gap, forwards: Poses, backwards: Poses) -> Poses:
    """Hips (F, 3) and turns (F, 22, 4) of the gap, from ways forwards, which end at the frame after it, and ways
    backwards, which begin at the frame before it: (S, F + 1, ...)."""
    motion, share = gap.motion, _eased(np.arange(1, len(gap) + 1) / (len(gap) + 1))
    before, after = ((motion.hips_m[n], motion.turns[n]) for n in (gap.first - 1, gap.last))
    there = _moved(forwards, after, _last(forwards), share)
    back = _moved(backwards, before, _first(backwards), 1.0 - share)
    there = there[0][:, :-1], there[1][:, :-1]
    back = back[0][:, 1:], back[1][:, 1:]
    places, others = (joint_positions(hips, turns, CANONICAL_OFFSETS) for hips, turns in (there, back))
    apart = np.linalg.norm(places[:, None] - others[None], axis=-1).mean(axis=(2, 3))
    one, other = np.unravel_index(int(apart.argmin()), apart.shape)
    found = _mixed((there[0][one], there[1][one]), (back[0][other], back[1][other]), share)
    glide = float(np.interp(gap.speed_m_s, GLIDE_SPEEDS_M_S, GLIDE_SHARES))
    return _mixed(found, _gliding(gap), np.full(len(gap), glide))


def _gliding(gap: Gap) -> Poses:
    """The gap filled by cubic curves that keep a part of the velocities at its ends."""
    motion, steps = gap.motion, len(gap) + 1
    s = np.arange(1, steps) / steps
    leave, reach, arrive = s * (1.0 - s) ** 2, _eased(s), s * s * (s - 1.0)
    (a0, a1), (b0, b1) = ((n - 1, n) for n in (gap.first - 1, gap.last + 1))
    scale = GLIDE_VELOCITY * steps
    hips = motion.hips_m
    path = (
        hips[a1]
        + leave[:, None] * scale * (hips[a1] - hips[a0])
        + reach[:, None] * (hips[gap.last] - hips[a1])
        + arrive[:, None] * scale * (hips[b1] - hips[b0])
    )
    turns = motion.turns
    vectors = (
        leave[:, None, None] * scale * _turn_between(turns[a0], turns[a1])
        + reach[:, None, None] * _turn_between(turns[a1], turns[gap.last])
        + arrive[:, None, None] * scale * _turn_between(turns[b0], turns[b1])
    )
    return path, rotation.multiply(rotation.from_vector(vectors), turns[a1])


def _moved(poses: Poses, wanted: Poses, found: Poses, share: Array) -> Poses:
    """Poses (S, F + 1, ...) changed by shares (F,) of what is missing from the poses `found` (S, ...) to `wanted`."""
    # The frame at the end that is wanted is left out later, whatever is done to it.
    ends_last = share[-1] > share[0]
    full = np.append(share, 1.0) if ends_last else np.insert(share, 0, 1.0)
    hips = poses[0] + full[:, None] * (wanted[0] - found[0])[:, None]
    missing = _turn_between(found[1], wanted[1])[:, None]
    return hips, rotation.multiply(rotation.from_vector(full[:, None, None] * missing), poses[1])


def _mixed(one: Poses, other: Poses, share: Array) -> Poses:
    return one[0] + share[:, None] * (other[0] - one[0]), rotation.slerp(one[1], other[1], share[:, None])


def _turn_between(one: Array, other: Array) -> Array:
    """Rotation vectors that take turns to others."""
    return rotation.to_vector(rotation.multiply(other, rotation.conjugate(one)))


def _first(poses: Poses) -> Poses:
    return poses[0][:, 0], poses[1][:, 0]


def _last(poses: Poses) -> Poses:
    return poses[0][:, -1], poses[1][:, -1]


def _eased(share: Array) -> Array:
    eased: Array = share * share * (3.0 - 2.0 * share)
    return eased


def _with(gap: Gap, poses: Poses) -> Motion:
    hips, turns = gap.motion.hips_m.copy(), gap.motion.turns.copy()
    hips[gap.first : gap.last], turns[gap.first : gap.last] = poses
    return replace(gap.motion, hips_m=hips, turns=turns)


def _joints(motion: Motion, frames: slice | NDArray[np.intp] | int) -> Array:
    return joint_positions(motion.hips_m[frames], motion.turns[frames], CANONICAL_OFFSETS)
