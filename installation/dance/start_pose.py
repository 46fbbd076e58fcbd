"""Poses of canonical build: the standing pose in which dancers start, and the test for implausible poses."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.dance.visitor_history import CANONICAL_OFFSETS_M
from motion import rotation
from motion.dancer.data import FRAME_RATE
from motion.skeleton import BONE_INDEX, CORE_COUNT, PARENTS

Array = NDArray[np.floating]

MAX_JOINT_SPEED = 20.0
"""m/s of a joint; faster is implausible."""
MIN_HIPS_HEIGHT_M = 0.1
"""Height of the hips over the floor; lower is implausible."""
MAX_HIPS_HEIGHT_M = 1.8
"""Height of the hips over the floor; higher is implausible."""
MAX_STRETCH = 2.0
"""How long a bone may be, as a multiple of its canonical length (plus 0.1 m)."""
ARM_DROP_DEGREES = 75.0
"""Angle by which the arms of the standing pose hang below those of the T-pose."""
_PARENTS = PARENTS[1:CORE_COUNT]
_MAX_BONE_M = MAX_STRETCH * np.linalg.norm(CANONICAL_OFFSETS_M[1:], axis=-1) + 0.1


def standing_pose(position: Array, look_at: Array) -> tuple[Array, Array]:
    """Hips (3,) and turns (22, 4) of a body that stands at `position` (2,), arms down, and faces `look_at` (2,)."""
    way = look_at - position
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], math.atan2(way[0], way[1]))
    turns = np.tile(rotation.IDENTITY, (CORE_COUNT, 1))
    for side, sign in (("left", -1.0), ("right", 1.0)):
        arm = rotation.from_axis_angle([0.0, 0.0, 1.0], sign * math.radians(ARM_DROP_DEGREES))
        turns[[BONE_INDEX[f"{side}{bone}"] for bone in ("UpperArm", "LowerArm", "Hand")]] = arm
    return np.array([position[0], CANONICAL_OFFSETS_M[0, 1], position[1]]), rotation.multiply(turn, turns)


def plausible(joints_m: Array, turns_6d: Array, joints_before_m: Array) -> NDArray[np.bool_]:
    """(N,) whether a body can have joints (N, 22, 3) and turns (N, 22, 6) one frame after `joints_before_m`; False for
    what is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        # Comparisons with NaN are False.
        steps, bones = joints_m - joints_before_m, joints_m[:, 1:] - joints_m[:, _PARENTS]
        slow = np.vecdot(steps, steps).max(axis=1) < (MAX_JOINT_SPEED / FRAME_RATE) ** 2
        upright = (joints_m[:, 0, 1] > MIN_HIPS_HEIGHT_M) & (joints_m[:, 0, 1] < MAX_HIPS_HEIGHT_M)
        whole = (np.vecdot(bones, bones) < _MAX_BONE_M**2).all(axis=1)
        whole_and_slow: NDArray[np.bool_] = slow & upright & whole & np.isfinite(turns_6d).all(axis=(1, 2))
        return whole_and_slow
