"""Bodies from the network's joints: canonical bone lengths, inverse kinematics of the legs, and a foot lock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion import contact, rotation
from motion.contact import leg_joints, solve_legs
from motion.skeleton import CORE_COUNT, FOOT_BONES, REST_OFFSETS_M, TOES_HEIGHT_M
from motion.smooth import blend_factor

Array = NDArray[np.floating]

CANONICAL_OFFSETS = REST_OFFSETS_M[:CORE_COUNT]
"""(22, 3) metres from each joint's parent to it, of the canonical body."""
CONTACT_HEIGHT_M = 0.06
"""Height over its standing height below which a foot begins to stand."""
CONTACT_SPEED_M_S = 0.8
"""Speed below which a foot begins to stand."""
RELEASE_HEIGHT_M = 0.09
"""Height over its standing height above which a standing foot is released."""
RELEASE_SPEED_M_S = 1.1
"""Speed above which a standing foot is released."""
MAX_FOOT_SHIFT_M = 0.14
"""Distance from the network's position at which a standing foot is released."""
SETTLE_SHARE = 0.7
"""Share of its height over the floor by which a standing foot is lowered."""
SETTLE_SECONDS = 0.1
"""Time constant of lowering it."""


def reconstruct(joints_m: Array, matrices: Array) -> tuple[Array, Array]:
    """Hips (N, 3) and turns (N, 22, 4) of canonical bodies with joints near (N, 22, 3) and bones rotated by matrices
    (N, 22, 3, 3). Ankles are at the given joints, as far as the legs reach."""
    turns = rotation.from_matrix(matrices)
    legs = leg_joints(joints_m[:, 0], turns, CANONICAL_OFFSETS)
    shift = joints_m[:, FOOT_BONES] - legs[:, :, 2]
    return joints_m[:, 0], solve_legs(legs, turns, CANONICAL_OFFSETS, shift, None)[1]


class BatchFootLock:
    """The foot lock of N bodies on a floor at 0: a standing foot does not slide, and is released without a jump."""

    def __init__(self, count: int) -> None:
        self.standing = np.zeros((count, 2), bool)
        self._toes: Array | None = None
        self._velocity = np.zeros((count, 2, 3))
        self._shift, self._drift = np.zeros((count, 2, 3)), np.zeros((count, 2, 3))
        self._lowering = np.zeros((count, 2))

    def step(self, hips_m: Array, turns: Array, dt: float) -> tuple[Array, Array]:
        """Hips (N, 3) and turns (N, 22, 4) of the next pose, `dt` seconds after the last, with its feet locked."""
        legs = leg_joints(hips_m, turns, CANONICAL_OFFSETS)
        toes = legs[:, :, 3]
        if self._toes is None:
            self._toes = toes
        velocity = (toes - self._toes) / dt
        self._toes = toes
        self._velocity += blend_factor(contact.SPEED_SMOOTHING_S, dt) * (velocity - self._velocity)
        height, speed = toes[..., 1] - TOES_HEIGHT_M, rotation.length(self._velocity)[..., 0]
        stood = self.standing
        near = rotation.length(self._shift)[..., 0] < MAX_FOOT_SHIFT_M
        max_height = np.where(stood, RELEASE_HEIGHT_M, CONTACT_HEIGHT_M)
        max_speed = np.where(stood, RELEASE_SPEED_M_S, CONTACT_SPEED_M_S)
        self.standing = standing = (height < max_height) & (speed < max_speed) & near
        locked = contact.step_locked(self._shift, self._drift, velocity, dt)
        released = contact.step_released(self._shift, self._drift, dt)
        stays = standing[..., None]
        self._shift, self._drift = np.where(stays, locked[0], released[0]), np.where(stays, locked[1], released[1])
        # A standing foot is lowered to the floor; a released one returns to the network's position.
        self._lowering += blend_factor(SETTLE_SECONDS, dt) * (-SETTLE_SHARE * standing * height - self._lowering)
        shift = self._shift.copy()
        shift[..., 1] += self._lowering
        shift[..., 1] += np.maximum(-height - shift[..., 1], 0.0)
        hips_shift, turns, _ = solve_legs(legs, turns, CANONICAL_OFFSETS, shift, standing)
        return hips_m + hips_shift, turns

    def reset(self, which: NDArray[np.bool_]) -> None:
        """Reset the state of the bodies of a mask (N,), which another body takes over."""
        self.standing = self.standing & ~which[:, None]
        for values in (self._velocity, self._shift, self._drift, self._lowering):
            values[which] = 0.0


def lock_recording(hips_m: Array, turns: Array, rate_hz: float) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Hips (T, 3) and turns (T, 22, 4) of a whole recording after the foot lock, and which feet (T, 2) stood."""
    lock = BatchFootLock(1)
    locked_hips, locked_turns, feet = [], [], []
    for hip, turn in zip(hips_m, turns, strict=True):
        h, q = lock.step(hip[None], turn[None], 1.0 / rate_hz)
        locked_hips.append(h[0])
        locked_turns.append(q[0])
        feet.append(lock.standing[0])
    return np.array(locked_hips), np.array(locked_turns), np.array(feet)
