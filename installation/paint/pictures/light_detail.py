"""Transfer of light detail from a guide to its painting, so that faces stay recognisable in every style."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.pictures.style import PALETTE_COLOURS

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

REFERENCE_PX = 630.0
"""Short side of a painting for which the next lengths are."""
FINE_SIGMA_PX = 1.0
"""Standard deviation of the blur of details that are too fine to be transferred, in pixels of any painting."""
COARSE_SIGMA_PX = 16.0
"""Standard deviation of the blur that is taken for the light without detail: features of a face are smaller."""
WINDOW_SIGMA_PX = 16.0
"""Standard deviation of the window in which the detail of guide and painting is compared."""
MIN_SLOPE = 0.7
"""Least slope of the painting's light over the guide's, as far as details go."""
NOISE_VARIANCE = 1.0
"""Variance of L (CIE Lab) of a detail that does not count."""
MAX_EXPOSURE = 2.5
"""Greatest factor on the light of shadows in a painting that is too dark to be seen."""
MIDDLE_QUANTILE = 0.75
"""Quantile of L that stands for what is lit in guide and painting, highlights apart."""
VISIBLE_LIGHT = 24.0
"""L of what is lit from which on a painting is light enough in any style."""


def with_guide_light(painting: Pixels, light: Array, palette: Array) -> Pixels:
    """A painting (h, w, 3) in which the detail of a guide's `light` (any size, -1..1) is visible.

    A painting that is dark although its guide and the lightest colour of a style's `palette` are not is exposed longer.
    Where a painting is as rich in contrast as its guide it stays as it is: only the missing share of a detail is added.
    """
    height, width = painting.shape[:2]
    lab = np.asarray(cv2.cvtColor(painting.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), np.float32)
    seen = np.asarray(cv2.resize(50.0 + 50.0 * light, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    exposure = _exposure(lab[..., 0], seen, palette)
    # Shadows get all of it, highlights next to nothing.
    lab *= (exposure / (1.0 + (exposure - 1.0) * lab[..., :1] / 100.0)).astype(np.float32)
    unit = min(height, width) / REFERENCE_PX
    detail, painted = _detail(seen, unit), _detail(lab[..., 0], unit)
    window = max(1.0, WINDOW_SIGMA_PX * unit)
    slope = _blur(detail * painted, window) / (_blur(detail * detail, window) + NOISE_VARIANCE)
    lab[..., 0] = np.clip(lab[..., 0] + np.clip(MIN_SLOPE - slope, 0.0, MIN_SLOPE) * detail, 0.0, 100.0)
    return (255.0 * np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0) + 0.5).astype(np.uint8)


def _exposure(painted: Array, seen: Array, palette: Array) -> float:
    """Factor on the light of shadows that makes a dark painting visible."""
    lightest = float(palette[9:].reshape(PALETTE_COLOURS, 4)[:, 0].max())
    found, expected = (float(np.quantile(values, MIDDLE_QUANTILE)) for values in (painted, seen))
    return float(np.clip(min(lightest * expected, VISIBLE_LIGHT) / max(found, 1.0), 1.0, MAX_EXPOSURE))


def _detail(light: Array, unit: float) -> Array:
    return _blur(light, FINE_SIGMA_PX) - _blur(light, max(2.0 * FINE_SIGMA_PX, COARSE_SIGMA_PX * unit))


def _blur(values: Array, sigma_px: float) -> Array:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT), np.float32)
