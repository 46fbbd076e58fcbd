"""Rules above the composed bars of a piece: accents, stops and the last bar."""

from __future__ import annotations

from dataclasses import replace

from installation.music.controls import Controls
from installation.music.genres import PROFILES
from installation.music.harmony import mode_of
from installation.music.notes import DRUM_VOICES, Bar, Chord, Note

ACCENT_BEATS = 0.25
"""Notes that begin so early in a bar belong to its accent."""
ACCENT_VELOCITY = 22
"""Added to their velocity."""
MINOR_MODES = frozenset({"dorian", "minor", "phrygian", "locrian", "minor pentatonic", "blues", "harmonic minor"})
CHORD_OCTAVE = 60
BASS_LOWEST = 31


def tonic(controls: Controls) -> Chord:
    """The triad on the key note."""
    return Chord(controls.key, "min" if mode_of(controls) in MINOR_MODES else "maj")


def accented(bar: Bar) -> Bar:
    """The bar with an accent at its begin: crash and kick exactly there, the root in the bass, all else louder."""
    notes = [
        replace(note, velocity=min(127, note.velocity + ACCENT_VELOCITY)) if note.start_beats < ACCENT_BEATS else note
        for note in bar.notes
        if not _is_early(note, "drums", (DRUM_VOICES["kick"], DRUM_VOICES["crash"]))
    ]
    notes += _strike(bar, 120)
    if "bass" in bar.controls.active and not any(_is_early(note, "bass") for note in notes):
        notes.append(Note(0.0, 1.0, "bass", _bass_pitch(bar.chord), 112))
    return replace(bar, notes=tuple(sorted(notes)))


def stopped(bar: Bar) -> Bar:
    """The bar with an accent, after which all are silent."""
    accent = accented(bar)
    kept = [
        replace(note, length_beats=min(note.length_beats, 0.5))
        for note in accent.notes
        if note.start_beats < ACCENT_BEATS
    ]
    return replace(accent, notes=tuple(kept))


def closed(bar: Bar) -> Bar:
    """The last bar of a piece: one stroke on the key's chord, which rings."""
    chord = tonic(bar.controls)
    held = 0.9 * bar.beats
    active = bar.controls.active
    notes = _strike(bar, 96)
    if "bass" in active:
        notes.append(Note(0.0, held, "bass", _bass_pitch(chord), 96))
    if "chords" in active:
        tones = sorted(CHORD_OCTAVE + (pitch - CHORD_OCTAVE) % 12 for pitch in chord.pitch_classes)
        notes += [Note(0.02 * number, held, "chords", pitch, 84) for number, pitch in enumerate(tones)]
    if "lead" in active:
        lead = [note.pitch for note in bar.notes if note.stem == "lead"]
        near = lead[0] if lead else 72
        notes.append(Note(0.0, held, "lead", near + (chord.root - near + 6) % 12 - 6, 84))
    return replace(bar, notes=tuple(sorted(notes)), chord=chord)


def _strike(bar: Bar, velocity: int) -> list[Note]:
    if "drums" not in bar.controls.active or PROFILES[bar.controls.genre].drums is None:
        return []
    return [Note(0.0, 1.0, "drums", DRUM_VOICES[name], velocity) for name in ("kick", "crash")]


def _bass_pitch(chord: Chord) -> int:
    return BASS_LOWEST + (chord.root - BASS_LOWEST) % 12


def _is_early(note: Note, stem: str, pitches: tuple[int, ...] = ()) -> bool:
    return note.stem == stem and note.start_beats < ACCENT_BEATS and (not pitches or note.pitch in pitches)
