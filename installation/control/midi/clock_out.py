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
SETTLED_BEATS = 0.05
"""Beats by which a bar may still be to be corrected and count as settled."""
MAX_SONG_POSITION = 16_383
"""Sixteenth notes; the largest that MIDI can name."""


class MidiClockSender:
    """Sends ticks always, start at the first bar line, stop at the end; after a jump, or where bars begin at another
    beat from then on, song position and continue, so that a receiver's bars begin with those of the pulse."""

    def __init__(
        self, send: Callable[[Sequence[int]], None], clock: Callable[[], float], earlier_seconds: float = 0.0
    ) -> None:
        """`clock` returns show time."""
        self._send, self._clock, self._earlier = send, clock, earlier_seconds
        self._state: tuple[PhaseLine, int] | None = None
        self._next: int | None = None
        """Number of the next tick, counted from the pulse's beat 0."""
        self._song_start: int | None = None
        """Tick of song position 0, a bar line; None before the first start."""
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
        """Send the messages that are due at show time `now`; returns the seconds until the next tick."""
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
        if abs(bar - round(bar)) * beats_a_bar * TICKS_A_BEAT < 0.5:
            self._bar_line(beats_a_bar, abs(line.bar_correction) < SETTLED_BEATS)
        self._send((TICK,))
        self._next += 1

    def _bar_line(self, beats_a_bar: int, settled: bool) -> None:
        """The next tick is a bar line: start there, or set the receivers' bars to it where they begin elsewhere."""
        assert self._next is not None
        ticks_a_bar = beats_a_bar * TICKS_A_BEAT
        bars = 0 if self._song_start is None else round((self._next - self._song_start) / ticks_a_bar)
        if self._running:
            assert self._song_start is not None
            off = abs(self._next - self._song_start - bars * ticks_a_bar)
            if off < TICKS_A_BEAT // 2 or not settled:
                return
            self._send((STOP,))
        self._running = True
        position = bars * ticks_a_bar // TICKS_A_SIXTEENTH
        if self._song_start is None or not 0 <= position <= MAX_SONG_POSITION:
            self._song_start = self._next
            self._send((START,))
        else:
            self._song_start = self._next - bars * ticks_a_bar
            self._send((SONG_POSITION, position & 127, position >> 7))
            self._send((CONTINUE,))
