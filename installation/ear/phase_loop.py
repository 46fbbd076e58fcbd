"""Second-order loop: a steady tempo and phase out of estimates that jitter."""

from __future__ import annotations

import math

from installation.ear.clocks.clock import BeatReading

BANDWIDTH_HZ = 0.5
"""Natural frequency of the loop: lower is steadier, higher follows faster."""
MAX_GAP_SECONDS = 2.0
"""Time between two estimates after which the loop starts anew."""
JUMP_BEATS = 0.1
"""Error of the phase above which an estimate is not followed: the beats are others, or it is an outlier."""
JUMP_SECONDS = 0.1
"""Time of such errors after which the loop starts anew."""

_OMEGA = 2 * math.pi * BANDWIDTH_HZ


class PhaseLoop:
    """Follows readings of a clock in phase and tempo, critically damped: a phase-locked loop of type 2."""

    def __init__(self) -> None:
        self._line: BeatReading | None = None
        """The loop's own reading at the newest estimate; None before the first."""
        self._off_since: float | None = None
        """Time of the first of the estimates in a row that are not followed."""

    def reset(self) -> None:
        """Start anew with the next estimate."""
        self._line = None

    def update(self, reading: BeatReading) -> BeatReading:
        """Take an estimate, and return the loop's own reading at its time."""
        line = self._line
        if line is None or not 0.0 <= reading.time - line.time <= MAX_GAP_SECONDS:
            self._line = reading
            return reading
        step = reading.time - line.time
        predicted = line.at(reading.time)
        error = reading.beat - predicted
        whole = round(error)
        error -= whole
        if abs(error) <= JUMP_BEATS:
            self._off_since = None
        else:
            self._off_since = reading.time if self._off_since is None else self._off_since
            if reading.time - self._off_since >= JUMP_SECONDS:
                self._line, self._off_since = reading, None
                return reading
            error = 0.0
        share = 1.0 - math.exp(-2 * _OMEGA * step)
        tempo = line.tempo + 60.0 * _OMEGA**2 * step * error
        # The beats' count is the estimate's, so that its downbeats stay where they are.
        beat = predicted + whole + share * error
        self._line = BeatReading(reading.time, tempo, beat, reading.bars, reading.confidence)
        return self._line
