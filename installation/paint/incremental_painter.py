"""Incremental painting: places that change are repainted, all others keep their paint, which moves with the figures."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.painted_figure import PaintedFigure
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.engine import Engine
from installation.paint.grid_filter import without_rows
from installation.paint.guide.guide import draw_guide
from installation.paint.motion_warp import figure_flow, warp, warp_confidence, with_velocities
from installation.paint.request import PaintJob, PaintRequest
from installation.paint.style_transition import SeedTransition, StyleMixer, TransitionClock
from motion.smooth import decay_factor

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

CHANNEL_WEIGHTS = np.array([1.0, 0.5, 0.5, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0], np.float32)
"""Weight of the squared change of each channel of the guide: edges flicker, and flow is not a change."""
CHANGE_FLOOR = 0.4
"""Blurred change of all channels below which nothing is repainted: the eye's jitter stays below it."""
CHANGE_CEILING = 0.8
"""Blurred change of all channels above which a place is repainted completely."""
ATTENTION_HALF_LIFE_SECONDS = 0.35
"""Half-life of the attention that a place has after a change; until then paint comes to rest."""
MIN_ATTENTION = 0.02
"""Attention below which a place is not repainted."""
FRESH_SHARE = 0.65
"""Share of the new painting at full attention; the rest is the warped last painting."""
UNCOVERED_SHARE = 1.2
"""Share of the new painting where figures uncover something, less twice that much times the warp's confidence."""
DILATION = np.ones((5, 5), np.uint8)
"""Structuring element, in pixels of the guide: how far painted contours reach beyond the change."""
STYLE_CHANGE_TRUST = 0.5
"""Factor on the trust in the canvas while style, seed or steps change."""
MOVING_ATTENTION = 0.35
"""Attention of places that are warped by a pixel or more: repeated resampling would wash the paint out."""
SHIMMER_SHARE = 0.2
"""Share of the new painting everywhere at full shimmer."""
SHIMMER_SEEDS_PER_SECOND = 0.3
"""Rate at which the seed advances at full shimmer."""


@dataclass(slots=True)
class PainterInput:
    """Figures and guide of one time."""

    time: float
    figures: tuple[PaintedFigure, ...]
    guide: Array


@dataclass(slots=True)
class PainterOutput:
    """A painting and its motion since the one before."""

    time: float
    since: float | None
    """Time of the painting before; None for the first."""
    pixels: Pixels
    flow: Array
    """(h, w, 2) motion since the painting before, canvas heights."""
    unchanged: bool = False
    """Whether `pixels` is the painting before."""


