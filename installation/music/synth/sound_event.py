"""Notes at sample times: what the synthesiser renders."""

from __future__ import annotations

from dataclasses import dataclass

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.music.notes import Bar


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


def bar_events(bar: Bar, start: float, beat_samples: float, rate: int = SAMPLE_RATE_HZ) -> list[SoundEvent]:
    """The notes of a bar that begins at the sample `start`, with beats of `beat_samples`, in order of time."""
    beat_seconds = beat_samples / rate
    return sorted(
        SoundEvent(
            max(0, round(start + note.start_beats * beat_samples)),
            note.stem,
            note.pitch,
            note.velocity,
            note.length_beats * beat_seconds,
            bar.controls.genre,
            beat_seconds,
        )
        for note in bar.notes
        if note.stem not in bar.controls.muted
    )
