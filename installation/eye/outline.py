"""Silhouettes: from a mask to rings of points that can be filled at any size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.landmark import Look

Array = NDArray[np.float32]

POINTS = 240
"""Most points of one visitor's outline, all rings together."""
SMALLEST = 0.01
"""Rings below this share of the body's area are noise."""


def outline(look: Look) -> list[Array]:
    """Rings (n, 2) in picture pixels, whichever way they run; outer rings and holes alike."""
    if look.mask is None:
        return []
    soft = cv2.pyrDown(cv2.convertScaleAbs(look.mask, alpha=255.0))  # half the size, and calmer at the edge
    found, _ = cv2.findContours(
        cv2.threshold(soft, 127, 255, cv2.THRESH_BINARY)[1], cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    rings = [ring[:, 0, :].astype(np.float32) for ring in found if len(ring) >= 8]
    if not rings:
        return []
    areas = [abs(area(ring)) for ring in rings]
    rings = [ring for ring, size in zip(rings, areas, strict=True) if size > SMALLEST * max(areas)]
    around = sum(_length(ring) for ring in rings)
    left, top, side = look.crop
    scale = side / soft.shape[0]
    offset = np.array([left, top], np.float32)
    return [(_even(ring, max(8, int(POINTS * _length(ring) / around))) + 0.5) * scale + offset for ring in rings]


def area(ring: Array) -> float:
    """Signed area: positive where the ring runs counter-clockwise with y up."""
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


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


def _length(ring: Array) -> float:
    return float(np.linalg.norm(np.diff(ring, axis=0, append=ring[:1]), axis=1).sum())


def _even(ring: Array, count: int) -> Array:
    """The ring smoothed over a few pixels and cut into `count` equal steps."""
    for _ in range(2):
        ring = 0.25 * np.roll(ring, 1, axis=0) + 0.5 * ring + 0.25 * np.roll(ring, -1, axis=0)
    closed = np.concatenate([ring, ring[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0.0, along[-1], count, endpoint=False)
    return np.stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)
