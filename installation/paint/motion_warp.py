"""The painting before is carried along by those who have moved since; what they uncover is not to be trusted.

Flows are (h, w, 2): how far what is at a place now has come since then, in canvas heights, x right and y up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.painted_figure import FASTEST, Figure
from installation.paint.guide.guide import CHANNEL_INDEX, MAX_FLOW

Array = NDArray[np.float32]
Values = TypeVar("Values", np.uint8, np.float32)

TREMBLE = 0.004
"""Canvas heights that landmarks of somebody who stands still may be off: half a pixel of a guide of 128 rows."""
RIM = 0.25
"""A place that is this much of somebody moves as they do."""
SHARP = 1.6
"""How much less a place is trusted for each part of it that is covered otherwise."""


def driven(
    before: Sequence[Figure], now: Sequence[Figure], seconds: float, aspect: float, tremble: float = TREMBLE
) -> tuple[Figure, ...]:
    """Figures with the velocities that brought them from `before` to `now` in so many seconds.

    Each landmark is as if pulled by a rope of `tremble` canvas heights, so that what is seen to move less stands still.
    Figures of one id are the same; whoever comes new is at rest.
    """
    known = {figure.id: figure for figure in before}
    return tuple(
        _driven(known[figure.id], figure, seconds, np.array([aspect, 1.0]), tremble) if figure.id in known else figure
        for figure in now
    )


def _driven(was: Figure, seen: Figure, seconds: float, shape: Array, tremble: float) -> Figure:
    way = np.nan_to_num(seen.landmarks - was.landmarks) * shape
    far = np.linalg.norm(way, axis=1, keepdims=True)
    way = way * np.maximum(1.0 - tremble / np.maximum(far, 1e-9), 0.0)
    speed = np.clip(way / max(seconds, 1e-3), -FASTEST, FASTEST)
    return replace(seen, landmarks=was.landmarks + way / shape, velocity=speed)


def flow(guide: Array, seconds: float) -> Array:
    """What figures whose velocities a guide (h, w, 12) shows have moved in so many seconds; nothing else moves."""
    cover = guide[..., CHANNEL_INDEX["figure"], None]
    speed = MAX_FLOW * guide[..., CHANNEL_INDEX["flow_x"] : CHANNEL_INDEX["flow_y"] + 1]
    return np.where(cover > RIM, speed * (seconds / np.maximum(cover, RIM)), 0.0).astype(np.float32)


def warp(values: NDArray[Values], flow: Array) -> NDArray[Values]:
    """Values (H, W) or (H, W, c) of then, where they have been carried to by now; of the flow's size or another."""
    if not flow.any():
        return values
    height, width = values.shape[:2]
    way = flow if flow.shape[:2] == (height, width) else cv2.resize(flow, (width, height))
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    across, down = columns - height * way[..., 0], rows + height * way[..., 1]
    return cv2.remap(values, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def kept(before: Array, now: Array, flow: Array) -> Array:
    """(h, w) how far what is carried from one guide (h, w, 12) to the next fits there: 1 where it does, 0 where figures
    have uncovered something, or come over it."""
    cover = CHANNEL_INDEX["figure"]
    wrong = np.abs(warp(np.ascontiguousarray(before[..., cover]), flow) - now[..., cover])
    return np.clip(1.0 - SHARP * cv2.GaussianBlur(wrong, (0, 0), 1.0), 0.0, 1.0)
