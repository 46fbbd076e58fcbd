"""Stereo ring: rendered samples between the thread that renders and the callback of the sound card."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray


class StereoRing:
    """Samples by their index. What the sound card asks for and is not there is silence, and counted."""

    def __init__(self, samples: int) -> None:
        self._data = np.zeros((samples, 2), np.float32)
        self._lock = threading.Lock()
        self.written = 0
        """Index after the newest rendered sample."""
        self.played = 0
        """Index after the newest sample that was asked for."""
        self.missing = 0
        """Samples that were asked for and not there."""

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append (n, 2) samples; n must be at most the ring's size."""
        size = len(self._data)
        with self._lock:
            start = self.written % size
            first = min(len(samples), size - start)
            self._data[start : start + first] = samples[:first]
            self._data[: len(samples) - first] = samples[first:]
            self.written += len(samples)

    def skip_to(self, index: int) -> None:
        """Go on writing at a later index, after a gap."""
        with self._lock:
            self.written = max(self.written, index)

    def take(self, count: int) -> NDArray[np.float32]:
        """(count, 2) the next samples."""
        size = len(self._data)
        with self._lock:
            available = min(count, max(0, self.written - self.played))
            out = np.zeros((count, 2), np.float32)
            start = self.played % size
            first = min(available, size - start)
            out[:first] = self._data[start : start + first]
            out[first:available] = self._data[: available - first]
            self.played += count
            self.missing += count - available
        return out
