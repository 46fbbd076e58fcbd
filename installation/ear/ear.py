"""The ear worker: takes the newest samples of its source and returns their analysis. It stores no sound."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.errors import UserError
from installation.ear.analysis import BeatSource, SoundAnalyser
from installation.ear.beat.tracker import BeatTracker
from installation.ear.sources.choice import in_film
from installation.ear.sources.kinds import open_source
from installation.ear.sources.source import FilmPosition, Samples, SoundSource
from installation.interface.sound import EarMessage
from installation.interface.sound_knobs import EarSettings
from installation.venue.sound_section import SoundSection
from installation.workers.worker import Message

logger = logging.getLogger(__name__)

STALL_SECONDS = 0.2
"""Time without samples after which the ear hears silence."""
MAX_STEP_SECONDS = 1.0
"""Sound that one step analyses at most; older samples are dropped."""


def open_ear(
    sound: dict[str, Any], camera: int | str, live: bool, epoch: float, music: dict[str, Any] | None = None
) -> EarWorker:
    """Open the ear: `live` at the source's own pace, else in lock-step with show time.

    `sound` is the section of the venue as plain values; the other arguments are those of
    `installation.ear.sources.kinds.open_source`. Raises SoundSourceError, and UserError where the beat network can't be
    read.
    """
    section = SoundSection.model_validate(sound, strict=False)
    section = section if live else in_film(section)
    source = open_source(section, camera, live, epoch, music)
    return EarWorker(source, section, _beat_tracker(section), live)


def _beat_tracker(section: SoundSection) -> BeatTracker:
    """The beat tracker with its network; by spectral flux where the network's weights can't be read."""
    try:
        return BeatTracker(section.low_bpm, section.high_bpm)
    except UserError as error:
        logger.warning("%s; the beat is tracked without the network", error)
        return BeatTracker(section.low_bpm, section.high_bpm, network=False)


class EarWorker:
    """Analyses the sound of a source."""

    def __init__(self, source: SoundSource, section: SoundSection, beat: BeatSource, live: bool) -> None:
        self._source, self._beat = source, beat
        self._gain_db = section.gain_db
        self._live = live
        self._analyser = SoundAnalyser(beat)
        self._analysed_until: float | None = None
        """Show time of the newest sample."""
        self._last_time: float | None = None
        self._reported = ""

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Analyse the samples since the last step. The request's values:

        `settings`, an EarSettings; `film`, show time and place of the film's newest picture, s, or None.
        """
        settings = request.get("settings") or EarSettings()
        film = request.get("film")
        samples, until = self._source.read(t, FilmPosition(*film) if film is not None else None)
        if not samples.size and self._live:
            samples, until = self._silence(t)
            if not samples.size:
                return None
        if not settings.listen:
            samples = np.zeros_like(samples)
        samples = samples[-round(MAX_STEP_SECONDS * SAMPLE_RATE_HZ) :]
        self._beat.set_beats_a_bar(settings.beats_a_bar)
        gain = 10.0 ** ((self._gain_db + settings.gain) / 20.0)
        self._analyser.push(samples, gain, settings.sensitivity)
        self._analysed_until = until
        step, self._last_time = t - (t if self._last_time is None else self._last_time), t
        self._report()
        return Message(until, EarMessage(self._analyser.sound(until, self._source.status), self._analyser.frame(step)))

    def _silence(self, t: float) -> tuple[Samples, float]:
        """Silence in place of samples that have not come for STALL_SECONDS, so that no level stands still."""
        if self._analysed_until is None:
            self._analysed_until = t
        missing = t - STALL_SECONDS - self._analysed_until
        return np.zeros(max(0, round(missing * SAMPLE_RATE_HZ)), np.float32), t - STALL_SECONDS

    def _report(self) -> None:
        """Log the source when it changes."""
        if self._live and self._source.status == "ok" and self._reported != self._source.description:
            self._reported = self._source.description
            logger.info("the ear hears: %s", self._reported)

    def close(self) -> None:
        self._source.close()
