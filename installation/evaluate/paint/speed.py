"""How long one painting takes, alone on the machine."""

from __future__ import annotations

import time

import numpy as np

from installation.paint.engines.painter import NetworkPainter
from installation.paint.guide.guide import CHANNELS

TARGETS = {256: 20.0, 512: 50.0}
"""Milliseconds that a painting of so many pixels squared may take on two cores."""
WARM, COUNTED = 8, 40
"""Paintings."""


def milliseconds(painter: NetworkPainter, size: int) -> float:
    """The median of a painting's time in one step, from a guide in memory to pixels in memory."""
    told = np.random.default_rng(0).random((size // 2, size // 2, len(CHANNELS)), np.float32)
    style = next(iter(painter.styles.values()))
    times = []
    for _ in range(WARM + COUNTED):
        begin = time.perf_counter()
        painter.paint(told, style)
        times.append(1e3 * (time.perf_counter() - begin))
    return float(np.median(times[WARM:]))
