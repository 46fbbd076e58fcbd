"""Where in the picture somebody may be: what moves against a learned background, the whole, and its tiles in turn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.landmark import overlap, square_of

Array = NDArray[np.float32]
Square = tuple[float, float, float]
"""Left, top and side, pixels."""

LEARN = 8.0
"""Seconds over which the background is learned."""
SMALLEST = 0.06
"""Height of the smallest moving region that may be a person, share of the picture's height."""
OPENING = 0.25
"""Seconds after the first picture, or a cut, in which everything is searched without a pause."""
PAUSE = 0.1
"""Seconds between two searches while somebody is followed."""
VAIN = 0.4
"""Seconds after which a moving region is searched again."""
ROUND = 1.0
"""Seconds after which the next part of the picture is searched where nothing seems to move."""
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


def tiles(size_px: tuple[int, int]) -> list[Square]:
    """Overlapping squares (left, top, side) over the whole picture, about as high as its shorter side."""
    wide, high = size_px
    side = TILES * min(wide, high)

    def starts(length: float) -> list[float]:
        steps = max(1, int(np.ceil((length - side) / (0.5 * side)))) if length > side * 1.05 else 0
        return [float(v) for v in np.linspace(0.0, length - side, steps + 1)] if steps else [(length - side) / 2.0]

    return [(x, y, side) for y in starts(high) for x in starts(wide)]


def whole(size_px: tuple[int, int]) -> Square:
    """The square around the whole picture."""
    side = float(max(size_px))
    return (size_px[0] - side) / 2.0, (size_px[1] - side) / 2.0, side


class Search:
    """Which squares of the picture are searched next: all of it at first, then where something is unexplained."""

    def __init__(self, size_px: tuple[int, int], t: float) -> None:
        self._everything = [whole(size_px), *tiles(size_px)]
        self._turn = itertools.cycle(self._everything)
        self._opened = t
        self._last = -math.inf
        self._rotated = -math.inf
        self._vain: list[tuple[float, Array]] = []

    def squares(self, t: float, missing: Sequence[Array], moving: Sequence[Array], quiet: bool) -> list[Square]:
        """What to search at `t`: `missing` are boxes of those who were lost, `moving` of regions that nobody explains.

        `quiet` is whether somebody is followed, who needs the time.
        """
        if self._rotated == -math.inf:
            self._rotated = self._last = t
            return self._everything
        if t - self._opened < OPENING:
            return [next(self._turn)]
        if quiet and t - self._last < PAUSE:
            return []
        self._vain = [(until, box) for until, box in self._vain if until > t]
        fresh = [box for box in moving if not any(overlap(box, old) > 0.3 for _, old in self._vain)]
        found = [square_of(box, 1.6) for box in missing[:1]]
        if fresh:
            found.append(square_of(fresh[0], 1.5))
            self._vain.append((t + VAIN, fresh[0]))
        if t - self._rotated >= (ROUND if quiet else 0.0):
            self._rotated = t
            found.append(next(self._turn))
        if found:
            self._last = t
        return found
