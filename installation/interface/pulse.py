"""The pulse of a Moment: tempo, beat and bar as continuous phases, the clock that leads them, and timecode."""

from __future__ import annotations

from dataclasses import dataclass, field

from installation.core.records import record
from installation.interface.timecode import Timecode


@record("Pulse")
@dataclass(frozen=True, slots=True)
class Pulse:
    """Musical time at one Moment."""

    tempo: float = 120.0
    """Beats a minute."""
    beat: float = 0.0
    """Beats since the show began; continuous, never runs backwards."""
    beats_a_bar: int = 4
    bar: float = 0.0
    """Bars since the first downbeat; continuous, never runs backwards."""
    confidence: float = 0.0
    """0 (free run) .. 1 (a steady source)."""
    source: str = "free"
    """The clock that leads: "link", "midi", "mtc", "ltc", "osc", "taps", "composer", "ear", or "free" for none."""
    source_age: float = 0.0
    """Seconds since that clock was heard last; while none leads, since the last one was. 0 before any."""
    timecode: Timecode = field(default_factory=Timecode)
    """Where another machine's transport stands, from MTC or LTC."""

    @property
    def beat_phase(self) -> float:
        """0..1 within the beat."""
        return self.beat % 1.0

    @property
    def bar_phase(self) -> float:
        """0..1 within the bar."""
        return self.bar % 1.0
