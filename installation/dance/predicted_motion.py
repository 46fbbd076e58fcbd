"""Predicted motion of visitors: short forecasts by body, with a fading correction where a new one differs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.dancer.continuation import AHEAD_FRAMES
from motion.skeleton import CORE_COUNT
from motion.smooth import decay_factor

Array = NDArray[np.floating]
Index = NDArray[np.intp]

CORRECTION_HALF_LIFE_FRAMES = 1.0
"""Frames in which half of the difference between the last prediction and the one before fades."""
NO_PREDICTION = -1 - AHEAD_FRAMES
"""Start frame of a body without a prediction."""


class PredictedMotion:
    """Predictions of up to `max_bodies`, each from a start frame of its own; canonical build, frames counted as in
    `VisitorHistory`."""

    def __init__(self, max_bodies: int) -> None:
        self.start_frame = np.full(max_bodies, NO_PREDICTION)
        """(max_bodies,) the frame from which each was predicted; NO_PREDICTION where it was not."""
        self._hips, self._turns = (
            np.zeros((max_bodies, 1 + AHEAD_FRAMES, 3)),
            np.zeros((max_bodies, 1 + AHEAD_FRAMES, CORE_COUNT, 4)),
        )
        self._correction_hips, self._correction_turns = np.zeros((max_bodies, 3)), np.zeros((max_bodies, CORE_COUNT, 3))
        """What is shown beyond the prediction, and fades: metres, and rotation vectors."""
        self._shown_frame = np.full(max_bodies, np.nan)
        """The frame at which each was shown last; NaN where it was not."""

    def forget(self, row: int) -> None:
        """Drop the prediction of a row, which another body takes."""
        self.start_frame[row], self._shown_frame[row] = NO_PREDICTION, np.nan

    def add(self, rows: Index, start_frame: Index, hips_m: Array, turns: Array) -> None:
        """Replace the predictions of rows (N,): hips (N, 9, 3) and turns (N, 9, 22, 4), those at `start_frame` (N,) and
        of the frames that follow. A body that was shown goes on from there without a jump."""
        shown = np.isfinite(self._shown_frame[rows]) & (self.start_frame[rows] > NO_PREDICTION)
        frame = np.where(shown, np.maximum(self._shown_frame[rows], start_frame), start_frame)
        hips_before, turns_before = self.corrected(rows, frame)
        self.start_frame[rows], self._hips[rows], self._turns[rows] = start_frame, hips_m, turns
        hips_after, turns_after = self.predict(rows, frame)
        self._correction_hips[rows] = shown[:, None] * (hips_before - hips_after)
        turn = rotation.to_vector(rotation.multiply(turns_before, rotation.conjugate(turns_after)))
        self._correction_turns[rows] = shown[:, None, None] * turn
        self._shown_frame[rows] = np.where(shown, frame, np.nan)

    def predict(self, rows: Index, frame: Array) -> tuple[Array, Array]:
        """Hips (N, 3) and turns (N, 22, 4) of rows (N,) at `frame` (N,), interpolated in the newest prediction without
        the correction."""
        x = np.clip(frame - self.start_frame[rows], 0.0, AHEAD_FRAMES)
        low = np.minimum(x.astype(int), AHEAD_FRAMES - 1)
        share = (x - low)[:, None]
        hips = self._hips[rows, low]
        turns = rotation.slerp(self._turns[rows, low], self._turns[rows, low + 1], share)
        return hips + share * (self._hips[rows, low + 1] - hips), turns

    def corrected(self, rows: Index, frame: Array) -> tuple[Array, Array]:
        """The same with the correction that is left at `frame` (N,)."""
        hips, turns = self.predict(rows, frame)
        since_shown = np.maximum(frame - np.nan_to_num(self._shown_frame[rows], nan=-np.inf), 0.0)
        left = decay_factor(CORRECTION_HALF_LIFE_FRAMES, since_shown)
        correction = rotation.from_vector(left[:, None, None] * self._correction_turns[rows])
        return hips + left[:, None] * self._correction_hips[rows], rotation.multiply(correction, turns)

    def show(self, rows: Index, frame: Array) -> tuple[Array, Array]:
        """The same, and records that the bodies are shown so: the next prediction goes on from this pose."""
        hips, turns = self.corrected(rows, frame)
        plain_hips, plain_turns = self.predict(rows, frame)
        self._correction_hips[rows], self._shown_frame[rows] = hips - plain_hips, frame
        turn = rotation.multiply(turns, rotation.conjugate(plain_turns))
        self._correction_turns[rows] = rotation.to_vector(turn)
        return hips, turns
