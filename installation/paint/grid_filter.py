"""Filter against the painter's grid: a faint weave of four pixels that its network leaves on flat areas."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.engines.network import GRAIN_PX

Pixels = NDArray[np.uint8]

WINDOW_CELLS = 13
"""Side of the box, applied twice, over which the weave is measured; one cell is a period of it."""


_LOGITS = np.log((np.arange(256, dtype=np.float32) + 0.5) / (255.5 - np.arange(256, dtype=np.float32)))
"""What the network's sigmoid makes each of the 256 values of."""


def without_grid(painting: Pixels) -> Pixels:
    """A painting (h, w, 3) without what repeats every GRAIN_PX pixels along both axes.

    For each of the pixels of a cell, the mean over the cells around it should be that of the whole cell; the difference
    is the weave. Strokes, which do not repeat so, stay as they are. Rows and columns after the last whole cell stay.
    The network's last step is a sigmoid, before which the weave is as strong in bright places as elsewhere; it is
    measured there.
    """
    height, width = (side // GRAIN_PX * GRAIN_PX for side in painting.shape[:2])
    values = _LOGITS[painting[:height, :width]]
    phases = [(row, column) for row in range(GRAIN_PX) for column in range(GRAIN_PX)]
    means = [_smooth(values[row::GRAIN_PX, column::GRAIN_PX]) for row, column in phases]
    middle = sum(means) / len(means)
    for (row, column), mean in zip(phases, means, strict=True):
        values[row::GRAIN_PX, column::GRAIN_PX] -= mean - middle
    filtered = painting.copy()
    filtered[:height, :width] = (255.0 / (1.0 + np.exp(-values)) + 0.5).astype(np.uint8)
    return filtered


def _smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
    window = (WINDOW_CELLS, WINDOW_CELLS)
    once = cv2.blur(np.ascontiguousarray(values), window, borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.blur(once, window, borderType=cv2.BORDER_REFLECT), np.float32)
