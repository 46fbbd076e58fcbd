"""Silhouette outlines: a segmentation mask as polygons (rings) that can be filled at any size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.mask_geometry import cut_sides, ends_early, has_straight_base
from installation.eye.pose_estimator import PoseDetection

Array = NDArray[np.float32]

MAX_POINTS = 240
"""Most points of one visitor's outline, all rings together."""
MIN_RING_SHARE = 0.01
"""Rings below this share of the largest ring's area are noise."""
MAX_AGE_SECONDS = 0.5
"""Seconds for which an outline stands in for those that are cut or missing."""
EARLY_END_SECONDS = 0.2
"""Seconds for which a mask that ends before the body, or that others cover, is taken for a mistake of the moment; after
them the body is behind something."""
SMOOTHING_KERNEL = np.array([[1.0], [4.0], [6.0], [4.0], [1.0]]) / 16.0
"""Weights of a ring's point and the two on each side of it."""


class OutlineMemory:
    """The outline of one body: the last that was whole, moved along with the torso while it is fresh enough."""

    def __init__(self) -> None:
        self._rings: list[Array] = []
        self._torso_px: NDArray[np.floating] = np.zeros(2)
        """(2,) middle of the torso when the rings were drawn."""
        self._time = 0.0
        self._doubtful: tuple[float, float] | None = None
        """When the first and the last of the latest masks were drawn that may not show the whole body."""

    def update(
        self, detection: PoseDetection, size_px: tuple[int, int], torso_px: NDArray[np.floating], t: float
    ) -> None:
        """Take a detection's outline at time `t`, unless its crop cuts it in a picture of this width and height."""
        if any(cut_sides(detection, size_px)):
            return
        if self._is_mistake(detection, t):
            if t - self._time > EARLY_END_SECONDS:
                self._rings = []  # of a posture that is long over
            return
        rings = silhouette_rings(detection)
        if rings:
            self._rings, self._torso_px, self._time = rings, torso_px, t

    def _is_mistake(self, detection: PoseDetection, t: float) -> bool:
        """Whether a mask may not show the whole body, and those just before it did."""
        goes_on = self._doubtful is not None and t - self._doubtful[1] < EARLY_END_SECONDS
        # Landmarks and mask alike may end above the feet at the first look after another body covered them.
        ends = ends_early(detection) or (goes_on and has_straight_base(detection))
        if not (detection.is_covered or ends):
            self._doubtful = None
            return False
        since = self._doubtful[0] if self._doubtful is not None and goes_on else t
        self._doubtful = (since, t)
        return t - since < EARLY_END_SECONDS

    def rings(self, torso_px: NDArray[np.floating], t: float) -> list[NDArray[np.floating]]:
        """Rings (n, 2) in picture pixels at time `t`, with the torso's middle there; none when the last are too old."""
        if t - self._time > MAX_AGE_SECONDS:
            return []
        shift = torso_px - self._torso_px
        return [ring + shift for ring in self._rings]


def silhouette_rings(detection: PoseDetection) -> list[Array]:
    """Rings (n, 2) in picture pixels, in either orientation; outer rings and holes alike."""
    if detection.mask is None:
        return []
    contours, _ = cv2.findContours((detection.mask > 0.5).view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    sized = [(cv2.contourArea(ring), ring) for ring in contours if len(ring) >= 8]
    min_area = MIN_RING_SHARE * max((area for area, _ in sized), default=0.0)
    rings = [(cv2.arcLength(ring, True), ring[:, 0, :].astype(np.float32)) for area, ring in sized if area > min_area]
    total_length = sum(length for length, _ in rings)
    left, top, side = detection.crop_px
    scale = side / detection.mask.shape[0]
    offset = np.array([left, top], np.float32)
    return [
        (_resampled(ring, max(8, int(MAX_POINTS * length / total_length))) + 0.5) * scale + offset
        for length, ring in rings
    ]


def signed_area(ring: Array) -> float:
    """Positive where the ring runs counter-clockwise with y up."""
    return cv2.contourArea(ring, oriented=True)


def oriented_rings(rings: list[Array]) -> tuple[Array, ...]:
    """The same rings, y up: outer ones counter-clockwise, holes clockwise."""
    oriented = []
    for index, ring in enumerate(rings):
        depth = sum(
            cv2.pointPolygonTest(other.reshape(-1, 1, 2), (float(ring[0, 0]), float(ring[0, 1])), False) > 0
            for other_index, other in enumerate(rings)
            if other_index != index
        )
        is_outer = depth % 2 == 0
        oriented.append(ring if (signed_area(ring) > 0) == is_outer else np.ascontiguousarray(ring[::-1]))
    return tuple(oriented)


def _resampled(ring: Array, count: int) -> Array:
    """The ring smoothed over a few pixels and resampled at `count` equal steps."""
    smooth = cv2.filter2D(np.concatenate([ring[-2:], ring, ring[:3]]), -1, SMOOTHING_KERNEL)[2:-2]
    closed = smooth.view(np.complex64)[:, 0]  # both coordinates at once
    distance = np.zeros(len(closed))
    np.cumsum(np.abs(closed[1:] - closed[:-1]), out=distance[1:])
    samples = np.arange(count) * (distance[-1] / count)
    points: Array = np.interp(samples, distance, closed).astype(np.complex64).view(np.float32).reshape(-1, 2)
    return points
