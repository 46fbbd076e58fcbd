"""People in still pictures: whoever the landmarker finds in a photograph or a painting, as figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import iou, landmark_box, square_around
from installation.eye.outline import outline
from installation.eye.pose_estimator import MAIN_LANDMARKS, PoseDetection, PoseEstimator
from installation.interface.painted_figure import Figure, scale_of, tone_of

Pixels = NDArray[np.uint8]

SURE = 0.6
"""Mean visibility of a body below which it is nobody."""
MOST = 3
"""People in a picture."""
SIDE = 384
"""Pixels of the square in which a whole picture is searched."""
CLOSE = 2.0
"""Metres from the wall that the largest is taken to be."""


class Sitters:
    """One landmarker for any number of pictures."""

    def __init__(self, estimator: PoseEstimator) -> None:
        self._estimator = estimator

    def figures(self, picture: Pixels) -> tuple[Figure, ...]:
        """Those in a picture (h, w, 3), which fills the canvas, unmirrored; the larger ones are nearer."""
        height, width = picture.shape[:2]
        side = float(max(height, width))
        whole = ((width - side) / 2.0, (height - side) / 2.0, side)
        found: list[PoseDetection] = []
        for glance in self._estimator.detect(picture, whole, SIDE):
            for look in self._estimator.detect(
                picture, square_around(landmark_box(glance.landmarks_px, glance.visibility))
            )[:1]:
                box = landmark_box(look.landmarks_px, look.visibility)
                others = (landmark_box(other.landmarks_px, other.visibility) for other in found)
                if look.visibility[MAIN_LANDMARKS].mean() > SURE and all(iou(box, other) < 0.5 for other in others):
                    found.append(look)
        sizes = [float(np.ptp(look.landmarks_px[:, 1])) for look in found]
        return tuple(
            _figure(number, look, (height, width), CLOSE * max(sizes) / max(size, 1.0))
            for number, (look, size) in enumerate(zip(found, sizes, strict=True), 1)
        )


@contextmanager
def sitters(confidence: float = 0.4) -> Iterator[Sitters]:
    """The landmarker, open for as long as it is needed. Raises AssetError where its model is missing."""
    estimator = PoseEstimator(None, confidence, tracking=False, max_people=MOST)
    try:
        yield Sitters(estimator)
    finally:
        estimator.close()


def _figure(number: int, look: PoseDetection, size: tuple[int, int], near: float) -> Figure:
    height, width = size
    spot, up = np.array([1.0 / width, -1.0 / height]), np.array([0.0, 1.0])
    there = look.landmarks_px * spot + up
    rings = tuple(ring * spot + up for ring in outline(look))
    scale = scale_of(there * (width / height, 1.0), look.local_landmarks_m[:, :2] * (1.0, -1.0), look.visibility)
    depth = near + look.local_landmarks_m[:, 2]
    return Figure(number, there, near, look.visibility, rings, np.zeros_like(there), depth, scale, tone_of(number))
