"""Sound output: rendered samples to a sound card by miniaudio, or to a clock without one; opened again when it goes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import miniaudio
import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.sample_clock import SampleClock
from installation.core.sound_cards import SoundCard, backends, outputs, reason
from installation.music.live.stereo_ring import StereoRing

RING_SAMPLES = SAMPLE_RATE_HZ * 2
BUFFER_MS = 20
"""Length of the sound card's own buffer."""
STALL_SECONDS = 1.0
"""Time without a callback after which a sound card counts as gone."""
RETRY_SECONDS = 10.0
"""Time after which a sound card that failed is tried again; meanwhile a clock takes its place."""
WATCH_SECONDS = 0.2
"""Between two looks at the sound card."""
HANG_SECONDS = 15.0
"""Time in one call of the driver after which it counts as hanging for good."""
NO_OUTPUT, AUTO = "none", "auto"

logger = logging.getLogger(__name__)


class SoundOutput:
    """Plays samples by their index; `time` says when each is heard."""

    def __init__(self, name: str, latency_seconds: float, epoch: float) -> None:
        """`name` is AUTO, NO_OUTPUT or a part of a sound card's name; `epoch` is the machine's `time.perf_counter` at
        show time 0."""
        self.ring = StereoRing(RING_SAMPLES)
        self.status = "ok"
        self.latency_seconds = latency_seconds
        self._name, self._epoch = name, epoch
        self._clock = SampleClock()
        self._clock_lock = threading.Lock()
        self._called = 0.0
        """When the sound card asked for samples last, in the machine's time."""
        self._call_start: float | None = None
        """Since when the thread has been inside the driver; None while it is not."""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound output", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether samples are asked for."""
        return self._called > 0.0

    def time(self, index: int) -> float:
        """Show time at which the sample `index` is heard."""
        with self._clock_lock:
            return self._clock.time(index)

    def check(self) -> None:
        """Raise RuntimeError where the driver hangs, from which only a new process recovers."""
        call_start = self._call_start
        if call_start is not None and time.perf_counter() - call_start > HANG_SECONDS:
            raise RuntimeError("the driver of the sound card does not answer")

    def write(self, time: float, samples: NDArray[np.float32]) -> None:
        """Append samples; their time is that of `time(ring.written)`."""
        self.ring.write(samples)

    def close(self) -> None:
        """End the thread; one that hangs in a driver is left to its process."""
        self._ending.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._ending.is_set():
            if self._name != NO_OUTPUT:
                with self._in_driver():
                    device, self.status = open_card(self._name)
                if device is not None and self._play(device):
                    continue
                if self._ending.is_set():
                    return
            # Without a sound card time goes on: notes still go to MIDI, to OSC and to the ear.
            self._play(_device(None, null=True), RETRY_SECONDS if self._name != NO_OUTPUT else None)

    def _play(self, device: Any, seconds: float | None = None) -> bool:
        """Play on a device until it gives no sign of life, or for so long; returns whether it played at all."""
        callback = self._callback()
        next(callback)
        opened, before = time.perf_counter(), self.ring.played
        try:
            with self._in_driver():
                device.start(callback)
            while not self._ending.wait(WATCH_SECONDS):
                now = time.perf_counter()
                if now - max(opened, self._called) > STALL_SECONDS:
                    self.status = "the sound card takes nothing; it is opened again"
                    break
                if seconds is not None and now - opened > seconds:
                    break
        except Exception as error:  # miniaudio's errors have no base of their own
            self.status = f"the sound card can't play: {reason(error)}"
        finally:
            with self._in_driver():
                device.close()
        return self.ring.played > before

    @contextmanager
    def _in_driver(self) -> Iterator[None]:
        self._call_start = time.perf_counter()
        try:
            yield
        finally:
            self._call_start = None

    def _callback(self) -> Generator[bytes | NDArray[np.float32], int, None]:
        required = yield b""
        while True:
            now = time.perf_counter()
            with self._clock_lock:
                self._clock.update(self.ring.played, now - self._epoch + self.latency_seconds)
            self._called = now
            required = yield self.ring.take(required)


def find_card(name: str) -> tuple[SoundCard | None, str]:
    """The sound card by a part of its name, AUTO for the first one, and ""; or None, and why not."""
    found = outputs()
    wanted = [each for each in found if name == AUTO or name.lower() in each.name.lower()]
    if not wanted:
        known = ", ".join(each.name for each in found) or "none"
        return None, f"no sound card has {name!r} in its name; there are: {known}" if name != AUTO else "no sound card"
    return wanted[0], ""


def open_card(name: str) -> tuple[Any, str]:
    """The sound card by a part of its name, opened, and "ok"; or None, and why not."""
    card, fault = find_card(name)
    if card is None:
        return None, fault
    try:
        return _device(None if name == AUTO else card.identity), "ok"
    except Exception as error:
        return None, f"{card.name}: can't be opened ({reason(error)})"


def _device(identity: Any, null: bool = False) -> Any:
    """A sound card that plays; `identity` None is the system's default. With `null` a clock that discards it all."""
    return miniaudio.PlaybackDevice(
        output_format=miniaudio.SampleFormat.FLOAT32,
        nchannels=2,
        sample_rate=SAMPLE_RATE_HZ,
        buffersize_msec=BUFFER_MS,
        device_id=identity,
        backends=backends(null),
        app_name="Visitant",
    )
