"""Sound card as a source: opened by a thread of its own, and opened again after it vanished."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.sample_clock import SampleClock
from installation.ear.sources.sample_ring import SampleRing
from installation.ear.sources.source import FilmPosition, Samples, SoundSourceError

RING_SECONDS = 1.0
"""Sound that is held between two steps of the ear."""
STALL_SECONDS = 1.0
"""Time without samples after which a sound card counts as gone."""
HANG_SECONDS = 15.0
"""Time in one call of the driver after which it counts as hanging for good."""
WATCH_SECONDS = 0.2
"""Between two looks at the sound card."""
MIN_RETRY_SECONDS = 1.0
"""Before a sound card that failed is opened again; doubled with each failure."""
MAX_RETRY_SECONDS = 30.0


class OpenCapture(Protocol):
    """An open input of a sound card."""

    def close(self) -> None:
        """Close it."""


CaptureOpener = Callable[[Callable[[Samples], None]], tuple[OpenCapture, str]]
"""Opens an input that calls back with its samples; returns it with its name. Raises SoundSourceError."""


class DeviceSource:
    """The newest samples of a sound card; silent, with a fault as its status, while there is none."""

    def __init__(self, open_capture: CaptureOpener, epoch: float, optional: bool = False) -> None:
        """`epoch` is the machine's `time.perf_counter` at show time 0. Where the sound card is `optional`, its absence
        is no fault."""
        self.status = "ok" if optional else "opening"
        self.description = "silence, while no sound card is connected"
        self._open_capture, self._epoch, self._optional = open_capture, epoch, optional
        self._ring = SampleRing(RING_SECONDS)
        self._clock = SampleClock()
        self._call_start: float | None = None
        """Since when the thread has been inside the driver; None while it is not."""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound card", daemon=True)
        self._thread.start()

    def read(self, t: float, film: FilmPosition | None) -> tuple[Samples, float]:
        """As `SoundSource.read`. Raises SoundSourceError when the driver hangs, from which only a new process
        recovers."""
        call_start = self._call_start
        if call_start is not None and time.perf_counter() - call_start > HANG_SECONDS:
            raise SoundSourceError("the driver of the sound card does not answer")
        count, arrival = self._ring.arrival
        if count:
            self._clock.update(count, arrival - self._epoch)
        samples = self._ring.take(round(RING_SECONDS * SAMPLE_RATE_HZ))
        return samples, min(t, self._clock.time(self._ring.taken)) if samples.size else t

    def _run(self) -> None:
        retry_seconds = MIN_RETRY_SECONDS
        was_open = False
        while not self._ending.is_set():
            self._call_start = time.perf_counter()
            try:
                capture, name = self._open_capture(self._ring.write)
            except Exception as error:  # whatever a driver raises leads to a retry
                self._call_start = None
                # A sound card that was there is missed, even where none was asked for.
                self.status = "ok" if self._optional and not was_open else str(error) or type(error).__name__
                self._ending.wait(retry_seconds)
                retry_seconds = min(2.0 * retry_seconds, MAX_RETRY_SECONDS)
                continue
            self._call_start = None
            self.description = name
            if self._watch(name):
                was_open, retry_seconds = True, MIN_RETRY_SECONDS
            self._call_start = time.perf_counter()
            capture.close()
            self._call_start = None

    def _watch(self, name: str) -> bool:
        """Wait until the sound card gives no more samples; returns whether it gave any."""
        opened, before = time.perf_counter(), self._ring.arrival[0]
        while not self._ending.wait(WATCH_SECONDS):
            count, arrival = self._ring.arrival
            if time.perf_counter() - max(opened, arrival) > STALL_SECONDS:
                self.status = f"{name}: the sound card gives nothing; it is opened again"
                break
            if count > before:
                self.status = "ok"
        return self._ring.arrival[0] > before

    def close(self) -> None:
        """End the thread; one that hangs in a driver is left to its process."""
        self._ending.set()
        self._thread.join(1.0)
