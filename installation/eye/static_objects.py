"""Static objects that look like people: figures whose pixels stay the same, however their landmarks tremble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import covered_share
from installation.eye.frame_view import FrameView
from installation.eye.pose_estimator import MAIN_LANDMARKS, PoseDetection

Array = NDArray[np.float32]

MOVED_SHIFT = 0.05
"""Shift of a body's landmarks, in body sizes, that a static object does not keep for long; trembling stays below."""
FAR_SHIFT = 0.3
"""Shift, in body sizes, that no trembling makes: then the pixels at the old place do not matter."""
CHANGED_SHARE = 0.08
"""Share of the pixels around a static object that must change with it."""
CHANGED_GREY_LEVELS = 14.0
"""Grey levels by which a pixel must differ to have changed; noise and flicker stay below."""
MOVING_SECONDS = 0.15
"""Seconds for which shift and pixels must both show movement."""
PATCH_SIZE_PX = (48, 96)
"""Width and height of the small grey picture by which a static object is recognised."""


@dataclass(frozen=True, slots=True, eq=False)
class StaticObject:
    """Where a body was first detected, and the appearance of its place."""

    landmarks_px: Array
    box_px: Array
    patch: Array

    @property
    def size_px(self) -> float:
        """Body size in pixels."""
        return float(max(self.box_px[2] - self.box_px[0], self.box_px[3] - self.box_px[1], 1.0))


@dataclass(slots=True, eq=False)
class StaticEvidence:
    """What a track shows of being a static object."""

    candidate: StaticObject | None
    """The object that it may be; None once it has moved."""
    smoothed_px: Array | None = None
    """(33, 2) landmarks without their trembling."""
    moving_seconds: float = 0.0
    """Seconds for which it has moved, without a break."""


def static_candidate(detection: PoseDetection, box_px: Array, view: FrameView) -> StaticObject:
    """The static object that a new detection may turn out to be."""
    return StaticObject(detection.landmarks_px, box_px, _patch(view, box_px))


def landmark_shift(reference: StaticObject, landmarks_px: Array, visibility: Array) -> float:
    """Shift of landmarks (33, 2) from the reference's, in body sizes: the 0.7 quantile of the visible main ones."""
    indices = [i for i in MAIN_LANDMARKS if visibility[i] > 0.3] or MAIN_LANDMARKS
    shifts = np.linalg.norm(landmarks_px[indices] - reference.landmarks_px[indices], axis=1) / reference.size_px
    return float(np.quantile(shifts, 0.7))


def has_changed(reference: StaticObject, view: FrameView, others: Sequence[Array] = ()) -> bool:
    """Whether the reference's place looks different now, and none of the boxes `others` is in front of it."""
    if any(covered_share(reference.box_px, other) > 0.05 for other in others):
        return False
    difference = np.abs(_patch(view, reference.box_px) - reference.patch)
    return float((difference > CHANGED_GREY_LEVELS).mean()) > CHANGED_SHARE


def _patch(view: FrameView, box_px: Array) -> Array:
    """A box of the picture as PATCH_SIZE_PX grey levels, smoothed, minus their mean (the brightness)."""
    width, height = PATCH_SIZE_PX
    x0, y0, x1, y1 = (float(v) / view.downscale for v in box_px)
    centre, size = ((x0 + x1) / 2, (y0 + y1) / 2), (max(x1 - x0, 2.0), max(y1 - y0, 2.0))
    transform = np.array(
        [
            [width / size[0], 0, width / 2 - centre[0] * width / size[0]],
            [0, height / size[1], height / 2 - centre[1] * height / size[1]],
        ],
        np.float32,
    )
    patch = cv2.warpAffine(view.grey, transform, PATCH_SIZE_PX, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    levels = patch.astype(np.float32)
    smoothed: Array = cv2.GaussianBlur(levels - levels.mean(), (0, 0), 1.0).astype(np.float32)
    return smoothed
