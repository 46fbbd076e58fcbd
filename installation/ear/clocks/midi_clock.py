"""MIDI clock: a steady tempo and beat out of ticks that jitter, 24 for each quarter note."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence

import numpy as np

from installation.core.faults import Fault
from installation.ear.clocks.clock import MAX_TEMPO, MIN_TEMPO, BeatReading

TICK, START, CONTINUE, STOP = 0xF8, 0xFA, 0xFB, 0xFC
"""Real-time messages of one byte. MIDI 1.0, as those below."""
SONG_POSITION = 0xF2
"""Followed by 14 bits, the lower seven first: sixteenth notes since the start of the song."""
TICKS_A_BEAT = 24
TICKS_A_SIXTEENTH = 6
WINDOW_TICKS = 48
"""Newest ticks through which the line is fitted: steady within a millisecond for 3 ms of jitter."""
MIN_TICKS = 12
"""Ticks from which the clock has a tempo."""
GAP_SECONDS = 0.5
"""Time between two ticks after which they belong to different clocks, where no tempo is known; a tick of the slowest
tempo lasts 125 ms."""
MAX_GAP_SECONDS = 8.0
"""The same where it is: so long its count goes on without ticks and stays right, as after a cable was out."""
GAP_TICKS = 1.5
"""Length of a gap, in ticks, from which on some may be lost."""
GAP_VERDICT_TICKS = 5
"""Ticks after a gap that show whether some were lost, came late, or have another tempo."""
SAME_TEMPO = 0.2
"""Share by which their distance may differ while it counts as the same."""
RECENT_TICKS = 8
"""Newest ticks that show that the tempo has changed."""
CHANGED_SECONDS = 0.006
"""How far all of them are off the line, to one side, when it has."""

logger = logging.getLogger(__name__)


class MidiClock:
    """One device's clock. Call `receive` for each message, then `reading`."""

    def __init__(self) -> None:
        self._ticks: deque[tuple[float, int]] = deque(maxlen=WINDOW_TICKS)
        """Time and number of the newest ticks; a tick's number counts from the start of the song."""
        self._next = 0
        """The number of the next tick."""
        self._bars = False
        """Whether a start or a song position was received: from then on the downbeat is known."""
        self._fault = Fault(logger)
        self.playing = False
        """Whether the device's transport runs; its ticks may go on while it does not."""
        self._stopped_at: int | None = None
        """The tick from which a continue goes on; None where the next one does."""
        self._after_gap: list[float] = []
        """Times of the newest ticks while it is not known which ticks they are; the first one follows a gap."""
        self._is_located = False
        """Whether the number of the next tick was named, however long the gap before it is."""

    def receive(self, message: Sequence[int], t: float) -> None:
        """Take a message that arrived at show time `t`; all but those of the clock are passed over."""
        kind = message[0] if message else 0
        if kind == TICK and len(message) == 1:
            self._tick(t)
        elif kind in (START, CONTINUE) and len(message) == 1:
            if kind == START:
                self._locate(0)
            elif self._stopped_at is not None:
                self._locate(self._stopped_at)
            # Ticks that ceased with the transport are not lost.
            self.playing, self._stopped_at, self._is_located = True, None, True
        elif kind == STOP and len(message) == 1:
            if self.playing:
                self._stopped_at = self._next
            self.playing = False
        elif kind == SONG_POSITION and len(message) == 3 and all(0 <= byte < 128 for byte in message[1:]):
            tick = TICKS_A_SIXTEENTH * (message[1] + 128 * message[2])
            self._locate(tick)
            # Ticks that go on while the transport stands do not move it.
            self._stopped_at = None if self.playing else tick

    @property
    def last_tick_time(self) -> float:
        """Show time of the newest tick; minus infinity before the first."""
        if self._after_gap:
            return self._after_gap[-1]
        return self._ticks[-1][0] if self._ticks else float("-inf")

    def reading(self) -> BeatReading | None:
        """Tempo and beat by the newest ticks; None for too few of them, or for a tempo that is none."""
        self._drop_former_tempo()
        if len(self._ticks) < MIN_TICKS:
            return None
        times, numbers = np.array(self._ticks).T
        seconds_a_tick, origin = _fit(times, numbers)
        tempo = 60.0 / (TICKS_A_BEAT * max(seconds_a_tick, 1e-9))
        if not MIN_TEMPO <= tempo <= MAX_TEMPO:
            self._fault.set(
                f"MIDI clock: {1 / max(seconds_a_tick, 1e-9):.0f} ticks a second are no tempo; "
                f"{MIN_TEMPO:g} to {MAX_TEMPO:g} beats a minute have {TICKS_A_BEAT} ticks a beat"
            )
            return None
        self._fault.clear()
        last = float(numbers[-1])
        return BeatReading(origin + last * seconds_a_tick, tempo, last / TICKS_A_BEAT, self._bars)

    def close(self) -> None:
        """End the reports about it."""
        self._fault.withdraw()

    def _tick(self, t: float) -> None:
        passed = t - self.last_tick_time
        tick_seconds = self._tick_seconds()
        if self._ticks and not 0.0 <= passed <= (MAX_GAP_SECONDS if tick_seconds else GAP_SECONDS):
            self._forget()
        elif tick_seconds and self._is_located and passed > GAP_TICKS * tick_seconds:
            # The transport stood: the former ticks have the tempo alone.
            moved = passed - tick_seconds
            self._ticks = deque(((time + moved, number) for time, number in self._ticks), WINDOW_TICKS)
        elif tick_seconds and (self._after_gap or passed > GAP_TICKS * tick_seconds):
            self._after_gap.append(t)
            if len(self._after_gap) == GAP_VERDICT_TICKS:
                self._count_lost_ticks(tick_seconds)
            return
        elif tick_seconds and passed < 0.5 * tick_seconds and self._is_late(t):
            self._next += 1
            return
        self._is_located = False
        self._ticks.append((t, self._next))
        self._next += 1

    def _tick_seconds(self) -> float:
        """Seconds for each tick, by the first and the newest; 0 while the clock has no tempo."""
        if len(self._ticks) < MIN_TICKS:
            return 0.0
        (begin, first), (end, last) = self._ticks[0], self._ticks[-1]
        return (end - begin) / (last - first)

    def _is_late(self, t: float) -> bool:
        """Whether the next tick, which comes at `t`, was held up: it counts, and says nothing of the tempo."""
        seconds_a_tick, origin = _fit(*np.array(self._ticks).T)
        return t - origin - self._next * seconds_a_tick > 0.5 * seconds_a_tick

    def _count_lost_ticks(self, tick_seconds: float) -> None:
        """Number the ticks after a gap: at the tempo before it some were lost, all at once they were held up."""
        times, self._after_gap = self._after_gap, []
        steps = np.diff(times)
        # A further gap among them ends those that follow the first one.
        steady = 1 + int(np.argmax(np.append(steps, np.inf) > GAP_TICKS * tick_seconds))
        typical = float(np.median(steps))
        is_long = times[0] - self._ticks[-1][0] > GAP_SECONDS
        if abs(typical / tick_seconds - 1.0) <= SAME_TEMPO:
            seconds_a_tick, origin = _fit(*np.array(self._ticks).T)
            places = (np.array(times[:steady]) - origin) / seconds_a_tick - np.arange(steady)
            self._next = max(self._next, round(float(np.median(places))))
        elif is_long:
            self._forget()
        elif typical < 0.5 * tick_seconds:
            self._next += len(times)
            return
        self._ticks.append((times[0], self._next))
        self._next += 1
        for t in times[1:]:
            self._tick(t)

    def _forget(self) -> None:
        """Begin anew after a clock that ended: it is not known where the bars of the next one begin."""
        self._ticks.clear()
        self._after_gap = []
        self._bars = self._bars and self._is_located

    def _locate(self, tick: int) -> None:
        """Renumber the ticks so that the next one has the number `tick`; tempo and phase stay known."""
        for t in self._after_gap:
            self._ticks.append((t, self._next))
            self._next += 1
        shift = tick - self._next
        self._ticks = deque(((t, number + shift) for t, number in self._ticks), WINDOW_TICKS)
        self._next, self._after_gap = tick, []
        self._bars = self._is_located = True

    def _drop_former_tempo(self) -> None:
        """Forget the ticks before a change of the tempo: the newest ones all lie on one side of the line."""
        if len(self._ticks) < MIN_TICKS + RECENT_TICKS:
            return
        times, numbers = np.array(self._ticks).T
        seconds_a_tick, origin = _fit(times[:-RECENT_TICKS], numbers[:-RECENT_TICKS])
        late = times[-RECENT_TICKS:] - origin - numbers[-RECENT_TICKS:] * seconds_a_tick
        if np.all(late[RECENT_TICKS // 2 :] > CHANGED_SECONDS) or np.all(late[RECENT_TICKS // 2 :] < -CHANGED_SECONDS):
            self._ticks = deque(list(self._ticks)[-MIN_TICKS:], WINDOW_TICKS)


def _fit(times: np.ndarray, numbers: np.ndarray) -> tuple[float, float]:
    """Seconds for each tick and the time of tick 0, by least squares; ticks that came late in a burst are left out."""
    slope, origin = _least_squares(times, numbers)
    late = np.abs(times - origin - numbers * slope)
    keep = late <= 3.0 * max(float(np.median(late)), 1e-4)
    if np.count_nonzero(keep) >= MIN_TICKS // 2 and not np.all(keep):
        slope, origin = _least_squares(times[keep], numbers[keep])
    return slope, origin


def _least_squares(times: np.ndarray, numbers: np.ndarray) -> tuple[float, float]:
    middle, mean = numbers.mean(), times.mean()
    x = numbers - middle
    slope = float(x @ (times - mean)) / float(x @ x)
    return slope, float(mean - middle * slope)
