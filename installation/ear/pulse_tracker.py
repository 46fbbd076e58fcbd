"""Pulse tracker: tempo, beat and bar as one continuous, monotonic phase, from taps, commands and clocks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from installation.ear.clocks.clock import COMPOSER, MAX_TEMPO, MIN_TEMPO, BeatReading
from installation.ear.phase_line import PhaseLine
from installation.ear.tap_tempo import MIN_TAPS, TapSeries
from installation.interface.pulse import Pulse
from motion.smooth import decay_factor

CONFIDENCE_HALF_LIFE_SECONDS = 30.0
"""Seconds without an event in which the confidence halves."""
UNFITTED_TAP_CONFIDENCE = 0.8
"""Factor on the confidence for a tap that does not fit."""
STATED_TEMPO_CONFIDENCE = 0.5
"""Least confidence after a tempo was set as a number."""


@dataclass(slots=True)
class _Adjustment:
    """Changes by hand to the clock that is followed: kept for each clock, so that they hold when it comes back."""

    reading: BeatReading
    """The newest reading of the clock."""
    ratio: float = 1.0
    """Beats of the pulse for each beat of the clock."""
    seconds: float = 0.0
    """By how much the beats are earlier than the clock's."""
    first_beat: float = 0.0
    """The beat of the pulse, counted from the clock's first downbeat, at which bars begin."""

    def beat(self, reading: BeatReading, t: float) -> float:
        """The beat that the pulse should have at show time `t`, counted from a downbeat."""
        beat = reading.at(t + self.seconds) * self.ratio
        return beat - self.first_beat if reading.bars else beat


# Seventeen methods: one for each event, the steps of a frame, and the properties that others read.
class PulseTracker:
    """Computes the pulse from taps, commands and clocks; it depends on these and their times alone, so that a film
    repeats it.

    Times are in seconds of show time. An event that comes after a step has passed its time takes effect from that step
    on, so that the phase never runs backwards.
    """

    def __init__(self, tempo: float = 120.0, beats_a_bar: int = 4) -> None:
        self._line = PhaseLine(tempo=tempo)
        self._beats_a_bar = beats_a_bar
        self._taps = TapSeries()
        self._stated_tempo = 0.0
        """The tempo that was set as a number, 0 for none."""
        self._confidence = 0.0
        self._last_event = 0.0
        self._now = 0.0
        self._adjustments: dict[str, _Adjustment] = {}
        """By the clock's name."""
        self._followed: _Adjustment | None = None
        """That of the clock that leads; None while taps do, or nothing."""

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
        # Corrections that are still due belong to the place of the beats.
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
        if self._followed is not None:
            self._followed.ratio *= factor
            self._followed.first_beat *= factor
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

    @property
    def beats_a_bar(self) -> int:
        """How many beats a bar has."""
        return self._beats_a_bar

    @property
    def line(self) -> PhaseLine:
        """The beat as a function of time, until the next event."""
        return self._line

    def follow(self, clock: str, reading: BeatReading, t: float) -> None:
        """Follow a clock: take its tempo, and bend beats and bars to its own. Call it once a frame while it leads.

        A tempo that lies outside MIN_TEMPO and MAX_TEMPO is ignored.
        """
        if clock == COMPOSER and self._followed is not self._adjustments.get(clock):
            # It begins where the pulse is, which includes all changes by hand.
            del self._adjustments[clock]
        adjustment = self._followed = self._adjustments.setdefault(clock, _Adjustment(reading))
        adjustment.reading = reading
        tempo = reading.tempo * adjustment.ratio
        if not MIN_TEMPO <= tempo <= MAX_TEMPO:
            return
        line = self._line.at(max(t, self._now))
        beat = adjustment.beat(reading, line.time)
        # Without known bars, each beat of the clock may be a beat of a slower pulse.
        grid = 1.0 if reading.bars else min(1.0, adjustment.ratio)
        correction = beat - line.beat
        correction -= grid * round(correction / grid)
        line = replace(line, tempo=tempo, correction=correction)
        if reading.bars:
            error = (beat - line.beat - correction - line.bar_offset) / self._beats_a_bar
            line = replace(line, bar_correction=(error - round(error)) * self._beats_a_bar)
        self._line = line
        self._taps.clear()
        self._set_confidence(t, reading.confidence)

    def release(self) -> None:
        """Follow no clock any longer: tempo and phase go on as they are."""
        self._followed = None

    def tap(self, t: float, number: int | None = None) -> None:
        """Add a beat at time `t`; with a `number` it is that beat of the bar, counted from 1.

        A tempo is estimated from MIN_TAPS on. Before that, a tap only moves the phase, and only where the tempo was set
        or the beat is numbered.
        """
        if self._taps.add(t):
            self._follow_taps(t, number is not None)
        if number is not None:
            self._align_bar(t, number)

    def nudge(self, seconds: float, t: float) -> None:
        """Shift the beats earlier, or later when negative, by at most one beat."""
        line = self._line.at(max(t, self._now))
        beats = min(max(seconds * line.tempo / 60, -1.0), 1.0)
        self._line = replace(line, correction=min(max(line.correction + beats, -1.0), 1.0))
        if self._followed is not None:
            self._followed.seconds += beats * 60 / line.tempo

    def resync(self, t: float) -> None:
        """Start a bar now: the only jump of the phase, and forwards, to the next whole beat and bar."""
        line = self._line.at(max(t, self._now))
        beat = math.ceil(line.beat)
        bars = math.ceil((line.beat + line.bar_offset) / self._beats_a_bar)
        self._line = PhaseLine(t, beat, line.tempo, bar_offset=bars * self._beats_a_bar - beat)
        if self._followed is not None and self._followed.reading.bars:
            self._followed.first_beat += round(self._followed.beat(self._followed.reading, t))

    def _follow_taps(self, t: float, numbered: bool) -> None:
        """Take tempo and phase from the series of taps, of which the last is at `t`."""
        fit = self._taps.fit(self._stated_tempo)
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
