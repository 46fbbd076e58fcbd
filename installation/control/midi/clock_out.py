"""MIDI clock out: 24 ticks a beat, sent by a thread at the times that the pulse's line gives."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence

from installation.ear.clocks.midi_clock import (
    CONTINUE,
    SONG_POSITION,
    START,
    STOP,
    TICK,
    TICKS_A_BEAT,
    TICKS_A_SIXTEENTH,
)
from installation.ear.phase_line import PhaseLine

LOOK_SECONDS = 0.01
"""Longest sleep: how late a change of the line takes effect at most."""
MAX_CATCH_UP_TICKS = 6
"""Ticks that are sent at once after the thread was late; after more the clock is stopped and set anew."""
MAX_SONG_POSITION = 16_383
"""Sixteenth notes; the largest that MIDI can name."""


class MidiClockSender:
    """Sends ticks always; start at the first bar line, stop at the end, song position and continue after a jump."""

    def __init__(
        self, send: Callable[[Sequence[int]], None], clock: Callable[[], float], earlier_seconds: float = 0.0
    ) -> None:
        """`clock` returns show time."""
        self._send, self._clock, self._earlier = send, clock, earlier_seconds
        self._state: tuple[PhaseLine, int] | None = None
        self._next: int | None = None
        """Number of the next tick, counted from the pulse's beat 0."""
        self._started_at: int | None = None
        """Tick of the first start; None before it."""
        self._running = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="midi clock", daemon=True)
        self._thread.start()

    def set_line(self, line: PhaseLine, beats_a_bar: int) -> None:
        """Once a frame: set the line by which ticks are sent from now on."""
        self._state = line, beats_a_bar

    def close(self) -> None:
        """Stop the clock."""
        self._closing.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closing.is_set():
            state = self._state
            if state is None:
                self._closing.wait(LOOK_SECONDS)
                continue
            wait = self.step(*state, self._clock())
            if wait > 0:
                time.sleep(min(wait, LOOK_SECONDS))
        if self._running:
            self._send((STOP,))

    def step(self, line: PhaseLine, beats_a_bar: int, now: float) -> float:
        """Send what is due at show time `now`; returns the seconds until the next tick."""
        now += self._earlier
        present = line.beat_at(now) * TICKS_A_BEAT
        if self._next is None or present - self._next > MAX_CATCH_UP_TICKS:
            if self._running:
                self._send((STOP,))
                self._running = False
            self._next = math.ceil(present)
        while self._next <= present:
            self._tick(line, beats_a_bar)
        return line.time_of(self._next / TICKS_A_BEAT) - now

    def _tick(self, line: PhaseLine, beats_a_bar: int) -> None:
        assert self._next is not None
        bar = (self._next / TICKS_A_BEAT + line.bar_offset) / beats_a_bar
        if not self._running and abs(bar - round(bar)) * beats_a_bar * TICKS_A_BEAT < 0.5:
            self._start()
        self._send((TICK,))
        self._next += 1

    def _start(self) -> None:
        assert self._next is not None
        self._running = True
        if self._started_at is None:
            self._started_at = self._next
            self._send((START,))
            return
        position = (self._next - self._started_at) // TICKS_A_SIXTEENTH
        if position > MAX_SONG_POSITION:
            self._started_at = self._next
            self._send((START,))
        else:
            self._send((SONG_POSITION, position & 127, position >> 7))
            self._send((CONTINUE,))
