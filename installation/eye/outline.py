"""Silhouettes: from a mask to rings of points that can be filled at any size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.pose_estimator import PoseDetection

Array = NDArray[np.float32]

POINTS = 240
"""Most points of one visitor's outline, all rings together."""
SMALLEST = 0.01
"""Rings below this share of the body's area are noise."""
CALM = np.array([[1.0], [4.0], [6.0], [4.0], [1.0]]) / 16.0
"""What each point of a ring is made of: those before it, itself, those after it."""


def outline(look: PoseDetection) -> list[Array]:
    """Rings (n, 2) in picture pixels, whichever way they run; outer rings and holes alike."""
    if look.mask is None:
        return []
    found, _ = cv2.findContours((look.mask > 0.5).view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    sizes = [(cv2.contourArea(ring), ring) for ring in found if len(ring) >= 8]
    least = SMALLEST * max((size for size, _ in sizes), default=0.0)
    rings = [(cv2.arcLength(ring, True), ring[:, 0, :].astype(np.float32)) for size, ring in sizes if size > least]
    around = sum(length for length, _ in rings)
    left, top, side = look.crop_px
    scale = side / look.mask.shape[0]
    offset = np.array([left, top], np.float32)
    return [(_even(ring, max(8, int(POINTS * length / around))) + 0.5) * scale + offset for length, ring in rings]


def area(ring: Array) -> float:
    """Signed area: positive where the ring runs counter-clockwise with y up."""
    return cv2.contourArea(ring, oriented=True)


def wound(rings: list[Array]) -> tuple[Array, ...]:
    """The same rings, y up: those inside no other counter-clockwise, holes clockwise."""
    turned = []
    for index, ring in enumerate(rings):
        inside = sum(
            cv2.pointPolygonTest(other.reshape(-1, 1, 2), (float(ring[0, 0]), float(ring[0, 1])), False) > 0
            for place, other in enumerate(rings)
            if place != index
        )
        outer = inside % 2 == 0
        turned.append(ring if (area(ring) > 0) == outer else np.ascontiguousarray(ring[::-1]))
    return tuple(turned)


def _even(ring: Array, count: int) -> Array:
    """The ring smoothed over a few pixels and cut into `count` equal steps."""
    calm = cv2.filter2D(np.concatenate([ring[-2:], ring, ring[:3]]), -1, CALM)[2:-2]
    closed = calm.view(np.complex64)[:, 0]  # both coordinates at once
    along = np.zeros(len(closed))
    np.cumsum(np.abs(closed[1:] - closed[:-1]), out=along[1:])
    at = np.arange(count) * (along[-1] / count)
    return np.interp(at, along, closed).astype(np.complex64).view(np.float32).reshape(-1, 2)
