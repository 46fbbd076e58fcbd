"""Time of one painting in one step, with nothing else running; runs in a process of its own, which imports torch."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch

from installation.paint.engines import store
from installation.paint.engines.painter import NetworkPainter
from installation.paint.guide.guide import CHANNELS
from installation.workers import allocator

WARM_UP_PAINTINGS = 8
"""Paintings before the timed ones."""
TIMED_PAINTINGS = 40


def median_times_ms(weights: str | None, float32: bool, sizes_px: Sequence[int]) -> list[float]:
    """Return the median time of a square painting of each size, ms.

    `weights` is a file, or None for the bundled network. Without `float32` the network computes in the number format
    that is fast on this machine.
    """
    allocator.keep_freed_memory()  # as the painter's worker does
    painter = NetworkPainter(*store.load(weights), torch.device("cpu"), torch.float32 if float32 else None)
    return [median_milliseconds(painter, size_px) for size_px in sizes_px]


def median_milliseconds(painter: NetworkPainter, size_px: int) -> float:
    """Return the median time of a square painting, from a guide in memory to pixels in memory."""
    guide = np.random.default_rng(0).random((size_px // 2, size_px // 2, len(CHANNELS)), np.float32)
    style = next(iter(painter.styles.values()))
    times = []
    for _ in range(WARM_UP_PAINTINGS + TIMED_PAINTINGS):
        begin = time.perf_counter()
        painter.paint(guide, style)
        times.append(1e3 * (time.perf_counter() - begin))
    return float(np.median(times[WARM_UP_PAINTINGS:]))
