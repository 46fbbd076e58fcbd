"""Quality metrics of motions: foot skate, jerk, error of bone directions, error of joint positions (MPJPE)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.body import Motion, joint_positions
from motion.skeleton import AIM_BONES, ARM_BONES, BONE_INDEX, THIGH_BONES

Array = NDArray[np.floating]

SKATE_HEIGHT_M = 0.025
"""Height in metres from which a toe's speed is not counted as skating (Zhang et al., SIGGRAPH 2018: MANN)."""
CONTACT_HEIGHT_M = 0.05
"""Height below which a toe counts as touching the floor."""
SKATE_SPEED = 0.5
"""m/s above which a toe that touches the floor skates."""


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
"""Segments between joints that every skeleton has: from the mean of some to the mean of others. Joints within the trunk
are left out: each skeleton has them elsewhere, so their directions cannot be compared."""


def motion_joints(motion: Motion) -> Array:
    """(T, B, 3) positions of a motion's joints, metres."""
    return joint_positions(motion.hips_m, motion.turns, motion.offsets_m)


def floor_height(toes_m: Array) -> float:
    """Height of the floor of a clip: the 2nd percentile of the toes' (T, N, 3)."""
    return float(np.percentile(toes_m[..., 1], 2.0))


def foot_skate(toes_m: Array, rate: float, floor_m: float | None = None) -> float:
    """m/s: mean horizontal speed of the toes (T, N, 3), weighted by 2 - 2^(h/LOW), h their height clipped to [0, LOW].

    `floor_m` is the height of standing toes; without it, `floor_height`.
    """
    speed, height = _speed_and_height(toes_m, rate, floor_m)
    return float((speed * (2.0 - 2.0 ** (np.clip(height, 0.0, SKATE_HEIGHT_M) / SKATE_HEIGHT_M))).mean())


def skating_ratio(toes_m: Array, rate: float, floor_m: float | None = None) -> float:
    """Share of frames faster than SKATE_SPEED among those in which a toe (T, N, 3) is below CONTACT_HEIGHT_M."""
    speed, height = _speed_and_height(toes_m, rate, floor_m)
    near = height < CONTACT_HEIGHT_M
    return float((near & (speed > SKATE_SPEED)).sum() / max(int(near.sum()), 1))


def _speed_and_height(toes_m: Array, rate: float, floor_m: float | None) -> tuple[Array, Array]:
    floor = floor_height(toes_m) if floor_m is None else floor_m
    speed = np.linalg.norm(np.diff(toes_m[..., [0, 2]], axis=0), axis=-1) * rate
    return speed, toes_m[1:, ..., 1] - floor


def jerk(joints_m: Array, rate: float) -> float:
    """m/s³: mean length of the third derivative of joints (T, J, 3)."""
    return float(np.linalg.norm(np.diff(joints_m, n=3, axis=0), axis=-1).mean() * rate**3)


def segment_directions(joints_m: Array) -> Array:
    """(..., 14, 3) unit vectors along SEGMENTS, for joints (..., B, 3)."""
    steps = [joints_m[..., b, :].mean(axis=-2) - joints_m[..., a, :].mean(axis=-2) for a, b in SEGMENTS.values()]
    along = np.stack(steps, axis=-2)
    units: Array = along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
    return units


def direction_error(predicted: Array, true: Array) -> Array:
    """Degrees (...) between unit vectors (..., 3)."""
    sine = np.linalg.norm(np.cross(predicted, true), axis=-1)
    degrees: Array = np.degrees(np.arctan2(sine, (predicted * true).sum(axis=-1)))
    return degrees


def mpjpe(predicted_m: Array, true_m: Array, predicted_leg_m: float = 1.0, true_leg_m: float = 1.0) -> float:
    """Mean per-joint position error in millimetres between joints (T, J, 3), with the hips (joint 0) aligned.

    `predicted_m` is first scaled by the ratio of the leg lengths, to compare two characters.
    """
    predicted = (predicted_m - predicted_m[:, :1]) * (true_leg_m / predicted_leg_m)
    return float(np.linalg.norm(predicted - (true_m - true_m[:, :1]), axis=-1).mean() * 1e3)
