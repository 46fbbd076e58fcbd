"""Time of one painting in one step, with nothing else running."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from installation.paint.guide.guide import CHANNELS

if TYPE_CHECKING:  # torch takes seconds to import, and the process that only reads TARGETS_MS does not need it
    from installation.paint.engines.painter import NetworkPainter

TARGETS_MS = {256: 20.0, 512: 50.0}
"""By side in pixels: the target for a square painting on two cores."""
WARM_UP_PAINTINGS = 8
"""Paintings before the timed ones."""
TIMED_PAINTINGS = 40


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
