"""Sound output: rendered samples to a sound card by miniaudio, or to a clock without one; opened again when it goes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.sample_clock import SampleClock
from installation.music.live.stereo_ring import StereoRing

RING_SAMPLES = SAMPLE_RATE_HZ * 2
BUFFER_MS = 20
"""Length of the sound card's own buffer."""
STALL_SECONDS = 1.0
"""Time without a callback after which a sound card counts as gone."""
RETRY_SECONDS = 10.0
"""Time after which a sound card that failed is tried again; meanwhile a clock takes its place."""
ALSA_NULL = b"null\0"
"""Identity of the device of ALSA that discards everything."""
NO_OUTPUT, AUTO = "none", "auto"

logger = logging.getLogger(__name__)


class SoundOutput:
    """Plays samples by their index; `time` says when each is heard."""

    def __init__(self, name: str, latency_seconds: float, epoch: float) -> None:
        """`name` is AUTO, NO_OUTPUT or a part of a sound card's name; `epoch` is the machine's `time.perf_counter` at
        show time 0."""
        self.ring = StereoRing(RING_SAMPLES)
        self.status = "ok"
        self._name, self._latency, self._epoch = name, latency_seconds, epoch
        self._clock = SampleClock()
        self._clock_lock = threading.Lock()
        self._called = 0.0
        """When the sound card asked for samples last, in the machine's time."""
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

    def write(self, time: float, samples: NDArray[np.float32]) -> None:
        """Append samples; their time is that of `time(ring.written)`."""
        self.ring.write(samples)

    def close(self) -> None:
        """End the thread; one that hangs in a driver is left to its process."""
        self._ending.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        import miniaudio  # loads a C library, which only a process that plays needs

        null = [miniaudio.Backend.NULL]
        while not self._ending.is_set():
            if self._name != NO_OUTPUT:
                device, self.status = open_card(self._name)
                if device is not None and self._play(device):
                    continue
                if self._ending.is_set():
                    return
            # Without a sound card time goes on: notes still go to MIDI, to OSC and to the ear.
            self._play(_device(miniaudio, null, None), RETRY_SECONDS if self._name != NO_OUTPUT else None)

    def _play(self, device: Any, seconds: float | None = None) -> bool:
        """Play on a device until it gives no sign of life, or for so long; returns whether it played at all."""
        callback = self._callback()
        next(callback)
        opened, before = time.perf_counter(), self.ring.played
        try:
            device.start(callback)
            while not self._ending.wait(0.2):
                now = time.perf_counter()
                if now - max(opened, self._called) > STALL_SECONDS:
                    self.status = "the sound card takes nothing; it is opened again"
                    break
                if seconds is not None and now - opened > seconds:
                    break
        except Exception as error:  # miniaudio's errors have no base of their own
            self.status = f"the sound card can't play: {_reason(error)}"
        finally:
            device.close()
        return self.ring.played > before

    def _callback(self) -> Generator[bytes | NDArray[np.float32], int, None]:
        required = yield b""
        while True:
            now = time.perf_counter()
            with self._clock_lock:
                self._clock.update(self.ring.played, now - self._epoch + self._latency)
            self._called = now
            required = yield self.ring.take(required)


def _reason(error: Exception) -> str:
    """The words of an error; miniaudio's have a pair of words and number."""
    first = error.args[0] if error.args else error
    return str(first[0] if isinstance(first, tuple) and first else first)


def _is_heard(miniaudio: Any, card: dict[str, Any]) -> bool:
    """Whether a card is more than ALSA's device that discards everything."""
    return not bytes(miniaudio.ffi.buffer(card["id"])).startswith(ALSA_NULL)


def find_card(name: str) -> tuple[dict[str, Any] | None, str]:
    """Name and id of the sound card by a part of its name, AUTO for the first one, and ""; or None, and why not."""
    import miniaudio

    try:
        found = [each for each in miniaudio.Devices().get_playbacks() if _is_heard(miniaudio, each)]
    except Exception as error:
        return None, f"no sound card ({_reason(error)})"
    wanted = [each for each in found if name == AUTO or name.lower() in each["name"].lower()]
    if not wanted:
        known = ", ".join(each["name"] for each in found) or "none"
        return None, f"no sound card has {name!r} in its name; there are: {known}" if name != AUTO else "no sound card"
    return wanted[0], ""


def open_card(name: str) -> tuple[Any, str]:
    """The sound card by a part of its name, opened, and "ok"; or None, and why not."""
    import miniaudio

    card, fault = find_card(name)
    if card is None:
        return None, fault
    try:
        return _device(miniaudio, [], None if name == AUTO else card["id"]), "ok"
    except Exception as error:
        return None, f"{card['name']}: can't be opened ({_reason(error)})"


def _device(miniaudio: Any, backends: list[Any], identity: Any) -> Any:
    return miniaudio.PlaybackDevice(
        output_format=miniaudio.SampleFormat.FLOAT32,
        nchannels=2,
        sample_rate=SAMPLE_RATE_HZ,
        buffersize_msec=BUFFER_MS,
        device_id=identity,
        backends=backends or None,
        app_name="Visitant",
    )
