"""How good a motion is: feet that skate, jerk, bones that point elsewhere, joints that are elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.body import Motion, joint_positions
from motion.skeleton import AIM_BONES, ARM_BONES, BONE_INDEX, THIGH_BONES

Array = NDArray[np.floating]

SKATE_HEIGHT_M = 0.025
"""Metres over the floor from which on a toe may move as it likes (Zhang et al., SIGGRAPH 2018: MANN)."""
CONTACT_HEIGHT_M, SKATE_SPEED = 0.05, 0.5
"""Metres over the floor under which a toe counts as touching it, and m/s from which on it then skates."""


def _segments() -> dict[str, tuple[list[int], list[int]]]:
    legs, arms = THIGH_BONES.tolist(), ARM_BONES[:, 0].tolist()
    found = {
        "trunk": (legs, arms),
        "neck": (arms, [BONE_INDEX["head"]]),
        "shoulders": (arms[1:], arms[:1]),
        "hips": (legs[1:], legs[:1]),
    }
    for bone in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg", "Foot"):
        for side in ("left", "right"):
            found[f"{side}{bone}"] = ([BONE_INDEX[f"{side}{bone}"]], [BONE_INDEX[AIM_BONES[f"{side}{bone}"]]])
    return found


SEGMENTS = _segments()
"""Bones between joints that every skeleton has: from the middle of some to the middle of others. Within the trunk each
skeleton has its joints elsewhere, so that the directions between those of two skeletons tell nothing."""


def motion_joints(motion: Motion) -> Array:
    """(T, B, 3) a motion's joints in metres."""
    return joint_positions(motion.hips_m, motion.turns, motion.offsets_m)


def floor_height(toes_m: Array) -> float:
    """Height of the floor of a clip: the 2nd percentile of the toes' (T, N, 3)."""
    return float(np.percentile(toes_m[..., 1], 2.0))


def foot_skate(toes_m: Array, rate: float, floor_m: float | None = None) -> float:
    """m/s: mean horizontal speed of the toes (T, N, 3), weighted by 2 - 2^(h/LOW), h their height clipped to [0, LOW].

    `floor_m` is where a toe that stands is; without it, `floor_height`.
    """
    speed, height = _moving(toes_m, rate, floor_m)
    return float((speed * (2.0 - 2.0 ** (np.clip(height, 0.0, SKATE_HEIGHT_M) / SKATE_HEIGHT_M))).mean())


def skating_ratio(toes_m: Array, rate: float, floor_m: float | None = None) -> float:
    """Share of the frames in which a toe (T, N, 3) is lower than NEAR in which it is faster than FAST."""
    speed, height = _moving(toes_m, rate, floor_m)
    near = height < CONTACT_HEIGHT_M
    return float((near & (speed > SKATE_SPEED)).sum() / max(int(near.sum()), 1))


def _moving(toes_m: Array, rate: float, floor_m: float | None) -> tuple[Array, Array]:
    floor = floor_height(toes_m) if floor_m is None else floor_m
    speed = np.linalg.norm(np.diff(toes_m[..., [0, 2]], axis=0), axis=-1) * rate
    return speed, toes_m[1:, ..., 1] - floor


def jerk(joints_m: Array, rate: float) -> float:
    """m/s³: mean length of the third derivative of joints (T, J, 3)."""
    return float(np.linalg.norm(np.diff(joints_m, n=3, axis=0), axis=-1).mean() * rate**3)


def segment_directions(joints_m: Array) -> Array:
    """(..., 14, 3) unit vectors along SEGMENTS, of joints (..., B, 3)."""
    steps = [joints_m[..., b, :].mean(axis=-2) - joints_m[..., a, :].mean(axis=-2) for a, b in SEGMENTS.values()]
    along = np.stack(steps, axis=-2)
    return along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)


def direction_error(told: Array, true: Array) -> Array:
    """Degrees (...) between unit vectors (..., 3)."""
    sine = np.linalg.norm(np.cross(told, true), axis=-1)
    return np.degrees(np.arctan2(sine, (told * true).sum(axis=-1)))


def mpjpe(told_m: Array, true_m: Array, told_leg_m: float = 1.0, true_leg_m: float = 1.0) -> float:
    """Millimetres: mean distance between joints (T, J, 3) with the hips (joint 0) in the same place.

    Of two characters, `told_m` is scaled by their lengths of leg first.
    """
    told = (told_m - told_m[:, :1]) * (true_leg_m / told_leg_m)
    return float(np.linalg.norm(told - (true_m - true_m[:, :1]), axis=-1).mean() * 1e3)
