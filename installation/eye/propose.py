"""Where in the picture somebody may be: what moves against a learned background, the whole, and its tiles in turn."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

LEARN = 8.0
"""Seconds over which the background is learned."""
SMALLEST = 0.06
"""Height of the smallest moving region that may be a person, share of the picture's height."""
TILES = 0.9
"""A tile's side, share of the picture's shorter side."""


class Background:
    """Moving regions of a small grey picture, against a background that is learned."""

    def __init__(self) -> None:
        self._model = cv2.createBackgroundSubtractorMOG2(history=500, varThreshold=24, detectShadows=False)
        self._age = 0.0

    def regions(self, grey: NDArray[np.uint8], scale: float, dt: float) -> list[Array]:
        """Boxes (4,) in picture pixels, the largest first; `grey` is `scale` times smaller than the picture."""
        self._age += dt
        moving = self._model.apply(grey, learningRate=min(1.0, dt / min(max(self._age, dt), LEARN)) if dt > 0 else -1)
        if self._age < 0.3:
            return []
        moving = cv2.morphologyEx(moving, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        moving = cv2.dilate(moving, np.ones((9, 5), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(moving)
        high = grey.shape[0]
        boxes = [
            np.array([x, y, x + w, y + h], np.float32) * scale
            for x, y, w, h, _ in sorted(stats[1:count].tolist(), key=lambda s: -s[4])
            if h >= SMALLEST * high
        ]
        return boxes[:8]


def tiles(size_px: tuple[int, int]) -> list[tuple[float, float, float]]:
    """Overlapping squares (left, top, side) over the whole picture, about as high as its shorter side."""
    wide, high = size_px
    side = TILES * min(wide, high)

    def starts(length: float) -> list[float]:
        steps = max(1, int(np.ceil((length - side) / (0.5 * side)))) if length > side * 1.05 else 0
        return [float(v) for v in np.linspace(0.0, length - side, steps + 1)] if steps else [(length - side) / 2.0]

    return [(x, y, side) for y in starts(high) for x in starts(wide)]


def whole(size_px: tuple[int, int]) -> tuple[float, float, float]:
    """The square around the whole picture."""
    side = float(max(size_px))
    return (size_px[0] - side) / 2.0, (size_px[1] - side) / 2.0, side


def rotation(size_px: tuple[int, int]) -> Iterator[tuple[float, float, float]]:
    """The whole picture and its tiles, over and over; neighbours far apart in time."""
    squares = tiles(size_px)
    order = [whole(size_px), *squares[::2], whole(size_px), *squares[1::2]]
    return itertools.cycle(order)
