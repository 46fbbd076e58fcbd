"""Second-order loop: a steady tempo and phase out of estimates that jitter."""

from __future__ import annotations

import math

from installation.ear.clocks.clock import BeatReading

MAX_GAP_SECONDS = 2.0
"""Time between two estimates after which the loop starts anew."""


class PhaseLoop:
    """Follows readings of a clock in phase and tempo, critically damped: a phase-locked loop of type 2."""

    def __init__(self, bandwidth_hz: float = 0.5) -> None:
        """`bandwidth_hz` is the loop's natural frequency: lower is steadier, higher follows faster."""
        self._omega = 2 * math.pi * bandwidth_hz
        self._line: BeatReading | None = None

    @property
    def reading(self) -> BeatReading | None:
        """The loop's own reading at the newest estimate; None before the first."""
        return self._line

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
        share = 1.0 - math.exp(-2 * self._omega * step)
        tempo = line.tempo + 60.0 * self._omega**2 * step * error
        # The beats' count is the estimate's, so that its downbeats stay where they are.
        beat = predicted + whole + share * error
        self._line = BeatReading(reading.time, tempo, beat, reading.bars, reading.confidence)
        return self._line
