"""Rules above the composed bars of a piece: accents, stops, ends of phrases, the way home, and the last bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from installation.music.controls import SCALES, Controls
from installation.music.form import CELL_BARS, place_of
from installation.music.genres import PROFILES
from installation.music.harmony import (
    PARENT_MODES,
    SEVENTHS,
    chord_at,
    diatonic_chord,
    mode_of,
    nearest_pitch,
    parse_chord,
    scale_classes,
)
from installation.music.notes import DRUM_VOICES, Bar, Chord, Note
from installation.music.request import melody_scale
from installation.music.timeline import PlannedBar

ACCENT_BEATS = 0.25
"""Notes that begin so early in a bar belong to its accent."""
ACCENT_VELOCITY = 22
"""Added to their velocity."""
MINOR_MODES = frozenset({"dorian", "minor", "phrygian", "locrian", "minor pentatonic", "blues", "harmonic minor"})
KICK_GENRES = ("rock", "funk", "latin", "hip-hop", "ballad")
"""Genres that stand on the kick: a bar without one is a slip of the model."""
CLOSING_VELOCITY = 8
"""How much harder than its bar the last chord is struck."""
CHORD_OCTAVE = 60
BASS_LOWEST = 31
PHRASE_BARS = 2 * CELL_BARS
"""Bars of a phrase; the lead comes to rest in the last."""
REST_BEATS = 1.0
"""Beats at the end of a phrase in which the lead begins no note."""


def tonic(controls: Controls) -> Chord:
    """The triad on the key note."""
    return Chord(controls.key, "min" if mode_of(controls) in MINOR_MODES else "maj")


def planned_chord(plan: PlannedBar, index: int, count: int, ending: bool) -> Chord:
    """The chord of bar `index` of `count`: home at the end, one of those that its section names, the one that leads
    home in the last bar but one, or chosen by seed and form."""
    controls = plan.controls
    if ending and index == count - 1:
        return tonic(controls)
    if controls.chords:
        return parse_chord(controls.chords[plan.number % len(controls.chords)])
    if ending and index == count - 2 and count > 2:
        return leading_home(controls)
    place = place_of(index)
    return chord_at(controls, controls.seed, place.section, place.bar)


def leading_home(controls: Controls) -> Chord:
    """The chord from which music of a genre and mode comes home: the dominant, or what stands for it."""
    mode = PARENT_MODES.get(mode_of(controls), mode_of(controls))
    scale = SCALES[mode]
    degree, size = 5, SEVENTHS.get(controls.genre, "triad")
    if scale[1] == 1:
        degree = 2  # Phrygian and Locrian: from the half tone above
    elif controls.genre in ("rock", "hip-hop") and scale[6] == 10:
        degree = 7  # from the whole tone below
    elif controls.genre == "ambient" and scale[3] == 5:
        degree = 4
    chord = diatonic_chord(controls.key, mode, degree, size)
    if degree == 5 and controls.scale is None:
        # With the leading note, in minor too.
        return Chord(chord.root, {"triad": "maj", "7th": "7", "9th": "9"}[size])
    if not set(chord.pitch_classes) <= set(scale_classes(controls.key, mode)):
        return diatonic_chord(controls.key, mode, degree, "7th")
    return chord


def arranged(bar: Bar, hit: str, index: int, last: bool) -> Bar:
    """Bar `index` of a piece with its hit, at the end of a phrase, or as the last one."""
    if last:
        return closed(bar)
    if hit:
        return stopped(bar) if hit == "stop" else released(accented(bar))
    bar = grounded(released(bar))
    return rested(bar) if index % PHRASE_BARS == PHRASE_BARS - 1 else bar


def released(bar: Bar) -> Bar:
    """The bar with its bass and chords let go at its end: held on, they would clash with the next chord."""
    notes = [
        replace(note, length_beats=max(0.05, bar.beats - note.start_beats))
        if note.stem in ("bass", "chords") and note.end_beats > bar.beats
        else note
        for note in bar.notes
    ]
    return replace(bar, notes=tuple(sorted(notes)))


def grounded(bar: Bar) -> Bar:
    """The bar with a kick on its first beat, where a genre that stands on it has none in the whole bar."""
    drums = [note for note in bar.notes if note.stem == "drums"]
    kick = DRUM_VOICES["kick"]
    if not drums or bar.controls.genre not in KICK_GENRES or any(note.pitch == kick for note in drums):
        return bar
    return replace(bar, notes=tuple(sorted([*bar.notes, Note(0.0, 0.2, "drums", kick, _velocity(drums))])))


def rested(bar: Bar) -> Bar:
    """The bar in which the lead comes to rest: its last note before the end is a tone of the chord and lasts."""
    until = bar.beats - REST_BEATS
    lead = [note for note in bar.notes if note.stem == "lead" and note.start_beats < until]
    if not lead:
        return bar
    allowed = melody_scale(bar.controls, bar.chord)
    tones = [tone for tone in bar.chord.pitch_classes[:3] if tone in allowed] or list(allowed)
    *before, final = lead
    rest = replace(
        final,
        pitch=nearest_pitch(final.pitch, tones),
        length_beats=max(final.length_beats, min(2.0, bar.beats - 0.25 - final.start_beats)),
    )
    others = [note for note in bar.notes if note.stem != "lead"]
    return replace(bar, notes=tuple(sorted([*others, *before, rest])))


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
    """The last bar of a piece: one stroke on the key's chord, which rings, as loud as what came before."""
    chord = tonic(bar.controls)
    held = 0.9 * bar.beats
    active = bar.controls.active
    force = min(_velocity(bar.notes) + CLOSING_VELOCITY, 100)
    notes = _strike(bar, force)
    if "bass" in active:
        notes.append(Note(0.0, held, "bass", _bass_pitch(chord), force))
    if "chords" in active:
        tones = sorted(CHORD_OCTAVE + (pitch - CHORD_OCTAVE) % 12 for pitch in chord.pitch_classes)
        notes += [Note(0.02 * number, held, "chords", pitch, force) for number, pitch in enumerate(tones)]
    if "lead" in active:
        lead = [note.pitch for note in bar.notes if note.stem == "lead"]
        near = lead[0] if lead else 72
        notes.append(Note(0.0, held, "lead", near + (chord.root - near + 6) % 12 - 6, force))
    return replace(bar, notes=tuple(sorted(notes)), chord=chord)


def _velocity(notes: Sequence[Note]) -> int:
    """Their mean velocity; a usual one where there are none."""
    return round(sum(note.velocity for note in notes) / len(notes)) if notes else 76


def _strike(bar: Bar, velocity: int) -> list[Note]:
    if "drums" not in bar.controls.active or PROFILES[bar.controls.genre].drums is None:
        return []
    return [Note(0.0, 1.0, "drums", DRUM_VOICES[name], velocity) for name in ("kick", "crash")]


def _bass_pitch(chord: Chord) -> int:
    return BASS_LOWEST + (chord.root - BASS_LOWEST) % 12


def _is_early(note: Note, stem: str, pitches: tuple[int, ...] = ()) -> bool:
    return note.stem == stem and note.start_beats < ACCENT_BEATS and (not pitches or note.pitch in pitches)