class IncrementalPainter:
    """One painting that is continued from step to step."""

    def __init__(self, engine: Engine[Any]) -> None:
        self._engine = engine
        self._clock, self._style_mixer, self._seeds = TransitionClock(), StyleMixer(engine), SeedTransition()
        self._inputs: deque[PainterInput] = deque(maxlen=1)
        """As many as the engine's latency in frames, and the newest."""
        self._shown: PainterInput | None = None
        """Input that `_canvas` shows."""
        self._canvas: Pixels | None = None
        self._painted_guide = np.zeros(0, np.float32)
        """(h, w, 12) the guide that each place was last painted from."""
        self._attention = np.zeros(0, np.float32)
        """(h, w) 0..1."""
        self._steps = 0
        self._walked, self._walk_time = 0.0, 0.0
        """Seeds that the shimmer has gone on by, until that show time, s."""

    @property
    def note(self) -> str:
        """Message about an unknown style; empty without one."""
        return self._style_mixer.note

    def paint(self, request: PaintRequest, job: PaintJob, size: tuple[int, int]) -> PainterOutput:
        """Continue the painting at a `size` (height, width).

        Raises what the engine raises; the painting then stays as it was.
        """
        settings = request.settings
        elapsed = self._clock.elapsed(settings, request.time, request.pulse)
        style = self._style_mixer.step(settings, job.styles, job.palette, elapsed)
        # Summed up, so that late in a show a small change of the knob is no leap to distant seeds.
        self._walked += SHIMMER_SEEDS_PER_SECOND * settings.shimmer * max(request.time - self._walk_time, 0.0)
        self._walk_time = request.time
        seeds = self._seeds.step(settings.seed + self._walked, elapsed)
        paint = partial(self._engine.paint, style=style, seed=seeds, steps=settings.steps)
        style_changed = (
            self._style_mixer.changed or self._steps != settings.steps or (self._seeds.changed and not settings.shimmer)
        )
        self._steps = settings.steps
        if self._canvas is not None and self._canvas.shape[:2] != size:
            self._resize(size)
        before, shown = self._shown, self._add_input(request, job, size)
        newest = self._inputs[-1].guide
        if before is None or self._canvas is None:
            self._engine.flush()
            pixels = self._filtered(paint(newest))
            rest = np.zeros(newest.shape[:2], np.float32)
            self._keep(shown, pixels, shown.guide, rest)
            return PainterOutput(shown.time, None, pixels, np.zeros((*rest.shape, 2), np.float32))
        seconds = max(shown.time - before.time, 0.0)
        flow = figure_flow(shown.guide, seconds)
        canvas = warp(self._canvas, flow)
        painted_guide, attention = warp(self._painted_guide, flow), warp(self._attention, flow)
        confidence = warp_confidence(before.guide, shown.guide, flow)
        if style_changed:
            attention = np.ones_like(confidence)
        else:
            attention = _next_attention(attention, painted_guide, shown.guide, flow, seconds)
        uncovered = np.clip(UNCOVERED_SHARE - 2.0 * UNCOVERED_SHARE * cv2.erode(confidence, DILATION), 0.0, 1.0)
        fresh = np.maximum(FRESH_SHARE * attention, uncovered)
        fresh = np.maximum(fresh, SHIMMER_SHARE * settings.shimmer)
        if not fresh.any():
            self._shown = shown
            return PainterOutput(shown.time, before.time, self._canvas, np.zeros_like(flow), unchanged=True)
        trust = settings.stability * (STYLE_CHANGE_TRUST if style_changed else 1.0)
        new = self._filtered(paint(newest, canvas=canvas, keep=(trust * confidence).astype(np.float32)))
        painted_guide = painted_guide + fresh[..., None] * (shown.guide - painted_guide)
        pixels = _blend(canvas, new, fresh)
        self._keep(shown, pixels, painted_guide, attention)
        return PainterOutput(shown.time, before.time, pixels, flow)

    def _add_input(self, request: PaintRequest, job: PaintJob, size: tuple[int, int]) -> PainterInput:
        """Add the request's figures and guide; return the input that the engine's next picture shows."""
        rows, columns = size[0] // 2, size[1] // 2
        figures, aspect = job.figures, columns / rows
        if self._inputs:
            last = self._inputs[-1]
            figures = with_velocities(last.figures, figures, request.time - last.time, aspect)
        guide = draw_guide((rows, columns), figures, job.elements, job.camera_picture)
        latency = self._engine.latency_frames
        if self._inputs.maxlen != latency + 1:
            self._inputs = deque(self._inputs, maxlen=latency + 1)
        self._inputs.append(PainterInput(request.time, figures, guide))
        return self._inputs[0]

    def _filtered(self, painting: Pixels) -> Pixels:
        """A painting of the engine without the rows and columns that the built-in network leaves on flat areas."""
        return without_rows(painting) if isinstance(self._engine, BuiltinEngine) else painting

    def _resize(self, size: tuple[int, int]) -> None:
        """Resample all state to another size of the painting."""
        half = size[0] // 2, size[1] // 2
        assert self._canvas is not None
        self._canvas = _resized(self._canvas, size)
        self._painted_guide, self._attention = _resized(self._painted_guide, half), _resized(self._attention, half)
        for each in {id(s): s for s in (*self._inputs, self._shown) if s is not None}.values():
            each.guide = _resized(each.guide, half)

    def _keep(self, shown: PainterInput, pixels: Pixels, painted_guide: Array, attention: Array) -> None:
        self._shown, self._canvas, self._painted_guide, self._attention = shown, pixels, painted_guide, attention


def _next_attention(attention: Array, painted_guide: Array, guide: Array, flow: Array, seconds: float) -> Array:
    """Return (h, w) 0..1 where paint of `painted_guide` differs from `guide`, moves, or did so shortly before."""
    change = np.sqrt(np.square(guide - painted_guide) @ CHANNEL_WEIGHTS)
    found = np.clip((cv2.GaussianBlur(change, (0, 0), 1.0) - CHANGE_FLOOR) / (CHANGE_CEILING - CHANGE_FLOOR), 0.0, 1.0)
    found = cv2.GaussianBlur(cv2.dilate(found, DILATION), (0, 0), 1.0)
    moving = MOVING_ATTENTION * np.clip(2.0 * len(flow) * cv2.magnitude(flow[..., 0], flow[..., 1]), 0.0, 1.0)
    attention = np.maximum(np.maximum(found, moving), attention * decay_factor(ATTENTION_HALF_LIFE_SECONDS, seconds))
    attention[attention < MIN_ATTENTION] = 0.0
    return attention


def _blend(old: Pixels, new: Pixels, share: Array) -> Pixels:
    """Blend two pictures (H, W, 3); `share` (h, w) is the weight of the new one."""
    weight = cv2.resize(share, (old.shape[1], old.shape[0]))
    return cv2.blendLinear(new, old, weight, 1.0 - weight)  # type: ignore[return-value]


def _resized(values: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    return np.asarray(cv2.resize(values, (size[1], size[0])))
