"""Cache of rendered notes, bounded by their size in memory; those that were not played for longest go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from installation.music.synth.waveforms import Wave

MAX_BYTES = 48 << 20


class WaveCache:
    """Rendered notes by all that they depend on. One thread may render notes while another one plays them."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._waves: OrderedDict[Hashable, NDArray[np.float32]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, render: Callable[[], Wave]) -> NDArray[np.float32]:
        """(channels, n) the wave of this key, which `render` returns as (n,) or (n, 2) where it is not kept."""
        with self._lock:
            kept = self._waves.get(key)
            if kept is not None:
                self._waves.move_to_end(key)
                return kept
        wave = np.ascontiguousarray(np.atleast_2d(render().T), dtype=np.float32)
        wave.flags.writeable = False
        with self._lock:
            if key in self._waves:
                return self._waves[key]
            self._waves[key] = wave
            self._bytes += wave.nbytes
            while self._bytes > self._max_bytes and len(self._waves) > 1:
                _, oldest = self._waves.popitem(last=False)
                self._bytes -= oldest.nbytes
        return wave
