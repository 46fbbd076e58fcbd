"""The client of the ear's worker: the loop has its newest sound, with counts and times that only grow."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from installation.core.faults import Fault
from installation.interface.knobs import NO_KNOB_VALUES, Value
from installation.interface.sound import AudioFrame, EarMessage, Sound, SoundBand
from installation.interface.sound_knobs import settings_of
from installation.workers.placement import WorkerHost

logger = logging.getLogger(__name__)

STALE_SECONDS = 1.0
"""Seconds without an answer after which levels are 0."""


class EarClient:
    """Sends knobs and the film's place to the ear, and has its newest answer."""

    def __init__(self, host: WorkerHost) -> None:
        self._host = host
        self._fault = Fault(logger)
        self._restarts = 0
        self._base = Sound()
        """Counts and times at the last restart."""
        self._newest = Sound(source="the ear starts")
        self._frame: AudioFrame | None = None
        self._received: float | None = None
        """Show time of the newest answer."""

    def listen(
        self, t: float, knobs: Mapping[str, Value] = NO_KNOB_VALUES, film: tuple[float, float] | None = None
    ) -> tuple[Sound, AudioFrame | None]:
        """The sound at show time `t`, and its spectrum and waveform. `film` is the show time of the newest picture of
        the first camera's film and its place there, s; None without a film."""
        self._host.send({"settings": settings_of(knobs), "film": list(film) if film is not None else None})
        message = self._host.newest(t)
        if message is not None and isinstance(message.body, EarMessage):
            if self._restarts != self._host.restarts:
                # A restarted ear counts from 0 again.
                self._restarts, self._base = self._host.restarts, self._newest
            self._newest, self._frame = self._continued(message.body.sound), message.body.frame
            self._received = t
        elif self._received is not None and t - self._received > STALE_SECONDS:
            self._newest, self._frame = self._silent(), None
        if self._received is not None:
            source = self._newest.source
            self._fault.set("" if source in ("ok", "opening") else f"sound: {source}")
        return self._newest, self._frame

    def _continued(self, sound: Sound) -> Sound:
        """A sound whose counts and times go on from those before the restart."""
        base = self._base
        if not self._restarts:
            return sound
        bands = tuple(
            replace(band, hits=band.hits + before.hits, time=band.time + before.time)
            for band, before in zip(sound.bands, base.bands, strict=True)
        )
        return replace(sound, onsets=sound.onsets + base.onsets, bands=bands)

    def _silent(self) -> Sound:
        """Silence with the counts and times of the newest sound."""
        newest = self._newest
        bands = tuple(SoundBand(hits=band.hits, time=band.time) for band in newest.bands)
        source = self._host.status if self._host.status != "ok" else "the ear does not answer"
        beat = replace(newest.beat, confidence=0.0, bar_confidence=0.0)
        return Sound(time=newest.time, bands=bands, onsets=newest.onsets, beat=beat, source=source)

    @property
    def restarts(self) -> int:
        """How often the worker was restarted."""
        return self._host.restarts

    def close(self) -> None:
        """End the reports about its source; the worker is closed by its owner."""
        self._fault.withdraw()
