"""A beat source that hears no beat."""

from __future__ import annotations

from installation.ear.sources.source import Samples
from installation.interface.sound import BeatEstimate


class NoBeat:
    """Has no confidence, whatever it is given."""

    def __init__(self, low_bpm: float, high_bpm: float) -> None:
        """The tempo lies between the two."""
        self._estimate = BeatEstimate(tempo=(low_bpm * high_bpm) ** 0.5)

    def push(self, hop: Samples) -> BeatEstimate:
        """The same estimate for each hop."""
        return self._estimate

    def set_beats_a_bar(self, beats: int) -> None:
        """No bar is looked for."""
