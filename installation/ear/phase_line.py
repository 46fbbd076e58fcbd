"""The beat as a function of time between two events: a line, and corrections that bend it without turning it back."""

from __future__ import annotations

import math
from dataclasses import dataclass

MAX_BEAT_RATE_CHANGE = 0.25
"""How much faster or slower beats run, at most, while the phase is corrected, as a share of the tempo."""
MAX_BAR_RATE_CHANGE = 0.5
"""The same for bars, in addition; with both, the phase still runs forwards."""


@dataclass(frozen=True, slots=True)
class PhaseLine:
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

    def at(self, t: float) -> PhaseLine:
        """The same function from a later time on."""
        beats = max(0.0, t - self.time) * self.tempo / 60
        step = math.copysign(min(abs(self.correction), MAX_BEAT_RATE_CHANGE * beats), self.correction)
        bar_step = math.copysign(min(abs(self.bar_correction), MAX_BAR_RATE_CHANGE * beats), self.bar_correction)
        return PhaseLine(
            max(t, self.time),
            self.beat + beats + step,
            self.tempo,
            self.correction - step,
            self.bar_offset + bar_step,
            self.bar_correction - bar_step,
        )

    def beat_at(self, t: float) -> float:
        """The beat at show time `t`, also shortly before the line's own time."""
        if t < self.time:
            return self.beat - (self.time - t) * self.tempo / 60
        return self.at(t).beat

    def time_of(self, beat: float) -> float:
        """Show time at which the line reaches a beat; the inverse of `beat_at`."""
        ahead, per_second = beat - self.beat, self.tempo / 60
        if ahead <= 0 or self.correction == 0:
            return self.time + ahead / per_second
        change = math.copysign(MAX_BEAT_RATE_CHANGE, self.correction)
        # Beats of the tempo for which the line is bent.
        bent = abs(self.correction) / MAX_BEAT_RATE_CHANGE
        if ahead <= bent * (1 + change):
            return self.time + ahead / (1 + change) / per_second
        return self.time + (ahead - self.correction) / per_second
