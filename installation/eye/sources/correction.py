"""Correction of a camera's pictures: lens distortion, turn, flip and crop, applied once before everything else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.sources.frames import FrameReader, Pixels
from installation.venue.camera_section import CameraSection

Map = NDArray[np.float32]
MIN_CROPPED_PX = 32
"""Smallest side of a cropped picture."""
TURNS = {0: None, 90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
FLIPS = {"none": None, "horizontal": 1, "vertical": 0, "both": -1}
"""OpenCV's codes."""
BEYOND_RGB = (0, 0, 0)
"""Colour of what a straightened picture shows beyond the camera's picture."""


def corrected(reader: FrameReader, camera: CameraSection) -> FrameReader:
    """The reader with its pictures corrected; the same reader where the camera needs no correction."""
    correction = PictureCorrection(camera)
    return CorrectedReader(reader, correction.apply) if correction.is_needed else reader


class CorrectedReader:
    """A reader whose pictures are corrected."""

    def __init__(self, reader: FrameReader, correct: Callable[[Pixels], Pixels]) -> None:
        self._reader = reader
        self._correct = correct
        self.rate = reader.rate
        self.description = reader.description

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        for timestamp, pixels in self._reader:
            self.description = self._reader.description
            yield timestamp, self._correct(pixels)

    def close(self) -> None:
        self._reader.close()


class PictureCorrection:
    """Straightens, turns, flips and crops the pictures of one camera; the map of a lens is computed once a size."""

    def __init__(self, camera: CameraSection) -> None:
        self._camera = camera
        self._map: tuple[NDArray[np.int16], NDArray[np.uint16]] | None = None
        self._map_size_px = (0, 0)

    @property
    def is_needed(self) -> bool:
        """Whether anything is to be corrected."""
        camera = self._camera
        turned = camera.rotate != 0 or camera.flip != "none" or camera.crop != CameraSection.DEFAULT_CROP
        return turned or self._has_lens

    @property
    def _has_lens(self) -> bool:
        return self._camera.distortion is not None or self._camera.fisheye is not None

    def apply(self, pixels: Pixels) -> Pixels:
        """The corrected picture; `pixels` (height, width, 3) stay as they are."""
        if not self._has_lens:
            return np.ascontiguousarray(self._turned(pixels))
        size_px = (pixels.shape[1], pixels.shape[0])
        if self._map is None or self._map_size_px != size_px:
            x, y = undistortion_map(self._camera, size_px)
            # The map itself is turned, so that one look-up does everything.
            maps = cv2.convertMaps(self._turned(x).copy(), self._turned(y).copy(), cv2.CV_16SC2)
            self._map, self._map_size_px = maps, size_px  # type: ignore[assignment]
        assert self._map is not None
        straight = cv2.remap(pixels, *self._map, interpolation=cv2.INTER_LINEAR, borderValue=BEYOND_RGB)
        return np.asarray(straight, np.uint8)

    def _turned(self, picture: NDArray[Any]) -> NDArray[Any]:
        """A picture, or one coordinate of a map, turned, flipped and cropped."""
        camera = self._camera
        if (turn := TURNS[camera.rotate]) is not None:
            picture = np.asarray(cv2.rotate(picture, turn))
        if (flip := FLIPS[camera.flip]) is not None:
            picture = np.asarray(cv2.flip(picture, flip))
        top, bottom = crop_range(picture.shape[0], camera.crop[1], camera.crop[3])
        left, right = crop_range(picture.shape[1], camera.crop[0], camera.crop[2])
        return picture[top:bottom, left:right]


def crop_range(length_px: int, begin: float, end: float) -> tuple[int, int]:
    """The pixels from one share of a length to another, MIN_CROPPED_PX at least."""
    first = min(round(begin * length_px), max(0, length_px - MIN_CROPPED_PX))
    return first, min(max(round(end * length_px), first + MIN_CROPPED_PX), length_px)


def undistortion_map(
    camera: CameraSection, size_px: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each pixel of the straightened picture, before its turn, lies in the camera's picture: x and y.

    The straight picture is a pinhole camera's with the section's field of view.
    """
    wide, high = size_px
    across = wide if camera.rotate % 180 == 0 else high
    focal = 0.5 * across / math.tan(math.radians(camera.field_of_view) / 2.0)
    middle = (0.5 * (wide - 1), 0.5 * (high - 1))
    straight = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]])
    raw = straight.copy()
    if camera.intrinsics is not None:
        fx, fy, cx, cy = camera.intrinsics
        raw = np.array([[fx * wide, 0, cx * wide - 0.5], [0, fy * high, cy * high - 0.5], [0, 0, 1]])
    arguments = (np.eye(3), straight, size_px, cv2.CV_32FC1)
    if camera.fisheye is not None:
        x, y = cv2.fisheye.initUndistortRectifyMap(raw, np.array(camera.fisheye), *arguments)
    else:
        x, y = cv2.initUndistortRectifyMap(raw, np.array(camera.distortion), *arguments)
    return np.asarray(x, np.float32), np.asarray(y, np.float32)
