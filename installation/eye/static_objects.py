"""Static objects that look like people: figures whose pixels stay the same, however their landmarks tremble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.frame_view import FrameView
from installation.eye.pose_estimator import MAIN_LANDMARKS, PoseDetection

Array = NDArray[np.float32]

MOVED_SHIFT = 0.05
"""Shift of a body's landmarks, in body sizes, within which they may be those of the same static object."""
FAR_SHIFT = 0.3
"""Shift, in body sizes, that no trembling makes: then the pixels at the old place do not matter."""
PATCH_SIZE_PX = (64, 128)
"""Width and height of the small grey picture of a place; one of its pixels is a few of the camera's."""
PATCH_MARGIN = 0.08
"""Share of the box's size by which the patch is larger: a limb may leave the box."""
SHADING_PX = 4.0
"""Standard deviation of the blur that is subtracted from a patch: shadows and lamps are smoother than bodies."""
SMOOTHING_SECONDS = 0.2
"""Time constant of a patch's average, which removes the camera's noise."""
CHANGED_LEVELS = 3.5
"""Grey levels by which an averaged pixel must differ to have changed: the edge of a chest that breathes does."""
NOISE_FACTOR = 5.0
"""The same as a multiple of the patch's own noise, where that is stronger."""
NOISE_STRIDE = 7
"""Every so many pixels of a patch the noise is measured."""
CHANGED_SHARE = 0.006
"""Share of the pixels in view that must have changed for the place to have changed."""
MIN_VISIBLE_SHARE = 0.2
"""Share of a patch that must be free of other bodies for a verdict."""


class PlacePatch:
    """The appearance of a place in the picture: how it was, how it is, and how much of it has changed.

    A patch consists of grey levels without their shading. Averages over time separate the smallest movement, that of a
    body which breathes, from the camera's noise.
    """

    def __init__(self, view: FrameView, box_px: Array) -> None:
        self._box_px = _grown(box_px, PATCH_MARGIN)
        self.reference = _patch(view, self._box_px)
        """(height, width) how the place was."""
        self._average = self.reference.copy()
        self._samples = np.ones_like(self.reference)
        """How many pictures each pixel's average is worth."""
        self._reference_samples = np.ones_like(self.reference)
        self._noise = 0.0
        """Mean absolute difference of two pictures."""
        self._previous = self.reference

    def changed_share(self, view: FrameView, dt: float, others: Sequence[Array]) -> float | None:
        """Take in a picture `dt` seconds after the last; the share of the place that differs from the reference.

        Pixels within the boxes `others` do not count; None where too few are left.
        """
        now = _patch(view, self._box_px)
        free = self._outside(others)
        if free.mean() < MIN_VISIBLE_SHARE:
            self._previous = now
            return None
        noise = float(np.median(np.abs(now - self._previous)[free][::NOISE_STRIDE]))
        self._noise += (noise - self._noise) * (0.2 if self._noise else 1.0)
        self._previous = now
        longest = max(1.0, SMOOTHING_SECONDS / max(dt, 1e-3))
        self._samples = np.where(free, np.minimum(self._samples + 1.0, longest), self._samples)
        self._average += np.where(free, (now - self._average) / self._samples, 0.0)
        deviation = 1.05 * self._noise * np.sqrt(1.0 / self._samples + 1.0 / self._reference_samples)
        threshold = np.maximum(CHANGED_LEVELS, NOISE_FACTOR * deviation)
        return float((np.abs(self._average - self.reference) > threshold)[free].mean())

    def refine_reference(self, dt: float, seconds: float) -> None:
        """Move the reference towards the average, with a time constant of `seconds`."""
        self.reference = self.reference + np.float32(min(1.0, dt / seconds)) * (self._average - self.reference)
        self._reference_samples = np.maximum(self._reference_samples, self._samples)

    def settle(self) -> None:
        """Take the present average for the reference."""
        self.reference = self._average.copy()
        self._reference_samples = self._samples.copy()

    def _outside(self, others: Sequence[Array]) -> NDArray[np.bool_]:
        """(height, width) of the pixels outside the boxes."""
        width, height = PATCH_SIZE_PX
        left, top, right, bottom = self._box_px.tolist()
        scale = np.array([width / (right - left), height / (bottom - top)] * 2)
        outside = np.ones((height, width), bool)
        for box in others:
            x0, y0, x1, y1 = ((box - [left, top, left, top]) * scale).round().astype(int).tolist()
            # Their edges are seen as far as the shading reaches.
            reach = round(2.0 * SHADING_PX)
            outside[max(y0 - reach, 0) : max(y1 + reach, 0), max(x0 - reach, 0) : max(x1 + reach, 0)] = False
        return outside


@dataclass(slots=True, eq=False)
class StaticObject:
    """Where a body was first detected, and the appearance of its place."""

    landmarks_px: Array
    box_px: Array
    patch: PlacePatch

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
    still_seconds: float = 0.0
    """Seconds in all for which its place was in view and the same."""
    patience: float = 1.0
    """Multiple of the filter's time for which it may stand still: a body that has moved before may rest longer."""


def static_candidate(detection: PoseDetection, box_px: Array, view: FrameView) -> StaticObject:
    """The static object that a new detection may turn out to be."""
    return StaticObject(detection.landmarks_px, box_px, PlacePatch(view, box_px))


def landmark_shift(reference: StaticObject, landmarks_px: Array, visibility: Array) -> float:
    """Shift of landmarks (33, 2) from the reference's, in body sizes: the 0.7 quantile of the visible main ones."""
    indices = [i for i in MAIN_LANDMARKS if visibility[i] > 0.3] or MAIN_LANDMARKS
    shifts = np.linalg.norm(landmarks_px[indices] - reference.landmarks_px[indices], axis=1) / reference.size_px
    return float(np.quantile(shifts, 0.7))


def _grown(box_px: Array, share: float) -> Array:
    margin = share * max(float(box_px[2] - box_px[0]), float(box_px[3] - box_px[1]))
    return box_px + np.array([-margin, -margin, margin, margin], np.float32)


def _patch(view: FrameView, box_px: Array) -> Array:
    """A box of the picture as PATCH_SIZE_PX grey levels without their shading; what lies beyond the picture is 0."""
    width, height = view.size_px
    x0, y0, x1, y1 = (float(v) for v in box_px)
    left, top, right, bottom = max(0, int(x0)), max(0, int(y0)), min(width, int(x1) + 1), min(height, int(y1) + 1)
    patch = np.zeros(PATCH_SIZE_PX[::-1], np.float32)
    if right - left < 4 or bottom - top < 4:
        return patch
    scale = PATCH_SIZE_PX[0] / (x1 - x0), PATCH_SIZE_PX[1] / (y1 - y0)
    columns = [min(max(round((x - x0) * scale[0]), 0), PATCH_SIZE_PX[0]) for x in (left, right)]
    rows = [min(max(round((y - y0) * scale[1]), 0), PATCH_SIZE_PX[1]) for y in (top, bottom)]
    size = max(1, columns[1] - columns[0]), max(1, rows[1] - rows[0])
    grey = cv2.cvtColor(view.pixels[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    levels = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    levels -= cv2.GaussianBlur(levels, (0, 0), SHADING_PX)
    patch[rows[0] : rows[0] + size[1], columns[0] : columns[0] + size[0]] = levels[: PATCH_SIZE_PX[1] - rows[0]]
    return patch
