"""Notes rendered before their time: what a bar begins with at once, the others bit by bit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.music.notes import Bar
from installation.music.piece import bar_events
from installation.music.synth.sound_event import SoundEvent

READY_BEATS = 1.0
"""Of a new bar, the notes that are rendered before it is scheduled."""


class Preparation:
    """The notes of the newest bar that are not rendered yet."""

    def __init__(self, render: Callable[[SoundEvent, bool], None], clock: Callable[[], float]) -> None:
        """`render` is called with a note and whether it comes soon."""
        self._render, self._clock = render, clock
        self._waiting: deque[SoundEvent] = deque()

    def begin(self, bar: Bar, tempo: float) -> None:
        """Render the notes of a bar's first beat, at a tempo that they will have, and note them all."""
        beat_samples = 60.0 / tempo * SAMPLE_RATE_HZ
        self._waiting = deque(bar_events(bar, 0.0, beat_samples))
        for event in self._waiting:
            if event.sample < READY_BEATS * beat_samples:
                self._render(event, True)

    def go_on(self, seconds: float) -> None:
        """Render notes for so long, or until there are no more."""
        end = self._clock() + seconds
        while self._waiting and self._clock() < end:
            self._render(self._waiting.popleft(), False)
