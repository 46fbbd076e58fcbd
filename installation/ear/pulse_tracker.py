"""The pulse: tempo, beat and bar as one continuous, monotonic phase."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from installation.interface.pulse import Pulse

BEND = 0.25
"""How much faster or slower beats run, at most, while the phase is brought to where it should be."""
BAR_BEND = 0.5
"""The same for bars, on top; together they leave both running forwards."""
TEMPI = (20.0, 400.0)
"""Slowest and fastest tempo, beats a minute."""
FEWEST, MOST = 4, 8
"""Taps of which a tempo is made."""
PAUSE = 3.0
"""Seconds without a tap after which the next one begins a new series."""
BOUNCE = 0.12
"""Seconds in which a second tap is a finger that trembles."""
STRAY = 0.15
"""Part of a beat by which a tap may be off and still count."""
FORGET = 30.0
"""Seconds in which confidence halves when nothing is heard."""


@dataclass(frozen=True, slots=True)
class _Line:
    """How beats run from one event until the next."""

    time: float = 0.0
    beat: float = 0.0
    tempo: float = 120.0
    owed: float = 0.0
    """Beats by which the phase is still to be bent."""
    offset: float = 0.0
    """Beats from the beat count to the bar count."""
    bar_owed: float = 0.0
    """Beats by which the bar is still to be bent."""

    def at(self, t: float) -> _Line:
        """The same run, seen from a later time."""
        run = max(0.0, t - self.time) * self.tempo / 60
        paid = math.copysign(min(abs(self.owed), BEND * run), self.owed)
        bar_paid = math.copysign(min(abs(self.bar_owed), BAR_BEND * run), self.bar_owed)
        return _Line(
            max(t, self.time),
            self.beat + run + paid,
            self.tempo,
            self.owed - paid,
            self.offset + bar_paid,
            self.bar_owed - bar_paid,
        )


class Tracker:
    """Turns taps and orders into the pulse; it depends on them and their times alone, so a film repeats it.

    Times are in s of show time. An event that comes after a step has passed its time bends from that step on,
    so no phase runs backwards.
    """

    def __init__(self, tempo: float = 120.0, beats_a_bar: int = 4) -> None:
        self._line = _Line(tempo=tempo)
        self._beats_a_bar = beats_a_bar
        self._taps: deque[float] = deque(maxlen=MOST)
        self._stated = 0.0
        """The tempo that was given as a number, 0 when there was none."""
        self._sure = 0.0
        self._heard = 0.0
        self._now = 0.0
        # NumPy's first median takes milliseconds, which no frame should.
        fit_beats(np.arange(float(FEWEST)))

    def step(self, t: float) -> Pulse:
        """The pulse at show time `t`, which only grows."""
        self._now = max(self._now, t)
        line = self._line.at(self._now)
        return Pulse(
            tempo=line.tempo,
            beat=line.beat,
            beats_a_bar=self._beats_a_bar,
            bar=(line.beat + line.offset) / self._beats_a_bar,
            confidence=self._sure * 0.5 ** (max(0.0, self._now - self._heard) / FORGET),
        )

    def tempo(self, tempo: float, t: float) -> None:
        """A tempo in beats a minute, clamped to TEMPI; the phase goes on from where it is."""
        self._stated = min(max(tempo, TEMPI[0]), TEMPI[1])
        self._line = replace(self._line.at(max(t, self._now)), tempo=self._stated)
        self._hear(t, max(self._sure, 0.5))

    def tap(self, t: float, number: int | None = None) -> None:
        """A beat is heard; with a `number` it is that beat of the bar, counted from 1.

        Four taps make a tempo. Before that, a beat only moves the phase where tempo or number is known.
        """
        if self._taps and t - self._taps[-1] > PAUSE:
            self._taps.clear()
        if not self._taps or t - self._taps[-1] >= BOUNCE:
            self._taps.append(t)
            self._follow(t, number is not None)
        if number is not None:
            self._align_bar(t, number)

    def nudge(self, seconds: float, t: float) -> None:
        """Bring the beats earlier, or later when negative, by at most one beat."""
        line = self._line.at(max(t, self._now))
        beats = min(max(seconds * line.tempo / 60, -1.0), 1.0)
        self._line = replace(line, owed=min(max(line.owed + beats, -1.0), 1.0))

    def resync(self, t: float) -> None:
        """A bar begins now: the only jump, and forwards, to the next whole beat and bar."""
        line = self._line.at(max(t, self._now))
        beat = math.ceil(line.beat)
        bars = math.ceil((line.beat + line.offset) / self._beats_a_bar)
        self._line = _Line(t, beat, line.tempo, offset=bars * self._beats_a_bar - beat)

    def _follow(self, t: float, numbered: bool) -> None:
        """Take up what the series of taps says now that one has come."""
        fit = self._fit()
        if fit is not None:
            tempo, anchor, sure = fit
            self._align(anchor, tempo, t)
            self._hear(t, sure)
        elif len(self._taps) < FEWEST and (self._stated or numbered):
            self._align(t, self._line.tempo, t)
            self._hear(t, self._sure)
        else:
            self._hear(t, self._sure * 0.8)

    def _hear(self, t: float, sure: float) -> None:
        self._sure, self._heard = sure, max(t, self._heard)

    def _align(self, anchor: float, tempo: float, t: float) -> None:
        """Bend so that a beat falls on the time `anchor`, and on every period from there."""
        line = self._line.at(max(t, self._now))
        error = (line.time - anchor) * tempo / 60 - line.beat
        self._line = replace(line, tempo=tempo, owed=error - round(error))

    def _align_bar(self, t: float, number: int) -> None:
        """Bend so that the beat nearest to the time `t` is the one of this number in its bar."""
        line = self._line.at(max(t, self._now))
        beat = round(line.beat + line.owed - (line.time - t) * line.tempo / 60)
        error = (number - 1 - beat - line.offset) / self._beats_a_bar
        self._line = replace(line, bar_owed=(error - round(error)) * self._beats_a_bar)

    def _fit(self) -> tuple[float, float, float] | None:
        """Tempo, time of the last beat, and confidence, from the longest end of the series that agrees."""
        taps = np.array(self._taps)
        for count in range(len(taps), FEWEST - 1, -1):
            fit = fit_beats(taps[-count:], 60 / self._stated if self._stated else None)
            if fit is not None and TEMPI[0] <= 60 / fit[0] <= TEMPI[1]:
                period, anchor, sure = fit
                return 60 / period, anchor, sure * (0.5 + 0.5 * count / MOST)
        return None


def fit_beats(taps: NDArray[np.float64], stated: float | None = None) -> tuple[float, float, float] | None:
    """The period, the time of the last beat and 0..1 how well they agree, for (n,) times of taps in s.

    A beat that was left out is seen from the median interval. Theil and Sen's median slope finds which taps
    stray; least squares over the others gives period and phase. A `stated` period that lies within three standard
    errors of that is taken as exact, so that the taps tell the phase alone. None when fewer than three quarters
    of the taps agree.
    """
    intervals = np.diff(taps)
    beats = np.concatenate(([0.0], np.cumsum(np.round(intervals / np.median(intervals)))))
    first, second = np.triu_indices(len(taps), 1)
    apart = beats[second] - beats[first]
    if not np.any(apart > 0):
        return None
    period = float(np.median((taps[second] - taps[first])[apart > 0] / apart[apart > 0]))
    origin = float(np.median(taps - beats * period))
    good = np.abs(taps - origin - beats * period) <= STRAY * period
    if np.count_nonzero(good) < max(3, 0.75 * len(taps)) or np.ptp(beats[good]) == 0:
        return None
    x, y = beats[good], taps[good]
    spread = float(np.sum((x - x.mean()) ** 2))
    period = float((x - x.mean()) @ (y - y.mean())) / spread
    stray = float(np.sqrt(np.mean((y - y.mean() - (x - x.mean()) * period) ** 2)))
    error = stray * math.sqrt(len(x) / ((len(x) - 2) * spread))
    if stated is not None and abs(period - stated) <= 3 * error + 1e-3 * stated:
        period = stated
    last = float(np.mean(y - x * period) + beats[-1] * period)
    return period, last, max(0.0, 1 - stray / (STRAY * period))
