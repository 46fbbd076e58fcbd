"""MediaPipe's PoseLandmarker on one person's own crop: landmarks in pixels and metres, and a silhouette."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.mediapipe_backend import open_landmarker, options_of
from installation.eye.warmup_picture import manikin

Array = NDArray[np.float32]

SIDE = 288
"""Pixels of a crop's side: the landmark network itself sees 256, around a body that fills most of the crop."""
GREY = (114, 114, 114)
"""What lies beyond the picture."""
HALO = np.ones((7, 7), np.uint8)
"""Pixels of a crop around a body that are painted over with it."""
BODY = [0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
"""The landmarks by which a body is told from nothing: nose, shoulders to wrists, hips to ankles."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one look found."""

    landmarks_px: Array
    """(33, 2)."""
    metric: Array
    """(33, 3) metres from the hips, camera axes: x right, y down, z away."""
    visibility: Array
    """(33,) 0..1: inside the picture and not hidden."""
    crop: tuple[float, float, float]
    """Left, top and side of the square that was looked at, pixels."""
    mask: Array | None = None
    """(side / 2, side / 2) 0..1 within the crop."""


class Looker:
    """One landmarker. `following` keeps its own track of one person; else every look is a new one."""

    def __init__(self, model: Path | None, confidence: float, following: bool, people: int = 1) -> None:
        self._landmarker = open_landmarker(options_of(model, confidence, following, people))
        self._following = following
        self._locked = False

    def look(
        self,
        pixels: NDArray[np.uint8],
        crop: tuple[float, float, float],
        side: int = SIDE,
        others: Sequence[Look] = (),
    ) -> list[Look]:
        """Who is in the square `crop` of the picture (height, width, 3).

        `others` are painted over until somebody is followed: of two people the landmarker finds the plainer one.
        """
        left, top, size = crop
        cut = cut_of(pixels, crop, side)
        if not self._locked:
            for other in others:
                _hide(cut, crop, other)
        found = self._landmarker.detect(cut)
        self._locked = self._following and bool(found)
        corner = np.array([left, top], np.float32)
        return [
            Look(
                body.place * np.float32(size) + corner,
                body.metric,
                body.visibility,
                crop,
                None if body.mask is None else _halved(body.mask),
            )
            for body in found
        ]

    def practise(self) -> None:
        """Find a drawn body: the first one takes twice as long as the next, and 5 MB that are kept."""
        pixels = manikin()
        self.look(pixels, (0.0, 0.0, float(len(pixels))))
        self.forget()

    def forget(self) -> None:
        """Follow nobody any more: an empty picture ends the landmarker's own track."""
        if self._locked:
            self._landmarker.detect(np.zeros((64, 64, 3), np.uint8))
            self._locked = False

    def close(self) -> None:
        self._landmarker.close()


def cut_of(pixels: NDArray[np.uint8], crop: tuple[float, float, float], side: int = SIDE) -> NDArray[np.uint8]:
    """(side, side, 3) what a square of the picture shows; grey beyond its edges."""
    left, top, size = crop
    scale = side / size
    frame = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float32)
    how = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(pixels, frame, (side, side), flags=how, borderValue=GREY), np.uint8)


def _halved(mask: Array) -> Array:
    """A mask that is its own, with half the points along each side: as fine as the network sees."""
    return np.asarray(cv2.resize(mask, (mask.shape[1] // 2, mask.shape[0] // 2), interpolation=cv2.INTER_AREA))


def _hide(cut: NDArray[np.uint8], crop: tuple[float, float, float], other: Look) -> None:
    """Paint over a body in a picture of `crop`."""
    if other.mask is None:
        return
    scale = cut.shape[0] / crop[2]
    size = other.crop[2] / other.mask.shape[0] * scale
    at = [(other.crop[axis] - crop[axis]) * scale for axis in (0, 1)]
    frame = np.array([[size, 0, at[0]], [0, size, at[1]]], np.float32)
    mask = cv2.warpAffine(other.mask, frame, (cut.shape[1], cut.shape[0]))
    cut[cv2.dilate(mask, HALO) > 0.3] = GREY


def box_of(landmarks_px: Array, visibility: Array) -> Array:
    """(4,) the box around a body's visible landmarks, with room for the head's top and the soles."""
    sure = visibility > 0.3
    seen = landmarks_px[sure] if np.count_nonzero(sure) >= 4 else landmarks_px
    left, top = np.minimum.reduce(seen).tolist()
    right, bottom = np.maximum.reduce(seen).tolist()
    size = max(right - left, bottom - top, 1.0)
    return np.array([left - 0.06 * size, top - 0.1 * size, right + 0.06 * size, bottom + 0.05 * size], np.float32)


def square_of(box_px: Array, margin: float = 1.25) -> tuple[float, float, float]:
    """The square around a box, `margin` times its longer side."""
    left, top, right, bottom = box_px.tolist()
    side = margin * max(right - left, bottom - top, 24.0)
    return (left + right - side) / 2.0, (top + bottom - side) / 2.0, side


def steady(crop: tuple[float, float, float], box_px: Array) -> tuple[float, float, float]:
    """The same square while the box sits well in it, else a new one: a landmarker follows best in a crop at rest."""
    left, top, side = crop
    new = square_of(box_px)
    drift = max(abs(new[0] + new[2] / 2 - left - side / 2), abs(new[1] + new[2] / 2 - top - side / 2))
    return crop if drift < 0.06 * side and 0.85 < new[2] / side < 1.12 else new


def covered(box: Array, by: Array) -> float:
    """Share of a box that another one covers."""
    wide = min(box[2], by[2]) - max(box[0], by[0])
    high = min(box[3], by[3]) - max(box[1], by[1])
    return max(0.0, float(wide)) * max(0.0, float(high)) / float((box[2] - box[0]) * (box[3] - box[1]))


def overlap(a: Array, b: Array) -> float:
    """Intersection over union of two boxes (4,)."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = float(wide * high)
    return both / float((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)
