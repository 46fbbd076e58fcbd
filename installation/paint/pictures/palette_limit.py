"""Limit of a painting's colours to the palette of its style: at strong edges the network goes beyond it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

MAX_DEVIATIONS = 3.0
"""Greatest distance of a and b (CIE Lab) from the palette's mean, in the palette's own deviations."""
KNEE_DEVIATIONS = 2.0
"""Distance up to which colours stay as they are; those beyond it are drawn together below MAX_DEVIATIONS."""
TOLERANCE = 0.02
"""Deviation, in Lab / 100, that is added to the palette's: a palette of one hue keeps a little room."""


def within_palette(painting: Pixels, palette: Array) -> Pixels:
    """A painting (h, w, 3) whose hue and chroma stay near those of a palette, as `palette_of` measures it.

    Lightness stays. Distances are Mahalanobis distances in a and b.
    """
    lab = cv2.cvtColor(painting.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    inverse = np.linalg.inv(_covariance(palette)).astype(np.float32)
    mean = 100.0 * palette[1:3]
    a, b = lab[..., 1] - mean[0], lab[..., 2] - mean[1]
    squared = inverse[0, 0] * a * a + 2.0 * inverse[0, 1] * a * b + inverse[1, 1] * b * b
    distance = np.sqrt(np.maximum(squared, 1e-6))
    room = MAX_DEVIATIONS - KNEE_DEVIATIONS
    limited = KNEE_DEVIATIONS + room * np.tanh((distance - KNEE_DEVIATIONS) / room)
    share = np.where(distance > KNEE_DEVIATIONS, limited / distance, 1.0).astype(np.float32)
    lab[..., 1], lab[..., 2] = mean[0] + share * a, mean[1] + share * b
    near = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0)
    changed = (255.0 * near + 0.5).astype(np.uint8)
    return np.where((share < 1.0)[..., None], changed, painting)


def _covariance(palette: Array) -> NDArray[np.float64]:
    """Covariance (2, 2) of a and b, in Lab units, from the palette's triangular spread."""
    spread = np.zeros((3, 3))
    spread[np.tril_indices(3)] = palette[3:9]
    return np.asarray(1e4 * ((spread @ spread.T)[1:, 1:] + TOLERANCE**2 * np.eye(2)))
