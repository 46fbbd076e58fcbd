"""The composer worker of a film: music of a known length in lock-step, each bar composed to the movement in the room.

A bar is composed when it begins, by the knobs and the visitors of that moment. The same film gives the same samples.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.errors import UserError
from installation.interface.music import Music, PlayedNote
from installation.music.arrangement import arranged, planned_chord
from installation.music.controls import STEMS, Controls
from installation.music.generator import BarComposer, Composer
from installation.music.live.knob_controls import DEFAULTS, Room, controls_of
from installation.music.notes import Bar
from installation.music.piece import bar_events
from installation.music.score import Score, ScoreSection
from installation.music.synth.master import Master
from installation.music.synth.sound_event import SoundEvent
from installation.music.synth.synth import Synth
from installation.music.timeline import PlannedBar, planned_bars
from installation.workers.audio_ring import AudioRing
from installation.workers.shared_memory import MemoryHandle
from installation.workers.worker import Message

MAX_NOTES = 48
"""Newest notes that are reported."""


@dataclass(frozen=True, slots=True)
class FilmMusicPlan:
    """What is known of a film's music before its first frame."""

    genre: str
    seed: int
    seconds: float
    """Length of the music."""
    tempo: float | None = None
    """Beats a minute; None lets the genre choose."""
    lead_seconds: float = 0.1
    """How far ahead of its time sound is rendered: a frame of the film and a step of this worker."""

    @property
    def bars(self) -> list[PlannedBar]:
        """When each bar begins and ends. The last ends with the music."""
        section = ScoreSection(seconds=self.seconds)
        return planned_bars(Score(genre=self.genre, seed=self.seed, tempo=self.tempo, sections=(section,)))


def open_film_composer(plan: dict[str, Any], mix: str, ring: dict[str, Any]) -> FilmComposer:
    """Open the composer of a film: `plan` has the fields of a FilmMusicPlan, `mix` names the file of raw samples that
    is written, `ring` has the fields of a MemoryHandle of the AudioRing that the ear reads. Raises UserError."""
    own = FilmMusicPlan(**plan)
    return FilmComposer(own, Composer(own.seed), Path(mix), AudioRing.open(MemoryHandle(**ring)))


class FilmComposer:
    """Composes and renders in its steps, always `lead_seconds` ahead."""

    def __init__(self, plan: FilmMusicPlan, composer: BarComposer, mix: Path, ring: AudioRing | None = None) -> None:
        """Raises UserError where `mix` can't be written: (n, 2) floats, before the level is set."""
        self._plan, self._composer, self._ring = plan, composer, ring
        self._planned = plan.bars
        self._bars: list[Bar] = []
        self._events: deque[SoundEvent] = deque()
        """Those that are not rendered yet, in order of time."""
        self._synth, self._master = Synth(), Master(SAMPLE_RATE_HZ, 1.0)
        self._notes: deque[PlayedNote] = deque(maxlen=MAX_NOTES)
        self._count = 0
        self._path = mix
        try:
            self._mix = mix.open("wb")
        except OSError as error:
            raise self._error(error) from error

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Compose and render what begins within the lead; the request's `knobs` and `room` are those of the live
        composer."""
        ahead = t + self._plan.lead_seconds
        while len(self._bars) < len(self._planned) and self._planned[len(self._bars)].start <= ahead:
            self._compose(request)
        self._render(round(min(ahead, self._plan.seconds) * SAMPLE_RATE_HZ))
        return Message(t, self._music(t))

    def _compose(self, request: Mapping[str, Any]) -> None:
        planned = self._planned[len(self._bars)]
        last = len(self._bars) == len(self._planned) - 1
        asked = replace(planned, controls=self._controls(request, planned.controls))
        chord = planned_chord(asked, len(self._bars), len(self._planned), ending=True)
        bar = self._composer.next_bar(asked.controls, chord=chord)
        bar = arranged(bar, planned.hit, len(self._bars), last)
        self._bars.append(bar)
        beat_samples = (planned.end - planned.start) * SAMPLE_RATE_HZ / bar.beats
        self._events.extend(bar_events(bar, planned.start * SAMPLE_RATE_HZ, beat_samples))

    def _controls(self, request: Mapping[str, Any], planned: Controls) -> Controls:
        """What a bar is asked for by the knobs and the room, in the place that is planned for it."""
        knobs = {**DEFAULTS, "genre": self._plan.genre, "play": True, **request.get("knobs", {})}
        room = Room.of(request.get("room", {}))
        controls = replace(controls_of(knobs, room, planned.beats, self._plan.seed), tempo=planned.tempo)
        return controls if knobs["play"] else replace(controls, muted=STEMS)

    def _render(self, until: int) -> None:
        """Render up to a sample."""
        count = until - self._synth.position
        if count <= 0:
            return
        due = []
        while self._events and self._events[0].sample < until:
            due.append(self._events.popleft())
        for event in due:
            self._count += 1
            time = event.sample / SAMPLE_RATE_HZ
            self._notes.append(PlayedNote(self._count, time, event.seconds, event.stem, event.pitch, event.velocity))
        begin = self._synth.position
        self._write(begin, self._synth.mix(due, count))

    def _write(self, begin: int, samples: NDArray[np.float32]) -> None:
        try:
            self._mix.write(samples.tobytes())
        except OSError as error:
            raise self._error(error) from error
        if self._ring is not None:
            self._ring.write(begin, self._master.render(samples).mean(axis=1, dtype=np.float32))

    def _error(self, error: OSError) -> UserError:
        return UserError(f"{self._path}: the film's music can't be kept there ({error.strerror or error}); free space")

    def _music(self, t: float) -> Music:
        number = sum(planned.start <= t + 1e-9 for planned in self._planned[: len(self._bars)])
        bar = self._bars[max(0, number - 1)]
        return Music(
            playing=t < self._plan.seconds,
            genre=bar.controls.genre,
            section=bar.section,
            chord=bar.chord.name,
            bar=number,
            tempo=bar.tempo,
            notes=tuple(self._notes),
        )

    def close(self) -> None:
        """Close the file and the ring."""
        self._mix.close()
        if self._ring is not None:
            self._ring.close()
