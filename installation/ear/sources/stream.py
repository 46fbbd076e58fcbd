"""Network stream of sound: received by a thread, played at its pace, opened again where it breaks off or ends."""

from __future__ import annotations

import threading

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.secrets import without_passwords
from installation.ear.sources.sample_ring import SampleRing
from installation.ear.sources.source import NO_SAMPLES, FilmPosition, Samples
from installation.ear.sources.track import SoundTrack

RING_SECONDS = 12.0
"""Length of a stream that is held, for those that come in long parts, as HLS does."""
LEAST_DELAY_SECONDS = 0.1
"""Buffer after the start, so that the network's jitter makes no gaps."""
BURST_SECONDS = 1.0
"""Time after the connection in which broadcasts send what they have kept; it is dropped, for it is late."""
AHEAD_SECONDS = 2.0
"""How much of a file on a server is received ahead: it comes as fast as it is read."""
WAIT_SECONDS = 0.05
"""Between two looks at how much of it waits."""
MAX_STEP_SECONDS = 0.5
"""Most that one call gives."""
MIN_RETRY_SECONDS = 1.0
"""Before a stream that failed is opened again; doubled with each failure."""
MAX_RETRY_SECONDS = 30.0


class StreamSource:
    """Plays a broadcast as it comes, and a file on a server from its start, again and again."""

    def __init__(self, address: str, channel: int | None = None) -> None:
        self.status = "opening"
        self.description = without_passwords(address)
        self._address, self._channel = address, channel
        self._ring = SampleRing(RING_SECONDS)
        self._last_time: float | None = None
        self._first_time: float | None = None
        """Show time of the first read that found samples since the connection."""
        self._is_broadcast = True
        self._share = 0.0
        """Part of a sample that is due."""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound stream", daemon=True)
        self._thread.start()

    def read(self, t: float, film: FilmPosition | None) -> tuple[Samples, float]:
        step, self._last_time = t - (t if self._last_time is None else self._last_time), t
        if not self._ring.waiting:
            return NO_SAMPLES, t
        if self._first_time is None:
            self._first_time = t
        if self._is_broadcast and t - self._first_time < BURST_SECONDS:
            self._ring.skip_to(round(LEAST_DELAY_SECONDS * SAMPLE_RATE_HZ))
        due = self._share + min(step, MAX_STEP_SECONDS) * SAMPLE_RATE_HZ
        self._share = due % 1.0
        return self._ring.take(int(due)), t

    def _run(self) -> None:
        retry_seconds = MIN_RETRY_SECONDS
        while not self._ending.is_set():
            self._first_time = None
            try:
                track = SoundTrack(self._address, self._channel)
                self.description = without_passwords(track.description)
                self._is_broadcast = track.is_endless
                if self._receive(track):
                    retry_seconds = MIN_RETRY_SECONDS
                    if not self._is_broadcast:
                        continue
                self.status = without_passwords(f"{self._address}: has ended")
            except Exception as error:  # whatever a decoder raises leads to a retry
                retry_seconds = MIN_RETRY_SECONDS if self.status == "ok" else retry_seconds
                self.status = without_passwords(str(error) or type(error).__name__)
            self._ending.wait(retry_seconds)
            retry_seconds = min(2.0 * retry_seconds, MAX_RETRY_SECONDS)

    def _receive(self, track: SoundTrack) -> bool:
        """Receive a track until it ends; returns whether it had any sound."""
        received = False
        for _, samples in track.blocks():
            self._ring.write(samples)
            self.status, received = "ok", True
            while not self._is_broadcast and self._ring.waiting > AHEAD_SECONDS * SAMPLE_RATE_HZ:
                if self._ending.wait(WAIT_SECONDS):
                    break
            if self._ending.is_set():
                break
        return received

    def close(self) -> None:
        """End the thread; one that waits for the network is left to its process."""
        self._ending.set()
        self._thread.join(1.0)
