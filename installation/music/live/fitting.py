"""A composed bar by other controls, by rule and at once: for knobs that are turned too late for a new bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from installation.music.controls import STEMS, Controls
from installation.music.harmony import nearest_pitch
from installation.music.model.tokens import VELOCITY_BINS, bin_velocity
from installation.music.notes import Bar, Chord, Note
from installation.music.request import DRUM_COUNTS, PITCHED_COUNTS, REGISTERS, BarTarget, level, melody_scale, target_of

OCTAVE = 12
WEIGHTS = ((4.0, 4), (2.0, 3), (1.0, 2), (0.5, 1))
"""Beats between the notes of a metrical level and its weight: of a bar that is thinned the lightest notes go first."""
ON_GRID_BEATS = 0.09
"""How far from its place a note may be played: micro-timing and swing."""


def fitted(bar: Bar, controls: Controls) -> Bar:
    """The bar with its notes brought to other controls: stems that are silent, key, scale, register, loudness and
    sound; where fewer notes are asked for, the light ones are left out. What the bar does not have, no rule adds."""
    before, after = target_of(bar.controls), target_of(controls)
    active = {stem for stem, plays in zip(STEMS, after.active, strict=True) if plays}
    notes = [note for note in bar.notes if note.stem in active and note.start_beats < controls.beats]
    move = (controls.key - bar.controls.key + OCTAVE // 2) % OCTAVE - OCTAVE // 2
    chord = Chord((bar.chord.root + move) % OCTAVE, bar.chord.quality)
    if move or (controls.scale, controls.valence) != (bar.controls.scale, bar.controls.valence):
        scale = melody_scale(controls, chord)
        notes = [_moved(note, move, scale) for note in notes]
    octaves = round((REGISTERS[level(after.brightness)] - REGISTERS[level(before.brightness)]) / OCTAVE)
    louder = round((after.energy - before.energy) * (bin_velocity(VELOCITY_BINS - 1) - bin_velocity(0)))
    changed = [_louder(_in_octave(note, octaves), louder) for note in _thinned(notes, before, after)]
    return replace(bar, notes=tuple(sorted(changed)), controls=controls, chord=chord, tempo=after.tempo)


def _moved(note: Note, semitones: int, scale: Sequence[int]) -> Note:
    if note.stem == "drums":
        return note
    return replace(note, pitch=nearest_pitch(min(max(note.pitch + semitones, 6), 121), scale))


def _in_octave(note: Note, octaves: int) -> Note:
    if note.stem not in ("chords", "lead"):
        return note
    pitch = note.pitch + OCTAVE * octaves
    return replace(note, pitch=pitch) if 0 <= pitch <= 127 else note


def _louder(note: Note, steps: int) -> Note:
    return replace(note, velocity=min(max(note.velocity + steps, 1), 127))


def _thinned(notes: Sequence[Note], before: BarTarget, after: BarTarget) -> Iterable[Note]:
    """The notes without the lightest, where a lower density is asked for."""
    old, new = level(before.density), level(after.density)
    if new >= old:
        return notes
    kept: list[Note] = []
    for drums, counts in ((True, DRUM_COUNTS), (False, PITCHED_COUNTS)):
        some = [note for note in notes if (note.stem == "drums") == drums]
        some.sort(key=lambda note: (-_weight(note), -note.velocity, note))
        kept += some[: max(1, round(len(some) * counts[new] / counts[old]))]
    return kept


def _weight(note: Note) -> int:
    """How heavy a note's place in the bar is."""
    for beats, weight in WEIGHTS:
        if abs(note.start_beats - beats * round(note.start_beats / beats)) < ON_GRID_BEATS:
            return weight
    return 0
