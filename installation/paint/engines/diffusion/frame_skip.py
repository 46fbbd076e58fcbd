"""Frame skipping: a filter that reuses the last picture for guides that hardly changed, to save computation."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

GRID_CELLS = 16
"""Rows and columns of the comparison of drawings: a moving hand must count as much as a crowd."""
MAX_SKIPPED = 10
"""Maximum number of consecutive skipped guides."""


class SimilarFrameFilter:
    """Decides which guides need no picture of their own.

    Like StreamDiffusion's filter it skips more of them the more similar they are, but evenly instead of at random, so
    that rendering a film is repeatable.
    """

    def __init__(self, threshold: float) -> None:
        """From a change of `threshold` on, no guide is skipped; 0 skips none at all.

        The change is measured in the cell that changes most, as a share of black to white.
        """
        self._threshold = threshold
        self._last_cells: NDArray[np.float32] | None = None
        self._last_parameters: Any = None
        self._change_sum, self._skipped, self._painted = 0.0, 0, 0

    def can_skip(self, drawing: NDArray[np.float32], parameters: Any, steps: int) -> bool:
        """Whether the last picture can stand for a drawing (h, w, 3) of 0..1 with the same `parameters`.

        After a change `steps` pictures are painted before any is skipped: a stream takes so many to show it.
        """
        if self._threshold <= 0.0:
            return False
        cells = np.asarray(cv2.resize(drawing, (GRID_CELLS, GRID_CELLS), interpolation=cv2.INTER_AREA), np.float32)
        change = 1.0
        if self._last_cells is not None and parameters == self._last_parameters:
            change = float(np.abs(cells - self._last_cells).max()) / self._threshold
        self._change_sum += change
        if change < 1.0 and self._painted >= steps and self._skipped < MAX_SKIPPED and self._change_sum < 1.0:
            self._skipped += 1
            return True
        self._painted = 1 if change >= 1.0 else self._painted + 1
        self._last_cells, self._last_parameters, self._change_sum, self._skipped = cells, parameters, 0.0, 0
        return False
