"""Recognisability of painted people: whether, and where, a pose estimator finds them in paintings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.pose_estimator import PoseEstimator

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

MIN_CONFIDENCE = 0.5
"""Detection confidence, the eye's default."""
MAX_PEOPLE = 4
"""People that are looked for in a picture."""


@dataclass(frozen=True, slots=True)
class DetectionScore:
    """Detection of people in pictures of them."""

    found: float
    """Share of the pictures in which a person is found in the right place."""
    overlap: float | None
    """Mean intersection over union of the silhouettes in these; None without any."""


class SilhouetteDetector:
    """The eye's pose estimator on single pictures, without tracking."""

    def __init__(self) -> None:
        self._estimator = PoseEstimator(None, MIN_CONFIDENCE, tracking=False, max_people=MAX_PEOPLE)

    def silhouette(self, picture: Pixels) -> Mask | None:
        """Return (h, w) the joint silhouette of all people in a picture (h, w, 3); None if no person is found."""
        height, width = picture.shape[:2]
        side = max(height, width)
        crop = ((width - side) / 2.0, (height - side) / 2.0, float(side))
        masks = [pose.mask for pose in self._estimator.detect(picture, crop) if pose.mask is not None]
        if not masks:
            return None
        square = cv2.resize(np.max(masks, axis=0), (side, side), interpolation=cv2.INTER_LINEAR)
        top, left = (side - height) // 2, (side - width) // 2
        return np.asarray(square[top : top + height, left : left + width] > 0.5)

    def score(self, pictures: Sequence[Pixels], true: Sequence[Mask]) -> DetectionScore:
        """Compare silhouettes in pictures with the true ones; a silhouette elsewhere counts as not found."""
        overlaps = []
        for picture, silhouette in zip(pictures, true, strict=True):
            mask = self.silhouette(picture)
            if mask is not None and (mask & silhouette).any():
                overlaps.append(float((mask & silhouette).sum() / (mask | silhouette).sum()))
        mean = float(np.mean(overlaps)) if overlaps else None
        return DetectionScore(len(overlaps) / max(len(pictures), 1), mean)

    def detection_rate(self, pictures: Sequence[Pixels]) -> float:
        """Return the share of the pictures in which a person is found."""
        return float(np.mean([self.silhouette(picture) is not None for picture in pictures])) if pictures else 0.0

    def close(self) -> None:
        """Close the pose estimator."""
        self._estimator.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
