"""From what the network says to bodies: bones as they are built, ankles where they were said to be, feet that stand."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from motion import contact, rotation
from motion.contact import leg_joints, solve_legs
from motion.skeleton import CORE, FOOT_BONES, OFFSETS, TOES_HEIGHT_M

Array = NDArray[np.floating]

CANONICAL_OFFSETS = OFFSETS[:CORE]
DOWN, UP = (0.06, 0.8), (0.09, 1.1)
"""Metres over where it stands, and m/s, under which a foot begins to stand, and above which it stands no more."""
MAX_FOOT_SHIFT_M = 0.14
"""Metres from where it was said to be at which a foot that stands lets go."""
SETTLE_SHARE, SETTLE_SECONDS = 0.7, 0.1
"""Share of its height over the floor by which a foot that stands comes down, and seconds that it takes."""


def reconstruct(joints_m: Array, turned: Array) -> tuple[Array, Array]:
    """Hips (N, 3) and turns (N, 22, 4) of a body of canonical build that has its joints near (N, 22, 3) and its bones
    turned by matrices (N, 22, 3, 3): its ankles are where they were said to be, as far as its legs reach."""
    turns = rotation.from_matrix(turned)
    there = leg_joints(joints_m[:, 0], turns, CANONICAL_OFFSETS)
    return joints_m[:, 0], solve_legs(there, turns, CANONICAL_OFFSETS, joints_m[:, FOOT_BONES] - there[:, :, 2], None)[
        1
    ]


class BatchFootLock:
    """The feet of many bodies on a floor at 0: one that stands stays where it stands, and is let go without a jump."""

    def __init__(self, count: int) -> None:
        self.standing = np.zeros((count, 2), bool)
        self._free: Array | None = None
        self._speed = np.zeros((count, 2, 3))
        self._shift, self._drift = np.zeros((count, 2, 3)), np.zeros((count, 2, 3))
        self._sunk = np.zeros((count, 2))

    def step(self, hips_m: Array, turns: Array, dt: float) -> tuple[Array, Array]:
        """The hips (N, 3) and turns (N, 22, 4) of the next pose, `dt` seconds after the last, with its feet held."""
        there = leg_joints(hips_m, turns, CANONICAL_OFFSETS)
        toes = there[:, :, 3]
        if self._free is None:
            self._free = toes
        pace = (toes - self._free) / dt
        self._free = toes
        self._speed += (1.0 - math.exp(-dt / contact.SPEED_SMOOTHING_S)) * (pace - self._speed)
        height, speed = toes[..., 1] - TOES_HEIGHT_M, rotation.length(self._speed)[..., 0]
        stood = self.standing
        near = rotation.length(self._shift)[..., 0] < MAX_FOOT_SHIFT_M
        low, slow = np.where(stood, UP[0], DOWN[0]), np.where(stood, UP[1], DOWN[1])
        self.standing = stands = (height < low) & (speed < slow) & near
        held = contact.step_locked(self._shift, self._drift, pace, dt)
        free = contact.step_released(self._shift, self._drift, dt)
        stays = stands[..., None]
        self._shift, self._drift = np.where(stays, held[0], free[0]), np.where(stays, held[1], free[1])
        # A foot that stands comes down to the floor, and one that goes is where it was said to be.
        self._sunk += (1.0 - math.exp(-dt / SETTLE_SECONDS)) * (-SETTLE_SHARE * stands * height - self._sunk)
        shift = self._shift.copy()
        shift[..., 1] += self._sunk
        shift[..., 1] += np.maximum(-height - shift[..., 1], 0.0)
        give, turns, _ = solve_legs(there, turns, CANONICAL_OFFSETS, shift, stands)
        return hips_m + give, turns

    def reset(self, which: NDArray[np.bool_]) -> None:
        """Bodies (N,) that are somebody else from now on."""
        self.standing = self.standing & ~which[:, None]
        for values in (self._speed, self._shift, self._drift, self._sunk):
            values[which] = 0.0


def lock_recording(hips_m: Array, turns: Array, rate: float) -> tuple[Array, Array, NDArray[np.bool_]]:
    """A whole recording, hips (T, 3) and turns (T, 22, 4), through the same lock; and which feet (T, 2) stood."""
    grip = BatchFootLock(1)
    hips, bones, feet = [], [], []
    for hip, turn in zip(hips_m, turns, strict=True):
        h, q = grip.step(hip[None], turn[None], 1.0 / rate)
        hips.append(h[0])
        bones.append(q[0])
        feet.append(grip.standing[0])
    return np.array(hips), np.array(bones), np.array(feet)
