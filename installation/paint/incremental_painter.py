"""One picture while it is painted: what moves is painted again, and what does not stays as it was painted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.painted_figure import Figure
from installation.paint.engines.engine import Engine
from installation.paint.guide.guide import draw_guide
from installation.paint.motion_warp import driven, flow, kept, warp
from installation.paint.request import Order, Work
from installation.paint.style_transition import Clock, Hand, Styles

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

NOTICED = np.array([1.0, 0.5, 0.5, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0], np.float32)
"""How much the square of a change of each channel of the guide counts: edges flicker, and flow is no change."""
UNNOTICED, PLAIN = 0.4, 0.8
"""Changes of all channels, blurred: the eye's jitter stays below the first, above the second a place is painted anew.
"""
SETTLING = 0.35
"""Half-life in seconds of the attention that a place has once it moved; until then paint comes to rest."""
OVER = 0.02
"""Attention below which a place is left alone."""
FRESH = 0.65
"""How much of the new painting comes to where somebody moves; the rest is carried along."""
UNCOVERED = 1.2
"""The same for what is uncovered, less twice as much for each part of the picture that fits."""
AROUND = np.ones((5, 5), np.uint8)
"""How far contours that are painted reach beyond what changes, in pixels of the guide."""
DOUBT = 0.5
"""How far what is there is still to be trusted while the style changes."""
STIRRED = 0.35
"""Attention that a place has which is carried by a pixel or more: carried ever on, paint would wash out."""
BREATH = 0.2
"""How much of it comes everywhere, at full breath."""
DRIFT = 0.3
"""Hands a second that a breathing picture goes through."""


@dataclass(slots=True)
class Sight:
    """What is to be painted at one time."""

    time: float
    figures: tuple[Figure, ...]
    guide: Array


@dataclass(slots=True)
class Result:
    """A picture, and how it came from the one before."""

    time: float
    since: float | None
    pixels: Pixels
    flow: Array
    """(h, w, 2) canvas heights since then."""
    still: bool = False
    """Whether it is the very same."""


class Easel:
    """A picture that is painted over and over."""

    def __init__(self, engine: Engine[Any]) -> None:
        self._engine = engine
        self._clock, self._styles, self._hand = Clock(), Styles(engine), Hand()
        self._sights: deque[Sight] = deque(maxlen=1)
        self._shown: Sight | None = None
        """What `_canvas` shows."""
        self._canvas: Pixels | None = None
        self._anchor = np.zeros(0, np.float32)
        """(h, w, 12) the guide that each place was painted from."""
        self._attention = np.zeros(0, np.float32)
        """(h, w) 0..1."""
        self._steps = 0

    @property
    def note(self) -> str:
        """What is wrong, in words; empty when all is well."""
        return self._styles.note

    def paint(self, order: Order, work: Work, size: tuple[int, int]) -> Result:
        """Go on to what is to be seen now, at a `size` (height, width).

        Raises what the engine raises; the picture is then as it was.
        """
        wishes = order.wishes
        part = self._clock.part(wishes, order.time, order.pulse)
        style = self._styles.step(wishes, work.styles, work.palette, part)
        seeds = self._hand.step(wishes.seed + DRIFT * wishes.shimmer * order.time, part)
        paint = partial(self._engine.paint, style=style, seed=seeds, steps=wishes.steps)
        other = self._styles.moving or self._steps != wishes.steps or (self._hand.moving and not wishes.shimmer)
        self._steps = wishes.steps
        if self._canvas is not None and self._canvas.shape[:2] != size:
            self._resize(size)
        before, sight = self._shown, self._see(order, work, size)
        newest = self._sights[-1].guide
        if before is None or self._canvas is None:
            self._engine.flush()
            pixels = paint(newest)
            rest = np.zeros(newest.shape[:2], np.float32)
            return self._done(sight, pixels, sight.guide, rest, None, np.zeros((*rest.shape, 2), np.float32))
        seconds = max(sight.time - before.time, 0.0)
        way = flow(sight.guide, seconds)
        canvas, anchor, attention = warp(self._canvas, way), warp(self._anchor, way), warp(self._attention, way)
        fits = kept(before.guide, sight.guide, way)
        attention = np.ones_like(fits) if other else _attended(attention, anchor, sight.guide, way, seconds)
        torn = np.clip(UNCOVERED - 2.0 * UNCOVERED * cv2.erode(fits, AROUND), 0.0, 1.0)
        fresh = np.maximum(FRESH * attention, torn)
        fresh = np.maximum(fresh, BREATH * wishes.shimmer)
        if not fresh.any():
            self._shown = sight
            return Result(sight.time, before.time, self._canvas, np.zeros_like(way), still=True)
        trust = wishes.stability * (DOUBT if other else 1.0)
        new = paint(newest, canvas=canvas, keep=(trust * fits).astype(np.float32))
        anchor = anchor + fresh[..., None] * (sight.guide - anchor)
        return self._done(sight, _mixed(canvas, new, fresh), anchor, attention, before.time, way)

    def _see(self, order: Order, work: Work, size: tuple[int, int]) -> Sight:
        """What the next picture shows: an engine may be some guides behind the newest."""
        rows, columns = size[0] // 2, size[1] // 2
        figures, aspect = work.figures, columns / rows
        if self._sights:
            last = self._sights[-1]
            figures = driven(last.figures, figures, order.time - last.time, aspect)
        made = draw_guide((rows, columns), figures, work.elements, work.picture)
        behind = self._engine.behind
        if self._sights.maxlen != behind + 1:
            self._sights = deque(self._sights, maxlen=behind + 1)
        self._sights.append(Sight(order.time, figures, made))
        return self._sights[0]

    def _resize(self, size: tuple[int, int]) -> None:
        """Go on at another size."""
        half = size[0] // 2, size[1] // 2
        assert self._canvas is not None
        self._canvas = _sized(self._canvas, size)
        self._anchor, self._attention = _sized(self._anchor, half), _sized(self._attention, half)
        for sight in {id(s): s for s in (*self._sights, self._shown) if s is not None}.values():
            sight.guide = _sized(sight.guide, half)

    def _done(
        self, sight: Sight, pixels: Pixels, anchor: Array, attention: Array, since: float | None, way: Array
    ) -> Result:
        self._shown, self._canvas, self._anchor, self._attention = sight, pixels, anchor, attention
        return Result(sight.time, since, pixels, way)


def _attended(attention: Array, anchor: Array, guide: Array, way: Array, seconds: float) -> Array:
    """(h, w) 0..1 where a picture painted from `anchor` has to change to fit a guide, and where it had to of late."""
    change = np.sqrt(np.square(guide - anchor) @ NOTICED)
    found = np.clip((cv2.GaussianBlur(change, (0, 0), 1.0) - UNNOTICED) / (PLAIN - UNNOTICED), 0.0, 1.0)
    found = cv2.GaussianBlur(cv2.dilate(found, AROUND), (0, 0), 1.0)
    stirred = STIRRED * np.clip(2.0 * len(way) * cv2.magnitude(way[..., 0], way[..., 1]), 0.0, 1.0)
    attention = np.maximum(np.maximum(found, stirred), attention * 0.5 ** (seconds / SETTLING))
    attention[attention < OVER] = 0.0
    return attention


def _mixed(old: Pixels, new: Pixels, share: Array) -> Pixels:
    """Two pictures (H, W, 3), of the new one as much as `share` (h, w) says."""
    part = cv2.resize(share, (old.shape[1], old.shape[0]))
    return cv2.blendLinear(new, old, part, 1.0 - part)  # type: ignore[return-value]


def _sized(values: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    return np.asarray(cv2.resize(values, (size[1], size[0])))
