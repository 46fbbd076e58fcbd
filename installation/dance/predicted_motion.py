"""How bodies are expected to go on; what is expected otherwise by the next look is gone over to without a jump."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.dancer.network import AHEAD_FRAMES
from motion.skeleton import CORE

Array = NDArray[np.floating]
Index = NDArray[np.intp]

HALF = 1.0
"""Frames in which half of what was expected otherwise is given up."""
NEVER = -1 - AHEAD_FRAMES


class PredictedMotion:
    """Of `most` bodies, each from a frame of its own on; canonical build, frames counted as in `VisitorHistory`."""

    def __init__(self, most: int) -> None:
        self.since = np.full(most, NEVER)
        """(most,) the frame from which each was foretold; NEVER where it was not."""
        self._hips, self._turns = np.zeros((most, 1 + AHEAD_FRAMES, 3)), np.zeros((most, 1 + AHEAD_FRAMES, CORE, 4))
        self._over, self._over_turns = np.zeros((most, 3)), np.zeros((most, CORE, 3))
        """What is shown beyond what is told, and fades."""
        self._at = np.full(most, np.nan)
        """The frame that each was shown at last."""

    def forget(self, row: int) -> None:
        """Somebody new."""
        self.since[row], self._at[row] = NEVER, np.nan

    def tell(self, rows: Index, since: Index, hips_m: Array, turns: Array) -> None:
        """Hips (N, 9, 3) and turns (N, 9, 22, 4): those of frame `since` (N,), and what is expected to follow."""
        shown = np.isfinite(self._at[rows]) & (self.since[rows] > NEVER)
        at = np.where(shown, np.maximum(self._at[rows], since), since)
        hips, before = self.at(rows, at)
        self.since[rows], self._hips[rows], self._turns[rows] = since, hips_m, turns
        plain, after = self.told(rows, at)
        self._over[rows] = shown[:, None] * (hips - plain)
        turn = rotation.to_vector(rotation.multiply(before, rotation.conjugate(after)))
        self._over_turns[rows] = shown[:, None, None] * turn
        self._at[rows] = np.where(shown, at, np.nan)

    def at(self, rows: Index, frame: Array) -> tuple[Array, Array]:
        """Hips (N, 3) and turns (N, 22, 4) expected at `frame` (N,), by what was told last."""
        hips, turns = self.told(rows, frame)
        rest = 0.5 ** (np.maximum(frame - np.nan_to_num(self._at[rows], nan=-np.inf), 0.0) / HALF)
        over = rotation.from_vector(rest[:, None, None] * self._over_turns[rows])
        return hips + rest[:, None] * self._over[rows], rotation.multiply(over, turns)

    def shown(self, rows: Index, frame: Array) -> tuple[Array, Array]:
        """The same, for bodies that are shown so: whatever is told next goes on from there."""
        hips, turns = self.at(rows, frame)
        plain, after = self.told(rows, frame)
        self._over[rows], self._at[rows] = hips - plain, frame
        self._over_turns[rows] = rotation.to_vector(rotation.multiply(turns, rotation.conjugate(after)))
        return hips, turns

    def told(self, rows: Index, frame: Array) -> tuple[Array, Array]:
        """The same as it was told, whatever was expected before."""
        x = np.clip(frame - self.since[rows], 0.0, AHEAD_FRAMES)
        low = np.minimum(x.astype(int), AHEAD_FRAMES - 1)
        share = (x - low)[:, None]
        hips = self._hips[rows, low]
        turns = rotation.slerp(self._turns[rows, low], self._turns[rows, low + 1], share)
        return hips + share * (self._hips[rows, low + 1] - hips), turns
