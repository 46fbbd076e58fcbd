"""Seeded noise for the painter: the same seed gives the same brush accidents at the same places of the canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.pictures.style import slerp_arrays

Array = NDArray[np.float32]

NOISE_CHANNELS = 8
"""Channels of the noise: half of them fine, half of them coarse."""
COARSE_CELLS = 8
"""Cells of the fine half of the channels to one of the coarse half, on a canvas of TYPICAL_CELLS; more on larger ones.
"""
BROAD_SIGMA_CELLS = 1.0
"""Standard deviation of the blur of the fine half where it is broad."""
TYPICAL_CELLS = 64
"""Cells along the short side of a canvas of 256 pixels."""


@dataclass(frozen=True, slots=True)
class SeedBlend:
    """A seed, or a blend of two."""

    first: int = 0
    second: int = 0
    share: float = 0.0
    """0 is `first`, 1 is `second`; values in between interpolate on the sphere."""
    origin: tuple[int, int] = (0, 0)
    """Row and column of this tile in the noise of the whole canvas, cells."""
    field_size: tuple[int, int] | None = None
    """Height and width, in cells, of the noise of a canvas that is painted in tiles; None without tiles."""
    broad: bool = False
    """Whether the fine half of the noise is smoothed: flat areas get daubs of a brush in place of a hatch."""


def noise(seed: int | SeedBlend, height: int, width: int) -> Array:
    """(NOISE_CHANNELS, height, width) with mean 0 and standard deviation 1."""
    if isinstance(seed, int):
        return _field(seed, height, width)
    if seed.field_size is not None:
        top, left = seed.origin
        return noise(replace(seed, field_size=None), *seed.field_size)[:, top : top + height, left : left + width]
    if seed.share <= 0.0 or seed.first == seed.second:
        field = _field(seed.first, height, width)
    else:
        ends = _field(seed.first, height, width), _field(seed.second, height, width)
        field = slerp_arrays(*ends, min(seed.share, 1.0))
    return _broadened(field) if seed.broad else field


def _broadened(field: Array) -> Array:
    """A field whose fine channels are smoothed, with the same standard deviation."""
    fine = [cv2.GaussianBlur(channel, (0, 0), BROAD_SIGMA_CELLS) for channel in field[: NOISE_CHANNELS // 2]]
    smooth = np.stack(fine) / max(float(np.std(fine)), 1e-6)
    return np.concatenate([smooth, field[NOISE_CHANNELS // 2 :]]).astype(np.float32)


@lru_cache(maxsize=8)
def _field(seed: int, height: int, width: int) -> Array:
    rng = np.random.default_rng(seed)
    fine = rng.standard_normal((NOISE_CHANNELS // 2, height, width), np.float32)
    step = COARSE_CELLS * max(1, round(min(height, width) / TYPICAL_CELLS))
    rows, columns = -(-height // step) + 2, -(-width // step) + 2
    grid = rng.standard_normal((NOISE_CHANNELS - NOISE_CHANNELS // 2, rows, columns), np.float32)
    size = (columns * step, rows * step)
    coarse = np.stack([cv2.resize(channel, size, interpolation=cv2.INTER_CUBIC) for channel in grid])
    coarse = coarse[:, step : step + height, step : step + width]
    return np.concatenate([fine, coarse / max(float(coarse.std()), 1e-6)]).astype(np.float32)
