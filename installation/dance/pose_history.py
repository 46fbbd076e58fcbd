"""Pose history: a ring buffer of the poses that dancers showed, from which the voices of a canon are delayed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.dancer.data import FRAME_RATE
from motion.skeleton import CORE_COUNT

Array = NDArray[np.floating]
Index = NDArray[np.intp]

HISTORY_SECONDS = 16.0
"""Length of the buffer; no voice is delayed by more than that."""
DELAY_MARGIN_SECONDS = 0.5
"""Seconds by which the longest delay stays below the length of the buffer."""
MAX_RATE_CHANGE = 0.5
"""How much faster or slower than real time a voice may play while its delay changes."""


class PoseHistory:
    """A ring buffer of poses of `slots` bodies at FRAME_RATE."""

    def __init__(self, slots: int) -> None:
        self._size = int(HISTORY_SECONDS * FRAME_RATE)
        self._hips = np.zeros((self._size, slots, 3), np.float32)
        self._turns = np.zeros((self._size, slots, CORE_COUNT, 4), np.float32)
        self._first = np.zeros(slots, int)
        self._latest = -1
        self.delay_seconds = np.full(slots, np.nan)
        """(slots,) present delay of each; NaN where none was set."""

    def add(self, frame: int, hips_m: Array, turns: Array) -> None:
        """Append the poses of a frame, (slots, 3) and (slots, 22, 4); they fill all frames since the last, too."""
        for missing in range(max(self._latest + 1, frame - self._size + 1), frame + 1):
            self._hips[missing % self._size], self._turns[missing % self._size] = hips_m, turns
        self._latest = frame

    def reset(self, slot: int, frame: int, hips_m: Array, turns: Array) -> None:
        """Start a slot again with another body, which has this pose, hips (3,) and turns (22, 4), at a frame."""
        self._first[slot] = frame
        self._hips[frame % self._size, slot], self._turns[frame % self._size, slot] = hips_m, turns
        self.delay_seconds[slot] = np.nan

    def set_delay(self, slots: Index, seconds: Array, dt: float) -> None:
        """Move the delays of slots (N,) towards `seconds` (N,): at once where none was set, else at a limited rate."""
        goal = np.minimum(seconds, HISTORY_SECONDS - DELAY_MARGIN_SECONDS)
        now = np.where(np.isnan(self.delay_seconds[slots]), goal, self.delay_seconds[slots])
        self.delay_seconds[slots] = now + np.clip(goal - now, -MAX_RATE_CHANGE * dt, MAX_RATE_CHANGE * dt)

    def at(self, slots: Index, times: Array) -> tuple[Array, Array]:
        """Hips (N, 3) and turns (N, 22, 4) that slots (N,) showed at times (N,), s; before their first frame, the pose
        of that frame."""
        first = self._first[slots]
        last = np.maximum(first, self._latest)
        x = np.clip(times * FRAME_RATE, np.maximum(first, self._latest - self._size + 1), last)
        low = x.astype(int)
        high = np.minimum(low + 1, last)
        share = (x - low)[:, None]
        before, after = low % self._size, high % self._size
        hips, hips_after = (self._hips[n, slots].astype(float) for n in (before, after))
        turns, turns_after = (self._turns[n, slots].astype(float) for n in (before, after))
        blended = rotation.slerp(turns, turns_after, share)
        return hips + share * (hips_after - hips), rotation.normalise(blended)
