"""Renderer: notes of the schedule to samples ahead of their time, at the positions that the pulse gives them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.interface.music import PlayedNote
from installation.music.live.bar_line import BarLine
from installation.music.live.schedule import DueNote, Schedule
from installation.music.notes import Bar
from installation.music.synth.sound_event import SoundEvent
from installation.music.synth.synth import Synth

BLOCK_SAMPLES = 512
"""Samples that are rendered at a time: within them the pulse runs evenly."""
MAX_NOTES = 48
"""Newest notes that are reported."""
LATE_SECONDS = 0.005
"""Delay from which on a note counts as late."""
DROPPED_SECONDS = 0.06
"""Delay from which on a note is left out: late, it would be worse than missing."""
MAX_LEAP_BARS = 0.1
"""How much farther than its tempo the pulse may go in one block; what a jump leaves out is not played."""
GAIN_SECONDS = 0.05
"""Time constant of the volume."""

Samples = NDArray[np.float32]


class SoundSink(Protocol):
    """Where rendered samples go."""

    def write(self, time: float, samples: Samples) -> None:
        """Take (n, 2) samples, the first of which is heard at show time `time`."""


class Renderer:
    """Renders block after block. One thread calls `render`; the others only set values."""

    def __init__(self, schedule: Schedule, sinks: tuple[SoundSink, ...], on_note: Callable[[PlayedNote], None]) -> None:
        self._schedule, self._sinks, self._on_note = schedule, sinks, on_note
        self._synth = Synth()
        self._position: float | None = None
        """Of the next block's begin, in bars; None while nothing plays."""
        self._gain = 0.0
        self._count = 0
        self._lock = threading.Lock()
        self._notes: deque[PlayedNote] = deque(maxlen=MAX_NOTES)
        self.line: BarLine | None = None
        """The newest pulse; None while nothing plays."""
        self.volume = 1.0
        """Factor on the samples."""
        self.late_notes = 0
        """Notes that were heard later than LATE_SECONDS after their time, or left out for that."""

    @property
    def notes(self) -> tuple[PlayedNote, ...]:
        """The newest notes, first the one that is heard first."""
        with self._lock:
            return tuple(self._notes)

    def prepare(self, event: SoundEvent, soon: bool = False) -> None:
        """Render a note before its time, of one that comes `soon` only what it needs first; any thread may do so."""
        if soon:
            self._synth.prepare(event, takes=1)
        else:
            self._synth.prepare(event)

    def count_missed(self, number: int, bar: Bar) -> None:
        """Count the notes of the pulse's bar `number` as late that were scheduled after their time."""
        position = self._position
        if position is not None:
            starts = (
                number + note.start_beats / bar.beats for note in bar.notes if note.stem not in bar.controls.muted
            )
            self.late_notes += sum(start < position for start in starts)

    def render(self, begin: float, end: float, missed: float = 0.0) -> None:
        """Render the block from show time `begin` to `end`, BLOCK_SAMPLES long.

        `missed` are seconds before it that could not be rendered in time: their notes are late.
        """
        due = self._due(begin, end, missed)
        start = self._synth.position
        events = []
        for note, share in due:
            late = -min(share, 0.0) * (end - begin)
            self.late_notes += late > LATE_SECONDS
            if late <= DROPPED_SECONDS:
                events.append(self._event(note, start + round(max(share, 0.0) * BLOCK_SAMPLES), begin, end, share))
        samples = self._synth.render(events, BLOCK_SAMPLES) * self._fade(end - begin)
        for sink in self._sinks:
            sink.write(begin, samples)

    def _due(self, begin: float, end: float, missed: float) -> list[tuple[DueNote, float]]:
        """The notes of a block and their places in it, 0..1; below 0 those that were missed."""
        line = self.line
        if line is None:
            self._position = None
            return []
        goal = line.at(end)
        usual = (end - begin) * line.bars_per_second
        at = self._position if self._position is not None else goal - usual
        gap = missed * line.bars_per_second
        if goal - at > gap + usual + MAX_LEAP_BARS or goal < at - 1.0:
            at = goal - usual  # the pulse was set anew: what lies between is not played
        goal = max(goal, at)
        self._position = goal
        span = max(goal - at - gap, 1e-9)
        return [(due, (due.position - at - gap) / span) for due in self._schedule.due(at, goal)]

    def _event(self, due: DueNote, sample: int, begin: float, end: float, share: float) -> SoundEvent:
        """A due note as an event of the synthesiser; it is reported too."""
        line, note = self.line, due.note
        tempo = line.tempo if line is not None else due.bar.tempo
        beat_seconds = 60.0 / tempo
        self._count += 1
        played = PlayedNote(
            self._count,
            begin + max(share, 0.0) * (end - begin),
            note.length_beats * beat_seconds,
            note.stem,
            note.pitch,
            note.velocity,
        )
        with self._lock:
            self._notes.append(played)
        self._on_note(played)
        genre = due.bar.controls.genre
        return SoundEvent(sample, note.stem, note.pitch, note.velocity, played.seconds, genre, beat_seconds)

    def _fade(self, seconds: float) -> Samples:
        """(BLOCK_SAMPLES, 1) the volume, which moves without clicks."""
        goal = self._gain + (self.volume - self._gain) * min(1.0, seconds / GAIN_SECONDS)
        ramp = np.linspace(self._gain, goal, BLOCK_SAMPLES, endpoint=False, dtype=np.float32)
        self._gain = goal
        return ramp[:, None]


def block_seconds() -> float:
    """Length of a block."""
    return BLOCK_SAMPLES / SAMPLE_RATE_HZ
