"""Inertialisation of dancers: where a pose jumps, the offset from what was shown fades instead.

The transitions are those of `motion.blend` (Bollo, Inertialization, GDC 2018), for many bodies at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from motion import blend, rotation
from motion.blend import PoseOffset
from motion.skeleton import CORE_COUNT

Array = NDArray[np.floating]
Slots = Sequence[int] | NDArray[np.intp]

HALF_LIFE_SECONDS = 0.2
"""Half-life of an offset."""
NEGLIGIBLE = 1e-6
"""Metres, radians, and those a second, up to which there is no offset left."""


class Inertialiser:
    """The poses of `count` bodies, without jumps; arrays over bodies."""

    def __init__(self, count: int) -> None:
        self.hips_m: Array = np.zeros((count, 3))
        """(count, 3) of the newest poses, corrected."""
        self.turns: Array = np.tile(rotation.IDENTITY, (count, CORE_COUNT, 1))
        """(count, 22, 4)"""
        self._previous: tuple[Array, Array] = self.hips_m.copy(), self.turns.copy()
        self._offset = PoseOffset(
            *(np.zeros((count, *shape)) for shape in ((3,), (3,), (CORE_COUNT, 3), (CORE_COUNT, 3)))
        )
        self._has_offset = False
        """Whether any offset is left."""
        self._jumped, self._restarted = np.zeros(count, bool), np.zeros(count, bool)

    def reset(self, slot: int, hips_m: Array, turns: Array) -> None:
        """Start a body with a pose, hips (3,) and turns (22, 4), without any offset."""
        self.hips_m[slot], self.turns[slot] = hips_m, turns
        self._previous[0][slot], self._previous[1][slot] = self.hips_m[slot], self.turns[slot]
        offset = self._offset
        for value in (offset.hips_m, offset.hips_velocity, offset.turns, offset.angular_velocity):
            value[slot] = 0.0
        self._jumped[slot] = self._restarted[slot] = False

    def mark_jump(self, slots: Slots, restarted: bool = False) -> None:
        """The next poses of these bodies do not continue the ones before. Those that `restarted` stand still there, so
        their speed becomes part of the offset; else they go on at about the speed they had."""
        which = np.asarray(slots, int)
        self._jumped[which] = True
        if restarted:
            self._restarted[which] = True

    def update(self, hips_m: Array, turns: Array, dt: float) -> tuple[Array, Array]:
        """Hips (count, 3) and turns (count, 22, 4) of the next poses, `dt` seconds after the last, corrected by the
        offsets that are left."""
        hips_m, turns = self._corrected(hips_m, turns, dt)
        self._previous, self.hips_m, self.turns = (self.hips_m, self.turns), hips_m, turns
        return hips_m, turns

    def _corrected(self, hips_m: Array, turns: Array, dt: float) -> tuple[Array, Array]:
        jumped = self._jumped
        if not self._has_offset and not jumped.any():
            return hips_m, turns
        offset = blend.decay_offset(self._offset, HALF_LIFE_SECONDS, dt)
        if jumped.any():
            last_hips, last_turns = self.hips_m[jumped], self.turns[jumped]
            earlier_hips, earlier_turns = self._previous[0][jumped], self._previous[1][jumped]
            spin = rotation.to_vector(rotation.multiply(last_turns, rotation.conjugate(earlier_turns))) / dt
            restarted = self._restarted[jumped, None]
            offset.hips_m[jumped] = last_hips - hips_m[jumped]
            offset.hips_velocity[jumped] = restarted * (last_hips - earlier_hips) / dt
            turn = rotation.multiply(last_turns, rotation.conjugate(turns[jumped]))
            offset.turns[jumped] = rotation.to_vector(turn)
            offset.angular_velocity[jumped] = restarted[..., None] * spin
            self._jumped[:] = self._restarted[:] = False
        self._offset = offset
        parts = offset.hips_m, offset.hips_velocity, offset.turns, offset.angular_velocity
        self._has_offset = any(float(np.abs(part).max()) > NEGLIGIBLE for part in parts)
        correction = rotation.from_vector(offset.turns)
        return hips_m + offset.hips_m, rotation.normalise(rotation.multiply(correction, turns))
