"""Where in the picture somebody may be: what moves against a learned background, the whole, and its tiles in turn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import iou, square_around
from installation.eye.static_objects import View

Array = NDArray[np.float32]
Square = tuple[float, float, float]
"""Left, top and side, pixels."""

LEAST = 12.0
"""Grey levels off the background that are no noise; more where the background itself is restless."""
LEARN = 8.0
"""Seconds over which the background is learned."""
SMALLEST = 0.07
"""Size of the smallest body that is believed, and so of what may be one, share of the picture's longer side."""
BESIDE, PIECE = 0.4, 0.5
"""Sizes of a followed body around it within which what moves is a piece of it, if it has less than so much of its
height. A small child who comes there is found when the whole picture is searched again."""
OPENING = 0.25
"""Seconds after the first picture, or a cut, in which everything is searched without a pause."""
PAUSE, LONGEST_PAUSE = 0.1, 0.5
"""Seconds between two searches while somebody is followed; longer each time that nobody is found."""
VAIN, LONGEST = 0.5, 3.0
"""Seconds after which a moving region is searched again; doubled each time that nobody is found, up to the longest."""
ROUND = 3.0
"""Seconds after which the next part of the picture is searched where nothing seems to move; twice as long if something
does elsewhere, lest several looks hold up whoever is followed."""
TILES = 0.9
"""A tile's side, share of the picture's shorter side."""


class Background:
    """Moving regions of a small grey picture, against a background that is learned."""

    def __init__(self) -> None:
        self._mean: Array | None = None
        self._spread: Array | None = None
        self._begun = 0.0
        self._last = -math.inf
        self._before: list[Array] = []
        """What moved when it was compared last."""

    def regions(self, view: View, explained: Sequence[Array]) -> list[Array]:
        """Boxes (4,) in picture pixels of what goes on moving outside the boxes `explained`, the largest first.

        The picture is compared every now and then; meanwhile nothing moves. What moved for once was a flicker.
        """
        t, scale = view.time, view.shrink
        dt = t - self._last
        if 0.0 <= dt < 0.8 * PAUSE:
            return []
        self._last = t
        levels = cv2.GaussianBlur(view.grey, (3, 3), 0).astype(np.float32)
        if self._mean is None or self._spread is None or dt < 0.0:
            self._mean, self._spread, self._begun = levels, np.full_like(levels, LEAST), t
            return []
        off = cv2.absdiff(levels, self._mean)
        moving = (off > np.maximum(LEAST, 3.0 * self._spread)).astype(np.uint8)
        rate = dt / min(t - self._begun + dt, LEARN)
        cv2.accumulateWeighted(levels, self._mean, rate)
        cv2.accumulateWeighted(off, self._spread, rate)
        for x0, y0, x1, y1 in (_grown(box, 0.15) / scale for box in explained):
            moving[max(0, int(y0)) : max(0, int(y1) + 1), max(0, int(x0)) : max(0, int(x1) + 1)] = 0
        moving = cv2.morphologyEx(moving, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        moving = cv2.dilate(moving, np.ones((9, 5), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(moving)
        boxes = [
            np.array([x, y, x + w, y + h], np.float32) * scale
            for x, y, w, h, _ in sorted(stats[1:count].tolist(), key=lambda s: -s[4])
            if h >= SMALLEST * max(view.grey.shape)
        ]
        boxes = [box for box in boxes if not any(_piece(box, body) for body in explained)][:8]
        before, self._before = self._before, boxes
        return [box for box in boxes if any(iou(_grown(box, 0.5), _grown(old, 0.5)) > 0.1 for old in before)]


def _piece(box: Array, body: Array) -> bool:
    """Whether a moving region is a frayed limb or the shadow of a body beside it, being much smaller."""
    x, y = 0.5 * (box[:2] + box[2:])
    left, top, right, bottom = _grown(body, BESIDE)
    small = box[3] - box[1] < PIECE * (body[3] - body[1])
    return bool(small and left < x < right and top < y < bottom)


def _grown(box: Array, share: float) -> Array:
    """A box with `share` of its size more on each side: limbs, a shadow, what was there a moment ago."""
    margin = share * max(box[2] - box[0], box[3] - box[1])
    return box + np.array([-margin, -margin, margin, margin], np.float32)


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
        self._asked = t
        self._last = -math.inf
        self._rotated = -math.inf
        self._vain: list[_Vain] = []
        self._pause = PAUSE

    def squares(self, t: float, missing: Sequence[Array], moving: Sequence[Array], quiet: bool) -> list[Square]:
        """What to search at `t`: `missing` are boxes of those who were lost, `moving` of regions that nobody explains.

        `quiet` is whether somebody is followed, who needs the time.
        """
        self._asked = t
        if self._rotated == -math.inf:
            self._rotated = self._last = t
            return self._everything
        found = [square_around(box, 1.6) for box in missing[:1]]
        if t - self._opened < OPENING:
            return [*found, next(self._turn)]
        if quiet and t - self._last < self._pause:
            return []
        found += [square_around(box, 1.5) for box in self._fresh(moving, t)[:1]]
        if t - self._rotated >= ((2.0 if found else 1.0) * ROUND if quiet else 0.0):
            self._rotated = t
            found.append(next(self._turn))
        if found:
            self._last = t
        return found

    def note(self, found: bool) -> None:
        """Whether the search found somebody new; the less there is to find, the calmer it becomes."""
        if self._last == self._asked:
            self._pause = PAUSE if found else min(1.5 * self._pause, LONGEST_PAUSE)

    def _fresh(self, moving: Sequence[Array], t: float) -> list[Array]:
        """Those regions that were not searched just now; one that moves in vain waits ever longer."""
        self._vain = [vain for vain in self._vain if t < vain.until + LONGEST]
        for box in moving:
            before = [vain for vain in self._vain if iou(vain.box_px, box) > 0.3]
            if any(t < vain.until for vain in before):
                continue
            wait = min(LONGEST, 2.0 * max((vain.wait for vain in before), default=0.5 * VAIN))
            self._vain = [vain for vain in self._vain if vain not in before] + [_Vain(box, t + wait, wait)]
            return [box]
        return []


@dataclass(eq=False, slots=True)
class _Vain:
    """A region that was searched."""

    box_px: Array
    until: float
    wait: float
