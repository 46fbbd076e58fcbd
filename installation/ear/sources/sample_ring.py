"""Bounded ring of samples between a thread that receives them and the ear: the newest win."""

from __future__ import annotations

import threading
import time

import numpy as np

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.sources.source import Samples


class SampleRing:
    """Keeps the newest samples until they are taken; one thread writes, one reads."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is what it holds; older samples are lost and counted."""
        self._samples = np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)
        self._lock = threading.Lock()
        self._written = 0
        self._read = 0
        self.lost = 0
        """Samples that were overwritten before they were taken."""
        self.arrival = (0, 0.0)
        """Samples that were written until the newest block, and the machine's `time.perf_counter` then."""

    def write(self, block: Samples) -> None:
        """Add a block of samples; returns at once."""
        size = self._samples.size
        newest = block[-size:]
        with self._lock:
            begin = (self._written + block.size - newest.size) % size
            first = min(newest.size, size - begin)
            self._samples[begin : begin + first] = newest[:first]
            self._samples[: newest.size - first] = newest[first:]
            self._written += block.size
            self.arrival = self._written, time.perf_counter()

    @property
    def waiting(self) -> int:
        """Samples that were not taken yet."""
        return min(self._written - self._read, self._samples.size)

    @property
    def taken(self) -> int:
        """Samples that were taken, skipped or lost since the start: the index of the next one."""
        return self._read

    def skip_to(self, waiting: int) -> None:
        """Drop the oldest, so that at most so many samples wait."""
        with self._lock:
            self._read = max(self._read, self._written - waiting)

    def take(self, most: int) -> Samples:
        """Take the oldest samples, at most so many."""
        size = self._samples.size
        with self._lock:
            if self._written - self._read > size:
                self.lost += self._written - self._read - size
                self._read = self._written - size
            count = min(most, self._written - self._read)
            begin = self._read % size
            self._read += count
            if begin + count <= size:
                return self._samples[begin : begin + count].copy()
            return np.concatenate((self._samples[begin:], self._samples[: begin + count - size]))
