"""Player of a file for live shows: decoded by a thread a little ahead, at the pace of show time or of the film."""

from __future__ import annotations

import threading

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.sources.block_buffer import BlockBuffer
from installation.ear.sources.source import NO_SAMPLES, FilmPosition, Samples
from installation.ear.sources.track import SoundTrack

AHEAD_SECONDS = 2.0
"""How far the thread decodes ahead."""
WAIT_SECONDS = 0.05
"""Between two looks of the thread at the wanted state."""
RETRY_SECONDS = 2.0
"""Between two attempts to read a file that fails."""
MAX_READ_SECONDS = 0.5
"""Most that one call gives; after a longer pause the player goes on from its place."""
OUT_OF_STEP_SECONDS = 0.12
"""Distance from the place of the film from which on the player jumps there."""
FILM_STALL_SECONDS = 1.5
"""Age of the newest picture from which on the film counts as stopped, and is silent."""


class FilePlayer:
    """Plays a track in a loop, or in step with the pictures of the film that it belongs to."""

    def __init__(self, track: SoundTrack, follows_film: bool = False) -> None:
        """`follows_film`: play the place of the film that is shown, silence while none is."""
        self.status = "ok"
        self.description = track.description
        self._track = track
        self._follows_film = follows_film
        self._lock = threading.Lock()
        self._buffer = BlockBuffer()
        self._next = 0
        """Index of the next sample to be given."""
        self._place = 0.0
        """The same as show time has it, between two samples."""
        self._last_time: float | None = None
        self._seek: float | None = 0.0
        """Seconds at which the thread is to begin anew; None while it goes on."""
        self._ending = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound file", daemon=True)
        self._thread.start()

    def read(self, t: float, film: FilmPosition | None) -> tuple[Samples, float]:
        due = self._due_in_film(t, film) if self._follows_film else self._due_in_loop(t)
        if due is None:
            return NO_SAMPLES, t
        with self._lock:
            begin, self._next = self._next, due
            samples = self._buffer.take(begin, due)
        self._wake.set()
        return samples, t

    def _due_in_loop(self, t: float) -> int | None:
        """The index up to which samples are due; the player stands while the thread is behind."""
        step, self._last_time = t - (t if self._last_time is None else self._last_time), t
        end = self._buffer.end
        if end is None:
            return None
        self._place = min(self._place + min(step, MAX_READ_SECONDS) * SAMPLE_RATE_HZ, float(end))
        return max(self._next, round(self._place))

    def _due_in_film(self, t: float, film: FilmPosition | None) -> int | None:
        """The same for the place of the film that is shown; begins anew where that jumps."""
        if film is None or t - film.time > FILM_STALL_SECONDS:
            return None
        place = max(0.0, film.at(t))
        if abs(place - self._next / SAMPLE_RATE_HZ) > OUT_OF_STEP_SECONDS:
            with self._lock:
                self._buffer.clear()
                self._seek, self._next = place, round(place * SAMPLE_RATE_HZ)
            self._wake.set()
            return None
        return max(self._next, round(place * SAMPLE_RATE_HZ))

    def _run(self) -> None:
        while not self._ending.is_set():
            with self._lock:
                start, self._seek = self._seek or 0.0, None
            try:
                self.status = "ok" if self._play(start) or self._follows_film else f"{self.description}: is empty"
            except Exception as error:  # whatever a decoder raises leads to a retry
                self.status = str(error) or type(error).__name__
            if self.status != "ok":
                self._ending.wait(RETRY_SECONDS)
            if self._follows_film:
                self._wait_for_seek()

    def _play(self, start: float) -> bool:
        """Read the track once from a place on, in step with the reader; returns whether it has any sound."""
        found = False
        offset = (self._buffer.end or 0) if not self._follows_film else 0
        for index, samples in self._track.blocks(start):
            if not self._add(index + offset, samples):
                return True
            found = True
            while (end := self._buffer.end) is not None and end - self._next > AHEAD_SECONDS * SAMPLE_RATE_HZ:
                if self._ending.is_set() or self._seek is not None:
                    return True
                self._wake.wait(WAIT_SECONDS)
                self._wake.clear()
        return found

    def _add(self, index: int, samples: Samples) -> bool:
        """Add a block; returns whether reading goes on."""
        with self._lock:
            if self._seek is not None or self._ending.is_set():
                return False
            self._buffer.add(index, samples)
        return True

    def _wait_for_seek(self) -> None:
        """At the end of the film: wait until another place is wanted."""
        while self._seek is None and not self._ending.is_set():
            self._wake.wait(WAIT_SECONDS)
            self._wake.clear()

    def close(self) -> None:
        """End the thread."""
        self._ending.set()
        self._wake.set()
        self._thread.join(2.0)
