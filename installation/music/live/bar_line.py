"""Bar line: the pulse of the newest Moment as a function of time, from which notes have their times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BarLine:
    """The position in bars as a function of show time."""

    time: float = 0.0
    """Show time at which `bar` holds, s."""
    bar: float = 0.0
    """Bars since the first downbeat."""
    tempo: float = 120.0
    """Beats a minute."""
    beats: int = 4
    """Beats a bar."""

    @classmethod
    def of(cls, values: Sequence[float]) -> BarLine:
        """From [time, bar, tempo, beats a bar], as a request has them."""
        time, bar, tempo, beats = values
        return cls(float(time), float(bar), float(tempo), max(1, int(beats)))

    @property
    def bars_per_second(self) -> float:
        """Speed."""
        return self.tempo / 60.0 / self.beats

    def at(self, t: float) -> float:
        """Position in bars at show time `t`."""
        return self.bar + (t - self.time) * self.bars_per_second

    def time_of(self, bar: float) -> float:
        """Show time of a position in bars."""
        return self.time + (bar - self.bar) / self.bars_per_second
