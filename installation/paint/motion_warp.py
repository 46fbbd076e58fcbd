"""Motion compensation of the last painting: flow from figures' velocities, backward warping, and its confidence.

Flows are (h, w, 2): the displacement since then of the content that is at each place now, in canvas heights, x right
and y up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.painted_figure import MAX_SPEED_HEIGHTS, PaintedFigure
from installation.paint.guide.guide import CHANNEL_INDEX, MAX_FLOW

Array = NDArray[np.float32]
Values = TypeVar("Values", np.uint8, np.float32)

DEAD_ZONE_HEIGHTS = 0.004
"""Jitter of the landmarks of a person who stands still, canvas heights: half a pixel of a guide of 128 rows."""
MIN_COVER = 0.25
"""Cover by a figure from which on a pixel moves at the figure's full velocity."""
MISMATCH_GAIN = 1.6
"""Loss of confidence for each unit of difference in cover."""


def with_velocities(
    before: Sequence[PaintedFigure],
    now: Sequence[PaintedFigure],
    seconds: float,
    aspect: float,
    dead_zone: float = DEAD_ZONE_HEIGHTS,
) -> tuple[PaintedFigure, ...]:
    """Return `now` with the velocities that took each figure from its place in `before` in that many seconds.

    Each landmark follows with a dead zone of `dead_zone` canvas heights (as if pulled by a rope), so that jitter below
    it is no motion. Figures are matched by id; a figure without a predecessor is at rest. `aspect` is w / h.
    """
    known = {figure.id: figure for figure in before}
    return tuple(
        _with_velocity(known[figure.id], figure, seconds, np.array([aspect, 1.0]), dead_zone)
        if figure.id in known
        else figure
        for figure in now
    )


def _with_velocity(
    before: PaintedFigure, now: PaintedFigure, seconds: float, canvas: Array, dead_zone: float
) -> PaintedFigure:
    step = np.nan_to_num(now.landmarks - before.landmarks) * canvas
    length = np.linalg.norm(step, axis=1, keepdims=True)
    step = step * np.maximum(1.0 - dead_zone / np.maximum(length, 1e-9), 0.0)
    velocity = np.clip(step / max(seconds, 1e-3), -MAX_SPEED_HEIGHTS, MAX_SPEED_HEIGHTS)
    return replace(now, landmarks=before.landmarks + step / canvas, velocity=velocity)


def figure_flow(guide: Array, seconds: float) -> Array:
    """Return the flow over that many seconds from the velocity channels of a guide (h, w, 12); 0 beside figures."""
    cover = guide[..., CHANNEL_INDEX["figure"], None]
    speed = MAX_FLOW * guide[..., CHANNEL_INDEX["flow_x"] : CHANNEL_INDEX["flow_y"] + 1]
    return np.where(cover > MIN_COVER, speed * (seconds / np.maximum(cover, MIN_COVER)), 0.0).astype(np.float32)


def warp(values: NDArray[Values], flow: Array) -> NDArray[Values]:
    """Warp values (H, W) or (H, W, c) along a flow of any size; without motion, return `values` itself."""
    if not flow.any():
        return values
    height, width = values.shape[:2]
    step = flow if flow.shape[:2] == (height, width) else cv2.resize(flow, (width, height))
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    across, down = columns - height * step[..., 0], rows + height * step[..., 1]
    return cv2.remap(values, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def warp_confidence(before: Array, now: Array, flow: Array) -> Array:
    """Return (h, w) the confidence 0..1 that the warped guide `before` (h, w, 12) matches `now`.

    It is 0 where figures uncovered or covered something (disocclusion and occlusion).
    """
    cover = CHANNEL_INDEX["figure"]
    mismatch = np.abs(warp(np.ascontiguousarray(before[..., cover]), flow) - now[..., cover])
    confidence: Array = np.clip(1.0 - MISMATCH_GAIN * cv2.GaussianBlur(mismatch, (0, 0), 1.0), 0.0, 1.0)
    return confidence
