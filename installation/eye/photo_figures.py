"""People in still pictures: pose estimation in a photograph or a painting, as figures to paint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import iou, landmark_box, square_around
from installation.eye.outline import silhouette_rings
from installation.eye.pose_estimator import MAIN_LANDMARKS, PoseDetection, PoseEstimator
from installation.eye.region_proposals import picture_square
from installation.interface.painted_figure import PaintedFigure, scale_of, tone_of

Pixels = NDArray[np.uint8]

MIN_VISIBILITY = 0.6
"""Mean visibility below which a detection is no person."""
MAX_PEOPLE = 3
"""People in a picture."""
PICTURE_SIDE_PX = 384
"""Side of the square in which a whole picture is searched."""
NEAREST_DISTANCE_M = 2.0
"""Metres from the wall at which the largest person is assumed to stand."""


class FigureFinder:
    """Finds the people in any number of pictures with one pose estimator."""

    def __init__(self, estimator: PoseEstimator) -> None:
        self._estimator = estimator

    def figures(self, picture: Pixels) -> tuple[PaintedFigure, ...]:
        """The people in a picture (h, w, 3) that fills the canvas, unmirrored; larger ones are nearer."""
        height, width = picture.shape[:2]
        found: list[PoseDetection] = []
        for proposal in self._estimator.detect(picture, picture_square((width, height)), PICTURE_SIDE_PX):
            square = square_around(landmark_box(proposal.landmarks_px, proposal.visibility))
            for detection in self._estimator.detect(picture, square)[:1]:
                box = landmark_box(detection.landmarks_px, detection.visibility)
                others = (landmark_box(other.landmarks_px, other.visibility) for other in found)
                is_clear = detection.visibility[MAIN_LANDMARKS].mean() > MIN_VISIBILITY
                if is_clear and all(iou(box, other) < 0.5 for other in others):
                    found.append(detection)
        heights_px = [float(np.ptp(detection.landmarks_px[:, 1])) for detection in found]
        return tuple(
            _figure(number, detection, (height, width), NEAREST_DISTANCE_M * max(heights_px) / max(height_px, 1.0))
            for number, (detection, height_px) in enumerate(zip(found, heights_px, strict=True), 1)
        )


@contextmanager
def open_figure_finder(confidence: float = 0.4) -> Iterator[FigureFinder]:
    """A finder that is closed at the end of the context. Raises AssetError where its model is missing."""
    estimator = PoseEstimator(None, confidence, tracking=False, max_people=MAX_PEOPLE)
    try:
        yield FigureFinder(estimator)
    finally:
        estimator.close()


def _figure(number: int, detection: PoseDetection, size: tuple[int, int], distance_m: float) -> PaintedFigure:
    height, width = size
    to_canvas, origin = np.array([1.0 / width, -1.0 / height]), np.array([0.0, 1.0])
    landmarks = detection.landmarks_px * to_canvas + origin
    rings = tuple(ring * to_canvas + origin for ring in silhouette_rings(detection))
    local_m, visibility = detection.local_landmarks_m, detection.visibility
    scale = scale_of(landmarks * (width / height, 1.0), local_m[:, :2] * (1.0, -1.0), visibility)
    depth_m = distance_m + local_m[:, 2]
    velocity, tone = np.zeros_like(landmarks), tone_of(number)
    return PaintedFigure(number, landmarks, distance_m, visibility, rings, velocity, depth_m, scale, tone)
