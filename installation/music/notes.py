"""Notes, chords and bars: the plain values that the composer makes and that the synthesizer, files and ports play."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from installation.core.records import record
from installation.music.controls import STEMS, Controls
from installation.music.model.stems import DRUM_VOICES as DRUM_VOICES

PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Names of the pitch classes 0..11."""
CHORD_QUALITIES = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
    "sus4": (0, 5, 7),
    "9": (0, 4, 7, 10, 14),
    "5": (0, 7),
}
"""Chord qualities and their intervals above the root, semitones."""
CHORD_SUFFIXES = {"maj": "", "min": "m", "7": "7", "maj7": "maj7", "m7": "m7", "dim": "dim", "m7b5": "m7b5"}
"""How a quality is written after the root, where that is not its own name."""


@record("MusicNote")
@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note of a bar, or of a piece where `start_beats` counts from the piece's begin."""

    start_beats: float
    """Beats from the begin of the bar, with micro-timing and swing, >= 0."""
    length_beats: float
    stem: str
    """One of STEMS."""
    pitch: int
    """MIDI pitch 0..127; of drums the General MIDI percussion key."""
    velocity: int
    """1..127."""

    @property
    def end_beats(self) -> float:
        return self.start_beats + self.length_beats


@record("MusicChord")
@dataclass(frozen=True, slots=True)
class Chord:
    """A chord that lasts a bar."""

    root: int
    """Pitch class 0..11, C = 0."""
    quality: str = "maj"
    """A key of CHORD_QUALITIES."""

    @property
    def name(self) -> str:
        """Such as "F#m7"."""
        return PITCH_NAMES[self.root % 12] + CHORD_SUFFIXES.get(self.quality, self.quality)

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes 0..11 of its tones, root first."""
        return tuple((self.root + interval) % 12 for interval in CHORD_QUALITIES[self.quality])


@record("MusicBar")
@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of music and what it was asked for."""

    notes: tuple[Note, ...]
    """In the order of their starts; starts lie in 0..`beats`, ends may lie beyond."""
    controls: Controls
    """What the bar was asked for, as given."""
    chord: Chord
    section: str
    """Letter of the form's section, such as "A"."""
    tempo: float
    """Beats a minute of this bar."""
    index: int = 0
    """Number of the bar since the composer began."""

    @property
    def beats(self) -> int:
        """Beats of the bar."""
        return self.controls.beats

    @property
    def seconds(self) -> float:
        """Duration at its own tempo."""
        return 60.0 * self.beats / self.tempo


def piece_notes(bars: Iterable[Bar]) -> tuple[Note, ...]:
    """All notes of bars that follow each other, `start_beats` counted from the begin of the first."""
    notes: list[Note] = []
    start = 0.0
    for bar in bars:
        notes += (replace(note, start_beats=start + note.start_beats) for note in bar.notes)
        start += bar.beats
    return tuple(sorted(notes))


def stem_notes(notes: Sequence[Note], stem: str) -> tuple[Note, ...]:
    """The notes of one of STEMS."""
    assert stem in STEMS, stem
    return tuple(note for note in notes if note.stem == stem)
