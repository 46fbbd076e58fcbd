"""Notes at sample times: what the synthesiser renders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class SoundEvent:
    """One note to be rendered."""

    sample: int
    """When it begins, samples since the synthesiser began."""
    stem: str
    """One of STEMS."""
    pitch: int
    """MIDI pitch; of drums the General MIDI percussion key."""
    velocity: int
    """1..127."""
    seconds: float
    """Until it is released."""
    genre: str
    """Chooses the voice."""
    beat_seconds: float
    """Length of a beat, for echoes."""
