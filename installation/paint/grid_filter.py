"""Filters against the painter's grid: a faint weave of four pixels that its network leaves on flat areas."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.engines.network import GRAIN_PX

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

WINDOW_CELLS = 13
"""Side of the box, applied twice, over which the weave is measured; one cell is a period of it."""
KERNEL_SIGMA_PX = 3.0
"""Standard deviation of the Gaussian window of the band filters, along the axis of a band."""
NEIGHBOUR_OFFSET = 0.1
"""Distance, cycles a pixel, of the two neighbouring bands from that of the weave: nearly twice a band's deviation."""
ENERGY_CELL_PX = 4
"""Pixels, along a side, over which energies are averaged before they are blurred."""
ENERGY_SIGMA_CELLS = 1.25
"""Standard deviation of that blur."""
EXPECTED_SHARE = 0.5
"""Energy that is left in the weave's band, of the geometric mean of its neighbours' energies."""


_LOGITS = np.log((np.arange(256, dtype=np.float32) + 0.5) / (255.5 - np.arange(256, dtype=np.float32)))
"""What the network's sigmoid makes each of the 256 values of."""


def without_grid(painting: Pixels) -> Pixels:
    """A painting (h, w, 3) without the weave of GRAIN_PX pixels; other strokes and edges stay.

    Two filters follow each other: one for a weave that is the same in all cells around, whatever its shape, and that of
    `without_rows`. The network's last step is a sigmoid, before which the weave is as strong in bright places as
    elsewhere; it is measured there.
    """
    values = _LOGITS[painting]
    _remove_repeated_cells(values)
    _remove_rows(values)
    return np.asarray(255.0 / (1.0 + np.exp(-values)) + 0.5, np.uint8)


def without_rows(painting: Pixels) -> Pixels:
    """A painting (h, w, 3) without rows and columns of GRAIN_PX pixels, also where they drift and bend.

    It takes a third of the time of `without_grid`, and is for paintings that are made live.
    """
    values = painting.astype(np.float32)
    _remove_rows(values)
    return cv2.convertScaleAbs(np.maximum(values, 0.0, out=values))  # type: ignore[return-value]


def _remove_rows(values: Array) -> None:
    """Remove rows and columns of GRAIN_PX pixels from values (h, w, 3), in place."""
    for axis in (0, 1):
        _remove_band(values, axis)


def _remove_repeated_cells(values: Array) -> None:
    """Remove from logits (h, w, 3), in place, what repeats every GRAIN_PX pixels along both axes.

    For each of the pixels of a cell, the mean over the cells around it should be that of the whole cell; the difference
    is the weave. Rows and columns after the last whole cell stay.
    """
    height, width = (side // GRAIN_PX * GRAIN_PX for side in values.shape[:2])
    phases = [(row, column) for row in range(GRAIN_PX) for column in range(GRAIN_PX)]
    means = [_smooth(values[row:height:GRAIN_PX, column:width:GRAIN_PX]) for row, column in phases]
    middle = sum(means) / len(means)
    for (row, column), mean in zip(phases, means, strict=True):
        values[row:height:GRAIN_PX, column:width:GRAIN_PX] -= mean - middle


def _smooth(values: Array) -> Array:
    window = (WINDOW_CELLS, WINDOW_CELLS)
    once = cv2.blur(np.ascontiguousarray(values), window, borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.blur(once, window, borderType=cv2.BORDER_REFLECT), np.float32)


def _remove_band(values: Array, axis: int) -> None:
    """Lower the band of GRAIN_PX pixels along an axis of values (h, w, 3), in place, to what its neighbours expect.

    Spectral subtraction (Boll 1979) for each place: the energy of edges and strokes falls evenly with frequency, so
    that the geometric mean of the energies on both sides is what a band has without a weave.
    """
    weave, (height, width) = 1.0 / GRAIN_PX, values.shape[:2]
    band, grey = _band(values, weave, axis), _mean(values)
    below, above = (_energy(_band(grey, weave + offset, axis)) for offset in (-NEIGHBOUR_OFFSET, NEIGHBOUR_OFFSET))
    ratio = EXPECTED_SHARE * np.sqrt(below * above) / np.maximum(_energy(_mean(band)), 1e-9)
    share = cv2.resize(1.0 - np.sqrt(np.minimum(ratio, 1.0)), (width, height), interpolation=cv2.INTER_LINEAR)
    values -= share[..., None] * band


def _band(values: Array, frequency: float, axis: int) -> Array:
    """The part of values (h, w) or (h, w, 3) around a frequency in cycles a pixel, along one axis."""
    along, across = _kernel(frequency), np.ones(1, np.float32)
    x, y = (across, along) if axis == 0 else (along, across)
    return np.asarray(cv2.sepFilter2D(values, -1, x, y, borderType=cv2.BORDER_REFLECT), np.float32)


@lru_cache(maxsize=4)
def _kernel(frequency: float) -> Array:
    reach = round(3.0 * KERNEL_SIGMA_PX)
    places = np.arange(-reach, reach + 1, dtype=np.float32)
    window = np.exp(-0.5 * (places / KERNEL_SIGMA_PX) ** 2)
    return np.asarray(2.0 * window / window.sum() * np.cos(2.0 * np.pi * frequency * places), np.float32)


def _mean(values: Array) -> Array:
    """(h, w) the mean of three channels."""
    return np.asarray(values @ np.full(3, 1.0 / 3.0, np.float32), np.float32)


def _energy(band: Array) -> Array:
    """Energy of a band (h, w) around each cell of ENERGY_CELL_PX pixels."""
    height, width = (-(-side // ENERGY_CELL_PX) for side in band.shape)
    cells = cv2.resize(band * band, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(cells, (0, 0), ENERGY_SIGMA_CELLS, borderType=cv2.BORDER_REFLECT), np.float32)
