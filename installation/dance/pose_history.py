"""What dancers showed lately, so that others can show it later: the exact canon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.dancer.data import FRAME_RATE
from motion.skeleton import CORE

Array = NDArray[np.floating]
Index = NDArray[np.intp]

LONGEST = 16.0
"""Seconds that are remembered; no voice comes later than that."""
BEND = 0.5
"""How much faster or slower a voice may go while its distance changes."""


class PoseHistory:
    """A ring of poses of `slots` bodies at RATE."""

    def __init__(self, slots: int) -> None:
        self._size = int(LONGEST * FRAME_RATE)
        self._hips = np.zeros((self._size, slots, 3), np.float32)
        self._turns = np.zeros((self._size, slots, CORE, 4), np.float32)
        self._first = np.zeros(slots, int)
        self._latest = -1
        self.late = np.full(slots, np.nan)
        """(slots,) seconds by which each follows."""

    def put(self, frame: int, hips_m: Array, turns: Array) -> None:
        """The poses of a frame, (slots, 3) and (slots, 22, 4); they stand for all frames since the last."""
        for missing in range(max(self._latest + 1, frame - self._size + 1), frame + 1):
            self._hips[missing % self._size], self._turns[missing % self._size] = hips_m, turns
        self._latest = frame

    def begin(self, slot: int, frame: int, hips_m: Array, turns: Array) -> None:
        """A slot is somebody else's from this frame on, who stands like this."""
        self._first[slot] = frame
        self._hips[frame % self._size, slot], self._turns[frame % self._size, slot] = hips_m, turns
        self.late[slot] = np.nan

    def follow(self, slots: Index, late: Array, dt: float) -> None:
        """These slots are to be `late` (N,) seconds after whom they follow: at once where they begin, else in time."""
        goal = np.minimum(late, LONGEST - 0.5)
        now = np.where(np.isnan(self.late[slots]), goal, self.late[slots])
        self.late[slots] = now + np.clip(goal - now, -BEND * dt, BEND * dt)

    def at(self, slots: Index, times: Array) -> tuple[Array, Array]:
        """Hips (N, 3) and turns (N, 22, 4) that slots (N,) showed at times (N,), s; before they began, as they did."""
        first = self._first[slots]
        last = np.maximum(first, self._latest)
        x = np.clip(times * FRAME_RATE, np.maximum(first, self._latest - self._size + 1), last)
        low = x.astype(int)
        high = np.minimum(low + 1, last)
        share = (x - low)[:, None]
        before, after = low % self._size, high % self._size
        hips, then = (self._hips[n, slots].astype(float) for n in (before, after))
        one, other = (self._turns[n, slots].astype(float) for n in (before, after))
        turns = rotation.slerp(one, other, share)
        return hips + share * (then - hips), rotation.normalise(turns)
