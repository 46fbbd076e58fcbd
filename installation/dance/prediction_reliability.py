"""The reliability of predictions of visitors: what was predicted is compared with what was seen a moment later."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.dancer import reliable_prediction
from motion.dancer.conditioning import HISTORY_FRAMES
from motion.dancer.continuation import AHEAD_FRAMES
from motion.dancer.reliable_prediction import simple_guesses
from motion.skeleton import CORE_COUNT

Array = NDArray[np.floating]
Index = NDArray[np.intp]

CHECKED_FRAMES = (3, 6)
"""Frames after which predictions are compared with what was seen: a tenth and a fifth of a second."""
HORIZON_OF_FRAME = np.array([0 if frame <= 4 else 1 for frame in range(1, AHEAD_FRAMES + 1)])
"""(8,) index in CHECKED_FRAMES by which each predicted frame is judged."""
RING_FRAMES = max(CHECKED_FRAMES) + 2
"""Predictions of each body that are kept until they are checked."""


class PredictionReliability:
    """Running errors of the network and of simple guesses for up to `max_bodies` bodies."""

    def __init__(self, max_bodies: int) -> None:
        horizons = len(CHECKED_FRAMES)
        self._errors = reliable_prediction.first_errors(max_bodies, horizons)
        self._made = np.zeros((horizons, max_bodies, RING_FRAMES, CORE_COUNT, 3), np.float32)
        self._made_for = np.full((horizons, max_bodies, RING_FRAMES), -1)
        """The frame that each kept prediction is of."""
        self._checked = np.zeros((max_bodies, horizons), bool)
        """Whether any prediction of a body was compared yet."""

    def forget(self, row: int) -> None:
        """Start a row again, which another body takes."""
        self._errors[:, row] = reliable_prediction.first_errors(1, len(CHECKED_FRAMES))[:, 0]
        self._made_for[:, row], self._checked[row] = -1, False

    def check(self, rows: Index, frame: Index, past_m: Array) -> None:
        """Compare earlier predictions of rows (N,) with joints (N, 12, 22, 3) that were seen up to `frame` (N,)."""
        seen = past_m[:, -1]
        for horizon, frames in enumerate(CHECKED_FRAMES):
            slot = frame % RING_FRAMES
            known = self._made_for[horizon, rows, slot] == frame
            if not known.any():
                continue
            those, newest = rows[known], seen[known]
            predicted = self._made[horizon, those, slot[known]][None]
            guessed = simple_guesses(past_m[known, : HISTORY_FRAMES - frames], frames)[:, :, -1]
            apart = np.concatenate([predicted, guessed]) - newest
            error = np.linalg.norm(apart, axis=-1).mean(axis=-1)
            running = reliable_prediction.updated(self._errors[:, those, horizon], error)
            self._errors[:, those, horizon] = np.where(self._checked[those, horizon], running, error)
            self._checked[those, horizon] = True

    def mix(self, rows: Index, frame: Index, past_m: Array, predicted_m: Array) -> tuple[Array, Array]:
        """(N, 8, 22, 3) the network's predictions of rows (N,) from `frame` (N,) on, mixed with simple guesses from
        past joints (N, 12, 22, 3); and (N, 8) the network's share of them."""
        for horizon, frames in enumerate(CHECKED_FRAMES):
            slot = (frame + frames) % RING_FRAMES
            self._made[horizon, rows, slot] = predicted_m[:, frames - 1]
            self._made_for[horizon, rows, slot] = frame + frames
        weights = reliable_prediction.weights(self._errors[:, rows])[..., HORIZON_OF_FRAME]
        guesses = np.concatenate([predicted_m[None], simple_guesses(past_m, AHEAD_FRAMES)])
        mixed: Array = np.einsum("gnf,gnfjc->nfjc", weights, guesses)
        return mixed, weights[0]

    def uncertainty_m(self, row: int, ahead_frames: float) -> float:
        """The error to expect of a prediction so many frames ahead, metres; 0 at 0."""
        expected = reliable_prediction.uncertainty_m(self._errors[:, row])
        return float(np.interp(ahead_frames, (0.0, *CHECKED_FRAMES), (0.0, *expected)))
