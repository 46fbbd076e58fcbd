"""Similar guides: where next to nothing has changed, the last picture will do, and the machine can rest."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

CELLS = 16
"""Rows and columns in which two drawings are compared: a hand that moves shall count as much as a crowd."""
MOST = 10
"""Guides in a row that are passed over at most."""


class Similar:
    """Tells which guides need no picture of their own.

    As StreamDiffusion's filter it passes over more of them the more alike they are, but evenly instead of by chance,
    so that the same film is the same again.
    """

    def __init__(self, still: float) -> None:
        """`still` is the change, as a share of black to white in the cell that changes most, from which on all are
        painted; 0 for all in any case."""
        self._still = still
        self._shown: NDArray[np.float32] | None = None
        self._asked: Any = None
        self._owed, self._passed, self._painted = 0.0, 0, 0

    def passes(self, drawn: NDArray[np.float32], asked: Any, steps: int) -> bool:
        """Whether the last picture will do for a drawing (h, w, 3), 0..1, with which the same is `asked`.

        What takes `steps` pictures to be seen is given these.
        """
        if self._still <= 0.0:
            return False
        cells = np.asarray(cv2.resize(drawn, (CELLS, CELLS), interpolation=cv2.INTER_AREA), np.float32)
        change = 1.0
        if self._shown is not None and asked == self._asked:
            change = float(np.abs(cells - self._shown).max()) / self._still
        self._owed += change
        if change < 1.0 and self._painted >= steps and self._passed < MOST and self._owed < 1.0:
            self._passed += 1
            return True
        self._painted = 1 if change >= 1.0 else self._painted + 1
        self._shown, self._asked, self._owed, self._passed = cells, asked, 0.0, 0
        return False
