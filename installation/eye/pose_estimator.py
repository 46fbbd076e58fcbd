"""Pose estimation of one person in a square crop: landmarks in pixels and metres, and a segmentation mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import Square
from installation.eye.mediapipe_backend import landmarker_options, open_landmarker
from installation.eye.warmup_picture import draw_person

Array = NDArray[np.float32]

CROP_SIDE_PX = 288
"""Side of a crop: the landmark network itself sees 256, around a body that fills most of the crop."""
PADDING_RGB = (114, 114, 114)
"""Colour of a crop beyond the edges of the picture, and of masked bodies."""
MASK_DILATION = np.ones((7, 7), np.uint8)
"""Kernel that widens a masked body, in pixels of a crop."""
TOUCHING = np.ones((5, 5), np.uint8)
"""Kernel within which a mask touches what was painted, in pixels of the mask."""
TOUCHING_SHARE = 0.15
"""Touching pixels, in heights of the body, from which on a part of it may be hidden."""
MAIN_LANDMARKS = [0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
"""The landmarks that decide whether a body is one: nose, shoulders to wrists, hips to ankles."""


@dataclass(frozen=True, slots=True, eq=False)
class PoseDetection:
    """One person found in one crop."""

    landmarks_px: Array
    """(33, 2)."""
    local_landmarks_m: Array
    """(33, 3) metres from the hips, camera axes: x right, y down, z away."""
    visibility: Array
    """(33,) 0..1: inside the picture and not hidden."""
    crop_px: Square
    """The square of the picture that was searched."""
    mask: Array | None = None
    """(side / 2, side / 2) 0..1 within the crop."""
    is_covered: bool = False
    """Whether it lies beside bodies that were masked in its crop, which may hide a part of it."""


class PoseEstimator:
    """One MediaPipe landmarker; with `tracking` it tracks one person itself, else each detection is independent."""

    def __init__(self, model: Path | None, confidence: float, tracking: bool, max_people: int = 1) -> None:
        self._landmarker = open_landmarker(landmarker_options(model, confidence, tracking, max_people))
        self._tracking = tracking
        self._has_target = False

    def detect(
        self,
        pixels: NDArray[np.uint8],
        crop_px: Square,
        side_px: int = CROP_SIDE_PX,
        others: Sequence[PoseDetection] = (),
    ) -> list[PoseDetection]:
        """Return the people in the square `crop_px` of a picture (height, width, 3), scaled to `side_px`.

        `others` are masked while no person is tracked: of two people the landmarker finds the more conspicuous one.
        """
        left, top, size = crop_px
        crop = crop_square(pixels, crop_px, side_px)
        painted = None if self._has_target else _mask_out(crop, crop_px, others)
        found = self._landmarker.detect(crop)
        self._has_target = self._tracking and bool(found)
        corner = np.array([left, top], np.float32)
        masks = [None if pose.mask is None else _halved(pose.mask) for pose in found]
        return [
            PoseDetection(
                pose.normalised_landmarks * np.float32(size) + corner,
                pose.local_landmarks_m,
                pose.visibility,
                crop_px,
                mask,
                mask is not None and painted is not None and _touches(mask, painted),
            )
            for pose, mask in zip(found, masks, strict=True)
        ]

    def warm_up(self) -> None:
        """Detect a drawn person: the first detection takes twice as long as the next, and 5 MB that are kept."""
        pixels = draw_person()
        self.detect(pixels, (0.0, 0.0, float(len(pixels))))
        self.reset_tracking()

    def reset_tracking(self) -> None:
        """Drop the tracked person: an empty picture ends the landmarker's own track."""
        if self._has_target:
            self._landmarker.detect(np.zeros((64, 64, 3), np.uint8))
            self._has_target = False

    def close(self) -> None:
        """Free the landmarker."""
        self._landmarker.close()


def crop_square(pixels: NDArray[np.uint8], square: Square, side_px: int = CROP_SIDE_PX) -> NDArray[np.uint8]:
    """Return a square of the picture scaled to (side_px, side_px, 3), padded with grey beyond the picture's edges."""
    left, top, size = square
    scale = side_px / size
    transform = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float32)
    interpolation = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    crop = cv2.warpAffine(pixels, transform, (side_px, side_px), flags=interpolation, borderValue=PADDING_RGB)
    return np.asarray(crop, np.uint8)


def _halved(mask: Array) -> Array:
    """A copy of the mask with half the points along each side: the resolution that the network sees."""
    return np.asarray(cv2.resize(mask, (mask.shape[1] // 2, mask.shape[0] // 2), interpolation=cv2.INTER_AREA))


def _mask_out(crop: NDArray[np.uint8], crop_px: Square, others: Sequence[PoseDetection]) -> NDArray[np.bool_] | None:
    """Paint over other detections' bodies in a crop, in place; return the pixels, None where there are none."""
    painted: NDArray[np.bool_] | None = None
    for other in others:
        if other.mask is None:
            continue
        scale = crop.shape[0] / crop_px[2]
        size = other.crop_px[2] / other.mask.shape[0] * scale
        offset = [(other.crop_px[axis] - crop_px[axis]) * scale for axis in (0, 1)]
        transform = np.array([[size, 0, offset[0]], [0, size, offset[1]]], np.float32)
        mask = cv2.warpAffine(other.mask, transform, (crop.shape[1], crop.shape[0]))
        covered = cv2.dilate(mask, MASK_DILATION) > 0.3
        crop[covered] = PADDING_RGB
        painted = covered if painted is None else painted | covered
    return painted


def _touches(mask: Array, painted: NDArray[np.bool_]) -> bool:
    """Whether a mask reaches the painted pixels of its crop, which has twice as many along each side."""
    body = (mask > 0.5).astype(np.uint8)
    beside = (cv2.dilate(body, TOUCHING) > 0) & painted[1::2, 1::2]
    return int(np.count_nonzero(beside)) > TOUCHING_SHARE * int(np.count_nonzero(body.any(axis=1)))
