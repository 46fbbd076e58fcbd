"""Reading of a clock: a tempo, and the beat at one time; the names of the clocks in their order of trust."""

from __future__ import annotations

from dataclasses import dataclass

from installation.core.records import record
from installation.interface.sound import BeatEstimate

LINK, MIDI, MTC, LTC, OSC, TAPS, COMPOSER, EAR = "link", "midi", "mtc", "ltc", "osc", "taps", "composer", "ear"
SOURCES = (LINK, MIDI, MTC, LTC, OSC, TAPS, COMPOSER, EAR)
"""Clocks that may lead the pulse, the most trusted first."""
FREE, AUTO = "free", "auto"
"""No clock leads; the most trusted one that runs leads."""
MIN_TEMPO = 20.0
"""Beats a minute."""
MAX_TEMPO = 400.0
"""Beats a minute."""
BAR_CONFIDENCE = 0.5
"""Confidence from which on a downbeat that the ear estimates moves the bar."""


@record("BeatReading")
@dataclass(frozen=True, slots=True)
class BeatReading:
    """A clock at one time."""

    time: float
    """Show time at which `beat` holds, s."""
    tempo: float
    """Beats a minute."""
    beat: float
    """Beats since a downbeat; its fraction is the beat phase."""
    bars: bool = True
    """Whether `beat` 0 is a downbeat; if not, only its fraction counts."""
    confidence: float = 1.0
    """0..1."""

    def at(self, t: float) -> float:
        """The beat at show time `t`, at this tempo."""
        return self.beat + (t - self.time) * self.tempo / 60.0


def reading_of(estimate: BeatEstimate, beats_a_bar: int) -> BeatReading:
    """The ear's estimate as a reading, in bars of `beats_a_bar` beats: without bars while it looks for others."""
    bars = estimate.bar_confidence >= BAR_CONFIDENCE and estimate.beats_a_bar == beats_a_bar
    beat = estimate.beat_phase
    if bars:
        # The beat phase is the finer of the two: the bar phase only says which beat it is.
        beat += round(estimate.bar_phase * beats_a_bar - beat)
    return BeatReading(estimate.time, estimate.tempo, beat, bars, estimate.confidence)
