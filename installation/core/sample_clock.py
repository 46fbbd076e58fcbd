"""Sample clock: show time of samples that arrive in blocks, without the jitter of the blocks.

A delay-locked loop of second order (F. Adriaensen, Using a DLL to filter time, 2005), over any distance of blocks.
"""

from __future__ import annotations

import math

from installation.core.audio_format import SAMPLE_RATE_HZ

BANDWIDTH_HZ = 0.2
"""Bandwidth of the loop: jitter above it is filtered."""
MAX_ERROR_SECONDS = 0.1
"""Error from which on the loop starts anew: samples were lost, or the machine slept."""
MAX_BLOCK_SECONDS = 0.5
"""The longest block for which the loop is stable."""


class SampleClock:
    """Estimates at which show time each sample ended."""

    def __init__(self) -> None:
        self._index = 0
        self._time: float | None = None
        self._period = 1.0 / SAMPLE_RATE_HZ

    def update(self, index: int, t: float) -> None:
        """`index` samples had arrived by show time `t`."""
        count = index - self._index
        if count == 0 and self._time is not None:
            return
        block_seconds = count / SAMPLE_RATE_HZ
        predicted = self.time(index)
        error = t - predicted
        if self._time is None or abs(error) > MAX_ERROR_SECONDS or not 0 < block_seconds <= MAX_BLOCK_SECONDS:
            self._index, self._time, self._period = index, t, 1.0 / SAMPLE_RATE_HZ
            return
        omega = 2.0 * math.pi * BANDWIDTH_HZ * block_seconds
        self._index, self._time = index, predicted + min(1.0, math.sqrt(2.0) * omega) * error
        self._period += omega * omega * error / count
        self._period = min(max(self._period, 0.99 / SAMPLE_RATE_HZ), 1.01 / SAMPLE_RATE_HZ)

    def time(self, index: int) -> float:
        """Show time at which the first `index` samples had arrived."""
        return (self._time or 0.0) + (index - self._index) * self._period
