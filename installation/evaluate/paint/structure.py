"""Whether the eye still finds people in what was painted of them, and where."""

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

SURE = 0.5
"""The eye's own confidence, as it is set by default."""
PEOPLE = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """How the eye fared on pictures of people."""

    found: float
    """Share of the pictures in which somebody is found where they are."""
    overlap: float | None
    """Intersection over union of the silhouettes, the mean over those; None where there are none."""


class Witness:
    """The eye at its first glance: it has not seen the picture before, and does not follow."""

    def __init__(self) -> None:
        self._estimator = PoseEstimator(None, SURE, tracking=False, max_people=PEOPLE)

    def silhouette(self, picture: Pixels) -> Mask | None:
        """(h, w) of everybody in a picture (h, w, 3); None where nobody is found."""
        height, width = picture.shape[:2]
        side = max(height, width)
        crop = ((width - side) / 2.0, (height - side) / 2.0, float(side))
        masks = [look.mask for look in self._estimator.detect(picture, crop) if look.mask is not None]
        if not masks:
            return None
        square = cv2.resize(np.max(masks, axis=0), (side, side), interpolation=cv2.INTER_LINEAR)
        top, left = (side - height) // 2, (side - width) // 2
        return np.asarray(square[top : top + height, left : left + width] > 0.5)

    def seen(self, pictures: Sequence[Pixels], true: Sequence[Mask]) -> Seen:
        """How silhouettes in pictures agree with the true ones; who is seen where nobody is was not found."""
        overlaps = []
        for picture, silhouette in zip(pictures, true, strict=True):
            mask = self.silhouette(picture)
            if mask is not None and (mask & silhouette).any():
                overlaps.append(float((mask & silhouette).sum() / (mask | silhouette).sum()))
        mean = float(np.mean(overlaps)) if overlaps else None
        return Seen(len(overlaps) / max(len(pictures), 1), mean)

    def share(self, pictures: Sequence[Pixels]) -> float:
        """Of the pictures, those in which somebody is found."""
        return float(np.mean([self.silhouette(picture) is not None for picture in pictures])) if pictures else 0.0

    def close(self) -> None:
        """Give the landmarker back."""
        self._estimator.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
