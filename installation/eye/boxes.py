"""Bounding boxes and squares in picture pixels: overlap, crop around a box, box around landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Square = tuple[float, float, float]
"""Left, top and side, pixels."""

CROP_MARGIN = 1.25
"""Side of a body's crop in longer sides of its box."""
SMALLEST_BOX_PX = 24.0
"""Longer side of the smallest box around which a square is made larger than a point."""


def landmark_box(landmarks_px: Array, visibility: Array) -> Array:
    """The box (4,) around a body's visible landmarks, with margins for the top of the head and the soles."""
    is_visible = visibility > 0.3
    visible = landmarks_px[is_visible] if np.count_nonzero(is_visible) >= 4 else landmarks_px
    left, top = np.minimum.reduce(visible).tolist()
    right, bottom = np.maximum.reduce(visible).tolist()
    size = max(right - left, bottom - top, 1.0)
    return np.array([left - 0.06 * size, top - 0.1 * size, right + 0.06 * size, bottom + 0.05 * size], np.float32)


def box_size(box_px: Array) -> float:
    """Longer side of a box, pixels; at least 1."""
    left, top, right, bottom = box_px.tolist()
    size: float = max(right - left, bottom - top, 1.0)
    return size


def square_around(box_px: Array, margin: float = CROP_MARGIN) -> Square:
    """The square around a box, `margin` times its longer side."""
    left, top, right, bottom = box_px.tolist()
    side = margin * max(right - left, bottom - top, SMALLEST_BOX_PX)
    return (left + right - side) / 2.0, (top + bottom - side) / 2.0, side


def stabilised_square(square: Square, box_px: Array) -> Square:
    """The same square while the box stays near its middle, else a new one: a crop at rest is tracked best."""
    left, top, side = square
    new = square_around(box_px)
    drift = max(abs(new[0] + new[2] / 2 - left - side / 2), abs(new[1] + new[2] / 2 - top - side / 2))
    return square if drift < 0.06 * side and 0.85 < new[2] / side < 1.12 else new


def covered_share(box: Array, by: Array) -> float:
    """Share 0..1 of the area of `box` that the box `by` covers."""
    width = min(box[2], by[2]) - max(box[0], by[0])
    height = min(box[3], by[3]) - max(box[1], by[1])
    return max(0.0, float(width)) * max(0.0, float(height)) / float((box[2] - box[0]) * (box[3] - box[1]))


def iou(a: Array, b: Array) -> float:
    """Intersection over union of two boxes (4,)."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    intersection = float(width * height)
    return intersection / float((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - intersection)


def union(a: Array, b: Array) -> Array:
    """The box (4,) around two boxes."""
    return np.concatenate([np.minimum(a[:2], b[:2]), np.maximum(a[2:], b[2:])])
