"""The pulse of a Moment: tempo, beat and bar as continuous phases."""

from __future__ import annotations

from dataclasses import dataclass

from installation.core.records import record


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

    @property
    def beat_phase(self) -> float:
        """0..1 within the beat."""
        return self.beat % 1.0

    @property
    def bar_phase(self) -> float:
        """0..1 within the bar."""
        return self.bar % 1.0
