"""Poses of canonical build: the one in which dancers begin, and those that nobody can have."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.dance.visitor_history import BUILT
from motion import rotation
from motion.dancer.data import FRAME_RATE
from motion.skeleton import CORE, INDEX, PARENTS

Array = NDArray[np.floating]

FASTEST, LOWEST, HIGHEST, STRETCH = 20.0, 0.1, 1.8, 2.0
"""m/s of a joint, metres of the hips over the floor, and how long a bone may be, times as built: what is impossible."""
_ABOVE = PARENTS[1:CORE]
_LONGEST = STRETCH * np.linalg.norm(BUILT[1:], axis=-1) + 0.1


def standing(where: Array, towards: Array) -> tuple[Array, Array]:
    """Hips (3,) and turns (22, 4) of somebody who stands at `where` (2,), arms down, and looks `towards` (2,)."""
    way = towards - where
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], math.atan2(way[0], way[1]))
    turns = np.tile(rotation.IDENTITY, (CORE, 1))
    for side, sign in (("left", -1.0), ("right", 1.0)):
        arm = rotation.from_axis_angle([0.0, 0.0, 1.0], sign * math.radians(75.0))
        turns[[INDEX[f"{side}{bone}"] for bone in ("UpperArm", "LowerArm", "Hand")]] = arm
    return np.array([where[0], BUILT[0, 1], where[1]]), rotation.multiply(turn, turns)


def possible(joints_m: Array, six: Array, before_m: Array) -> NDArray[np.bool_]:
    """(N,) whether bodies can be told to have joints (N, 22, 3) and turns (N, 22, 6) one frame after `before_m`."""
    with np.errstate(invalid="ignore", over="ignore"):
        # No comparison holds for what is no number.
        steps, bones = joints_m - before_m, joints_m[:, 1:] - joints_m[:, _ABOVE]
        far = np.vecdot(steps, steps).max(axis=1) < (FASTEST / FRAME_RATE) ** 2
        high = (joints_m[:, 0, 1] > LOWEST) & (joints_m[:, 0, 1] < HIGHEST)
        built = (np.vecdot(bones, bones) < _LONGEST**2).all(axis=1)
        return far & high & built & np.isfinite(six).all(axis=(1, 2))
