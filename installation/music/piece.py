"""A piece of music: its bars, when each begins, and its sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.music.notes import Bar
from installation.music.synth.sound_event import SoundEvent


@dataclass(frozen=True, slots=True)
class PieceSection:
    """A part of a piece with a name."""

    name: str
    first_bar: int
    """Index of its first bar."""


@dataclass(frozen=True, slots=True)
class ComposedPiece:
    """Bars that follow each other."""

    bars: tuple[Bar, ...]
    starts: tuple[float, ...]
    """When each bar begins, s, and as one more the end of the last."""
    sections: tuple[PieceSection, ...] = ()
    hits: tuple[float, ...] = ()
    """Times of its accents, s."""
    title: str = ""
    seed: int = 0

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.starts[-1] if self.starts else 0.0

    def events(self, rate: int = SAMPLE_RATE_HZ) -> list[SoundEvent]:
        """Its notes for the synthesiser, in order of time."""
        found: list[SoundEvent] = []
        for bar, start, end in zip(self.bars, self.starts, self.starts[1:], strict=False):
            found += bar_events(bar, start * rate, (end - start) * rate / bar.beats, rate)
        return sorted(found)

    def beat_seconds(self, bar: int) -> float:
        """Length of a beat of a bar, s."""
        return (self.starts[bar + 1] - self.starts[bar]) / self.bars[bar].beats


def of_bars(bars: Sequence[Bar], title: str = "", seed: int = 0) -> ComposedPiece:
    """A piece of bars, each at its own tempo."""
    starts = [0.0]
    for bar in bars:
        starts.append(starts[-1] + bar.seconds)
    return ComposedPiece(tuple(bars), tuple(starts), title=title, seed=seed)


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
