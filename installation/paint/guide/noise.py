"""Noise that a seed names: the same seed gives the same accidents of the brush at the same places of the canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.engines.network import NOISE
from installation.paint.style import sphere

Array = NDArray[np.float32]

BROAD = 8
"""Places of the fine half to one of the broad half, on a canvas of TYPICAL places; of a larger one, more."""
TYPICAL = 64
"""Places along the short side of a canvas of 256 pixels."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """A seed, or a place on the way from one to another."""

    one: int = 0
    other: int = 0
    share: float = 0.0
    """0 is `one`, 1 is `other`, in between lies a turn on the sphere."""
    corner: tuple[int, int] = (0, 0)
    whole: tuple[int, int] | None = None
    """Height and width of the noise of a canvas too large to be painted at once, and where in it this part begins."""


def noise(seed: int | Seeds, height: int, width: int) -> Array:
    """(NOISE, height, width) of mean 0 and deviation 1."""
    if isinstance(seed, int):
        return _field(seed, height, width)
    if seed.whole is not None:
        top, left = seed.corner
        return noise(replace(seed, whole=None), *seed.whole)[:, top : top + height, left : left + width]
    if seed.share <= 0.0 or seed.one == seed.other:
        return _field(seed.one, height, width)
    return sphere(_field(seed.one, height, width), _field(seed.other, height, width), min(seed.share, 1.0))


@lru_cache(maxsize=8)
def _field(seed: int, height: int, width: int) -> Array:
    chance = np.random.default_rng(seed)
    fine = chance.standard_normal((NOISE // 2, height, width), np.float32)
    step = BROAD * max(1, round(min(height, width) / TYPICAL))
    rows, columns = -(-height // step) + 2, -(-width // step) + 2
    coarse = chance.standard_normal((NOISE - NOISE // 2, rows, columns), np.float32)
    size = (columns * step, rows * step)
    broad = np.stack([cv2.resize(c, size, interpolation=cv2.INTER_CUBIC) for c in coarse])
    broad = broad[:, step : step + height, step : step + width]
    return np.concatenate([fine, broad / max(float(broad.std()), 1e-6)]).astype(np.float32)
