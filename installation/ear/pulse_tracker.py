"""Pulse tracker: tempo, beat and bar as one continuous, monotonic phase, from taps and commands."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from installation.interface.pulse import Pulse
from motion.smooth import decay_factor

MAX_BEAT_RATE_CHANGE = 0.25
"""How much faster or slower beats run, at most, while the phase is corrected, as a share of the tempo."""
MAX_BAR_RATE_CHANGE = 0.5
"""The same for bars, in addition; with both, the phase still runs forwards."""
MIN_TEMPO = 20.0
"""Beats a minute."""
MAX_TEMPO = 400.0
"""Beats a minute."""
MIN_TAPS = 4
"""Taps from which a tempo is estimated."""
MAX_TAPS = 8
"""Newest taps from which a tempo is estimated."""
SERIES_END_SECONDS = 3.0
"""Seconds without a tap after which the next one starts a new series."""
DEBOUNCE_SECONDS = 0.12
"""Seconds after a tap in which another one is ignored."""
OUTLIER_BEATS = 0.15
"""Distance from the fitted beat, in beats, above which a tap is an outlier."""
MIN_INLIER_SHARE = 0.75
"""Share of the taps that have to fit."""
CONFIDENCE_HALF_LIFE_SECONDS = 30.0
"""Seconds without an event in which the confidence halves."""
UNFITTED_TAP_CONFIDENCE = 0.8
"""Factor on the confidence for a tap that does not fit."""
STATED_TEMPO_CONFIDENCE = 0.5
"""Least confidence after a tempo was set as a number."""


@dataclass(frozen=True, slots=True)
class _PhaseLine:
    """The beat as a function of time, from one event until the next."""

    time: float = 0.0
    beat: float = 0.0
    tempo: float = 120.0
    correction: float = 0.0
    """Beats by which the phase is still to be corrected."""
    bar_offset: float = 0.0
    """Beats from the beat count to the bar count."""
    bar_correction: float = 0.0
    """Beats by which the bar is still to be corrected."""

    def at(self, t: float) -> _PhaseLine:
        """The same function from a later time on."""
        beats = max(0.0, t - self.time) * self.tempo / 60
        step = math.copysign(min(abs(self.correction), MAX_BEAT_RATE_CHANGE * beats), self.correction)
        bar_step = math.copysign(min(abs(self.bar_correction), MAX_BAR_RATE_CHANGE * beats), self.bar_correction)
        return _PhaseLine(
            max(t, self.time),
            self.beat + beats + step,
            self.tempo,
            self.correction - step,
            self.bar_offset + bar_step,
            self.bar_correction - bar_step,
        )


class PulseTracker:
    """Computes the pulse from taps and commands; it depends on these and their times alone, so that a film repeats it.

    Times are in seconds of show time. An event that comes after a step has passed its time takes effect from that step
    on, so that the phase never runs backwards.
    """

    def __init__(self, tempo: float = 120.0, beats_a_bar: int = 4) -> None:
        self._line = _PhaseLine(tempo=tempo)
        self._beats_a_bar = beats_a_bar
        self._taps: deque[float] = deque(maxlen=MAX_TAPS)
        self._stated_tempo = 0.0
        """The tempo that was set as a number, 0 for none."""
        self._confidence = 0.0
        self._last_event = 0.0
        self._now = 0.0
        # NumPy's first median takes milliseconds, which no frame should.
        fit_beats(np.arange(float(MIN_TAPS)))

    def step(self, t: float) -> Pulse:
        """The pulse at show time `t`, which must not decrease."""
        self._now = max(self._now, t)
        line = self._line.at(self._now)
        silence = max(0.0, self._now - self._last_event)
        return Pulse(
            tempo=line.tempo,
            beat=line.beat,
            beats_a_bar=self._beats_a_bar,
            bar=(line.beat + line.bar_offset) / self._beats_a_bar,
            confidence=self._confidence * decay_factor(CONFIDENCE_HALF_LIFE_SECONDS, silence),
        )

    def set_tempo(self, tempo: float, t: float) -> None:
        """Set the tempo in beats a minute, clamped to MIN_TEMPO and MAX_TEMPO; the phase continues."""
        self._stated_tempo = min(max(tempo, MIN_TEMPO), MAX_TEMPO)
        self._line = replace(self._line.at(max(t, self._now)), tempo=self._stated_tempo)
        self._set_confidence(t, max(self._confidence, STATED_TEMPO_CONFIDENCE))

    def multiply_tempo(self, factor: float, t: float) -> None:
        """Multiply the tempo by 2 or 1/2; beats that both tempos have stay beats, and a downbeat stays one.

        Raises ValueError where the new tempo lies outside MIN_TEMPO and MAX_TEMPO.
        """
        line = self._line.at(max(t, self._now))
        tempo = line.tempo * factor
        if not MIN_TEMPO <= tempo <= MAX_TEMPO:
            raise ValueError(f"{tempo:g} beats a minute is not within {MIN_TEMPO:g} and {MAX_TEMPO:g}")
        # Corrections that are still due belong to where the beats are heard.
        in_bar = line.beat + line.bar_offset + line.correction + line.bar_correction
        moved = in_bar * (factor - 1.0)
        correction = moved - round(moved)
        bars = (moved - correction) / self._beats_a_bar
        self._line = replace(
            line,
            tempo=tempo,
            correction=line.correction + correction,
            bar_correction=line.bar_correction + (bars - round(bars)) * self._beats_a_bar,
        )
        # Taps at the old tempo would bring it back with the next one.
        self._taps.clear()
        if self._stated_tempo:
            self._stated_tempo = tempo
        self._set_confidence(t, self._confidence)

    def set_beats_a_bar(self, beats: int, t: float) -> None:
        """Set how many beats a bar has. The beat of the bar stays, and the bar is bent to it: it never jumps."""
        if beats == self._beats_a_bar:
            return
        line = self._line.at(max(t, self._now))
        bar = (line.beat + line.bar_offset) / self._beats_a_bar
        beat_of_bar = (line.beat + line.bar_offset + line.bar_correction) % self._beats_a_bar
        error = (beat_of_bar - bar * beats) / beats
        self._line = replace(line, bar_offset=bar * beats - line.beat, bar_correction=(error - round(error)) * beats)
        self._beats_a_bar = beats

    @property
    def tempo(self) -> float:
        """The present tempo, beats a minute."""
        return self._line.tempo

    def tap(self, t: float, number: int | None = None) -> None:
        """Add a beat at time `t`; with a `number` it is that beat of the bar, counted from 1.

        A tempo is estimated from MIN_TAPS on. Before that, a tap only moves the phase, and only where the tempo was set
        or the beat is numbered.
        """
        if self._taps and t - self._taps[-1] > SERIES_END_SECONDS:
            self._taps.clear()
        if not self._taps or t - self._taps[-1] >= DEBOUNCE_SECONDS:
            self._taps.append(t)
            self._follow_taps(t, number is not None)
        if number is not None:
            self._align_bar(t, number)

    def nudge(self, seconds: float, t: float) -> None:
        """Shift the beats earlier, or later when negative, by at most one beat."""
        line = self._line.at(max(t, self._now))
        beats = min(max(seconds * line.tempo / 60, -1.0), 1.0)
        self._line = replace(line, correction=min(max(line.correction + beats, -1.0), 1.0))

    def resync(self, t: float) -> None:
        """Start a bar now: the only jump of the phase, and forwards, to the next whole beat and bar."""
        line = self._line.at(max(t, self._now))
        beat = math.ceil(line.beat)
        bars = math.ceil((line.beat + line.bar_offset) / self._beats_a_bar)
        self._line = _PhaseLine(t, beat, line.tempo, bar_offset=bars * self._beats_a_bar - beat)

    def _follow_taps(self, t: float, numbered: bool) -> None:
        """Take tempo and phase from the series of taps, of which the last is at `t`."""
        fit = self._fit()
        if fit is not None:
            tempo, anchor, confidence = fit
            self._align(anchor, tempo, t)
            self._set_confidence(t, confidence)
        elif len(self._taps) < MIN_TAPS and (self._stated_tempo or numbered):
            self._align(t, self._line.tempo, t)
            self._set_confidence(t, self._confidence)
        else:
            self._set_confidence(t, self._confidence * UNFITTED_TAP_CONFIDENCE)

    def _set_confidence(self, t: float, confidence: float) -> None:
        self._confidence, self._last_event = confidence, max(t, self._last_event)

    def _align(self, anchor: float, tempo: float, t: float) -> None:
        """Correct the phase so that a beat falls on the time `anchor`, and on every period from there."""
        line = self._line.at(max(t, self._now))
        error = (line.time - anchor) * tempo / 60 - line.beat
        self._line = replace(line, tempo=tempo, correction=error - round(error))

    def _align_bar(self, t: float, number: int) -> None:
        """Correct the bar so that the beat nearest to the time `t` has this number in it."""
        line = self._line.at(max(t, self._now))
        beat = round(line.beat + line.correction - (line.time - t) * line.tempo / 60)
        error = (number - 1 - beat - line.bar_offset) / self._beats_a_bar
        self._line = replace(line, bar_correction=(error - round(error)) * self._beats_a_bar)

    def _fit(self) -> tuple[float, float, float] | None:
        """Tempo, time of the last beat, and confidence, from the most of the newest taps that agree; None if too few
        do."""
        taps = np.array(self._taps)
        for count in range(len(taps), MIN_TAPS - 1, -1):
            fit = fit_beats(taps[-count:], 60 / self._stated_tempo if self._stated_tempo else None)
            if fit is not None and MIN_TEMPO <= 60 / fit[0] <= MAX_TEMPO:
                period, anchor, agreement = fit
                return 60 / period, anchor, agreement * (0.5 + 0.5 * count / MAX_TAPS)
        return None


def fit_beats(taps: NDArray[np.float64], stated_period: float | None = None) -> tuple[float, float, float] | None:
    """Fit a beat to the times of taps (n,), s: the period, the time of the last beat, and 0..1 how well the taps agree.

    Missing beats are detected by the median interval. Theil and Sen's median slope finds the outliers; least squares
    over the other taps gives period and phase. A `stated_period` within three standard errors of the result is taken as
    exact, so that the taps determine the phase alone. None when fewer than MIN_INLIER_SHARE of the taps agree.
    """
    intervals = np.diff(taps)
    beats = np.concatenate(([0.0], np.cumsum(np.round(intervals / np.median(intervals)))))
    first, second = np.triu_indices(len(taps), 1)
    gaps = beats[second] - beats[first]
    if not np.any(gaps > 0):
        return None
    period = float(np.median((taps[second] - taps[first])[gaps > 0] / gaps[gaps > 0]))
    origin = float(np.median(taps - beats * period))
    inliers = np.abs(taps - origin - beats * period) <= OUTLIER_BEATS * period
    if np.count_nonzero(inliers) < max(3, MIN_INLIER_SHARE * len(taps)) or np.ptp(beats[inliers]) == 0:
        return None
    x, y = beats[inliers], taps[inliers]
    spread = float(np.sum((x - x.mean()) ** 2))
    period = float((x - x.mean()) @ (y - y.mean())) / spread
    residual = float(np.sqrt(np.mean((y - y.mean() - (x - x.mean()) * period) ** 2)))
    standard_error = residual * math.sqrt(len(x) / ((len(x) - 2) * spread))
    if stated_period is not None and abs(period - stated_period) <= 3 * standard_error + 1e-3 * stated_period:
        period = stated_period
    last = float(np.mean(y - x * period) + beats[-1] * period)
    return period, last, max(0.0, 1 - residual / (OUTLIER_BEATS * period))
