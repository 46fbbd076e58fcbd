"""Region proposals: background subtraction, tiles of the picture, and the schedule by which regions are searched."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import Square, iou, square_around
from installation.eye.frame_view import FrameView

Array = NDArray[np.float32]

MIN_GREY_DIFFERENCE = 12.0
"""Grey levels off the background above noise; more where the background itself is restless."""
LEARNING_SECONDS = 8.0
"""Seconds over which the background is learned."""
MIN_BODY_SHARE = 0.07
"""Size of the smallest body that is accepted, and so of a region that may be one, share of the picture's longer side.
"""
FRAGMENT_MARGIN = 0.4
"""Sizes of a tracked body around it within which a moving region may be a fragment of it."""
FRAGMENT_MAX_HEIGHT = 0.5
"""Share of the body's height below which such a region is a fragment. A small child who comes there is found when the
whole picture is searched again."""
INITIAL_SEARCH_SECONDS = 0.25
"""Seconds after the first picture, or a cut, in which the whole picture is searched without a pause."""
MIN_PAUSE_SECONDS = 0.1
"""Seconds between two searches while a person is tracked; longer after each search that finds no new one."""
MAX_PAUSE_SECONDS = 0.5
MIN_RETRY_SECONDS = 0.5
"""Seconds after which a moving region is searched again; doubled after each search that finds no new person."""
MAX_RETRY_SECONDS = 3.0
ROTATION_SECONDS = 3.0
"""Seconds after which the next part of the picture is searched where nothing seems to move; twice as long if something
does elsewhere, lest several estimations delay the tracked people."""
WITNESSED_MARGIN = 1.3
"""Side of the square in which a person is searched whom the second detector has seen, in longer sides of their box."""
MAX_WITNESSED = 2
"""Such squares in one search."""
TILE_SIDE_SHARE = 0.9
"""A tile's side, share of the picture's shorter side."""


class BackgroundSubtractor:
    """Moving regions of a small grey picture, against a background that is learned."""

    def __init__(self) -> None:
        self._mean: Array | None = None
        self._spread: Array | None = None
        self._start = 0.0
        self._last = -math.inf
        self._previous_boxes: list[Array] = []
        """What moved at the last comparison."""

    def moving_regions(self, view: FrameView, explained: Sequence[Array]) -> list[Array]:
        """Boxes (4,) in picture pixels of what keeps moving outside the boxes `explained`, the largest first.

        The picture is compared every MIN_PAUSE_SECONDS or so; between comparisons the list is empty. A region that
        moved in one comparison only was flicker.
        """
        t, scale = view.time, view.downscale
        dt = t - self._last
        if 0.0 <= dt < 0.8 * MIN_PAUSE_SECONDS:
            return []
        self._last = t
        levels = cv2.GaussianBlur(view.grey, (3, 3), 0).astype(np.float32)
        if self._mean is None or self._spread is None or dt < 0.0:
            self._mean, self._spread, self._start = levels, np.full_like(levels, MIN_GREY_DIFFERENCE), t
            return []
        difference = cv2.absdiff(levels, self._mean)
        moving = (difference > np.maximum(MIN_GREY_DIFFERENCE, 3.0 * self._spread)).astype(np.uint8)
        rate = dt / min(t - self._start + dt, LEARNING_SECONDS)
        cv2.accumulateWeighted(levels, self._mean, rate)
        cv2.accumulateWeighted(difference, self._spread, rate)
        for x0, y0, x1, y1 in (_grown(box, 0.15) / scale for box in explained):
            moving[max(0, int(y0)) : max(0, int(y1) + 1), max(0, int(x0)) : max(0, int(x1) + 1)] = 0
        moving = cv2.morphologyEx(moving, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        moving = cv2.dilate(moving, np.ones((9, 5), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(moving)
        boxes = [
            np.array([x, y, x + w, y + h], np.float32) * scale
            for x, y, w, h, _ in sorted(stats[1:count].tolist(), key=lambda s: -s[4])
            if h >= MIN_BODY_SHARE * max(view.grey.shape)
        ]
        boxes = [box for box in boxes if not any(_is_fragment(box, body) for body in explained)][:8]
        previous, self._previous_boxes = self._previous_boxes, boxes
        return [box for box in boxes if any(iou(_grown(box, 0.5), _grown(old, 0.5)) > 0.1 for old in previous)]


def _is_fragment(box: Array, body: Array) -> bool:
    """Whether a moving region is a frayed limb or the shadow of a body beside it, being much smaller."""
    x, y = 0.5 * (box[:2] + box[2:])
    left, top, right, bottom = _grown(body, FRAGMENT_MARGIN)
    is_small = box[3] - box[1] < FRAGMENT_MAX_HEIGHT * (body[3] - body[1])
    return bool(is_small and left < x < right and top < y < bottom)


def _grown(box: Array, share: float) -> Array:
    """A box with `share` of its size more on each side: limbs, a shadow, what was there a moment ago."""
    margin = share * max(box[2] - box[0], box[3] - box[1])
    return box + np.array([-margin, -margin, margin, margin], np.float32)


def tile_squares(size_px: tuple[int, int]) -> list[Square]:
    """Overlapping squares over the whole picture, about as high as its shorter side."""
    width, height = size_px
    side = TILE_SIDE_SHARE * min(width, height)

    def starts(length: float) -> list[float]:
        steps = max(1, int(np.ceil((length - side) / (0.5 * side)))) if length > side * 1.05 else 0
        return [float(v) for v in np.linspace(0.0, length - side, steps + 1)] if steps else [(length - side) / 2.0]

    return [(x, y, side) for y in starts(height) for x in starts(width)]


def picture_square(size_px: tuple[int, int]) -> Square:
    """The square around the whole picture."""
    side = float(max(size_px))
    return (size_px[0] - side) / 2.0, (size_px[1] - side) / 2.0, side


class SearchSchedule:
    """Chooses the squares to search next: the whole picture at first, then unexplained movement and lost tracks."""

    def __init__(self, size_px: tuple[int, int], t: float) -> None:
        self._everything = [picture_square(size_px), *tile_squares(size_px)]
        self._rotation = itertools.cycle(self._everything)
        self._start = t
        self._requested = t
        self._last_search = -math.inf
        self._last_rotation = -math.inf
        self._searched: list[_SearchedRegion] = []
        self._pause_seconds = MIN_PAUSE_SECONDS
        self._turn = -1
        """Which of the lost tracks was searched last; they take turns."""

    def next_squares(
        self,
        t: float,
        lost: Sequence[Array],
        moving: Sequence[Array],
        people_are_tracked: bool,
        witnessed: Sequence[Array] = (),
    ) -> list[Square]:
        """Squares to search at `t`.

        `lost` are boxes of lost tracks, `moving` of movement that no track explains, `witnessed` of people without a
        track whom the second detector has seen. `people_are_tracked` makes searches rarer, since the tracked people
        need the time.
        """
        self._requested = t
        if self._last_rotation == -math.inf:
            self._last_rotation = self._last_search = t
            return self._everything
        squares = [
            square_around(box, WITNESSED_MARGIN) for box in self._due(witnessed, t, MAX_WITNESSED, MIN_RETRY_SECONDS)
        ]
        is_urgent = bool(squares)
        if lost:
            self._turn += 1
            squares.append(square_around(lost[self._turn % len(lost)], 1.6))
        if t - self._start < INITIAL_SEARCH_SECONDS:
            return [*squares, next(self._rotation)]
        if people_are_tracked and not is_urgent and t - self._last_search < self._pause_seconds:
            return []
        squares += [square_around(box, 1.5) for box in self._due(moving, t, 1)]
        rotation_seconds = (2.0 if squares else 1.0) * ROTATION_SECONDS if people_are_tracked else 0.0
        if t - self._last_rotation >= rotation_seconds:
            self._last_rotation = t
            squares.append(next(self._rotation))
        if squares:
            self._last_search = t
        return squares

    def note_result(self, found: bool) -> None:
        """Note whether the last search found a new person; the pause grows while none is found."""
        if self._last_search == self._requested:
            self._pause_seconds = MIN_PAUSE_SECONDS if found else min(1.5 * self._pause_seconds, MAX_PAUSE_SECONDS)

    def _due(
        self, boxes: Sequence[Array], t: float, count: int, max_retry_seconds: float = MAX_RETRY_SECONDS
    ) -> list[Array]:
        """The first `count` boxes that wait for no retry; the next retry of each waits twice as long, up to a limit."""
        self._searched = [region for region in self._searched if t < region.retry_time + MAX_RETRY_SECONDS]
        due: list[Array] = []
        for box in boxes:
            earlier = [region for region in self._searched if iou(region.box_px, box) > 0.3]
            if len(due) == count or any(t < region.retry_time for region in earlier):
                continue
            longest = max((region.retry_seconds for region in earlier), default=0.5 * MIN_RETRY_SECONDS)
            retry_seconds = min(max_retry_seconds, 2.0 * longest)
            self._searched = [region for region in self._searched if region not in earlier]
            self._searched.append(_SearchedRegion(box, t + retry_seconds, retry_seconds))
            due.append(box)
        return due


@dataclass(eq=False, slots=True)
class _SearchedRegion:
    """A moving region that was searched."""

    box_px: Array
    retry_time: float
    retry_seconds: float
