"""Pieces made from a MIDI file: gone on from, varied, or accompanied, in its own meters and tempos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from installation.core.errors import UserError
from installation.music.controls import TEMPO_RANGE, Controls
from installation.music.generator import BarComposer
from installation.music.midi_bars import FileBar, song_bars
from installation.music.midi_file import read_midi
from installation.music.notes import PITCH_NAMES, Bar, Chord, Note, piece_notes
from installation.music.piece import PieceSection, of_bars
from installation.music.reworking import (
    LEVELS,
    accompanied,
    as_lead,
    chord_of,
    harmony_of,
    measured_controls,
    variation_rng,
    varied,
)
from installation.music.score import Score
from installation.music.timeline import planned_bars, timed_sections
from installation.offline.composition import Advance, Composition, compose

PRESENT_BARS = 8
"""Bars at the end of a file whose key, density, register and loudness the music that goes on has."""
READ_BEATS = 4
"""Beats that the model reads at a time."""


@dataclass(frozen=True, slots=True)
class MidiMusic:
    """Music of a file, and what is made of it."""

    use: str
    """ "continue", "vary" or "accompany"."""
    path: Path
    bars: tuple[FileBar, ...]
    repairs: tuple[str, ...] = ()
    """What was broken in the file."""


def read_music(use: str, path: Path, tempo: float | None = None) -> MidiMusic:
    """The music of a MIDI file; `tempo` stands in place of its own. Raises UserError."""
    song = read_midi(path)
    bars = song_bars(song, str(path), tempo)
    if use == "accompany":
        stems = {note.stem for bar in bars for note in bar.notes}
        if stems == {"drums"}:
            raise UserError(f"--accompany {path}: holds drums alone; expected a file with a melody")
        # Where a melody stands out, the band is the composer's; else all that has a pitch is the melody.
        kept = {"lead"} if "lead" in stems else stems - {"drums"}
        bars = [replace(bar, notes=as_lead([n for n in bar.notes if n.stem in kept])) for bar in bars]
    return MidiMusic(use, path, tuple(bars), song.repairs)


def rework(music: MidiMusic, score: Score, degree: float, composer: BarComposer, advance: Advance) -> Composition:
    """Compose from a file by the knobs of a score of one section. Ctrl-C ends the piece at the last whole bar."""
    if music.use == "continue":
        return _continued(music, score, composer, advance)
    made = _varied if music.use == "vary" else _accompanied
    bars: list[Bar] = []
    complete = True
    try:
        for bar in made(music, score, degree, composer):
            bars.append(bar)
            advance(len(bars) / len(music.bars))
    except KeyboardInterrupt:
        complete = False
    seed = timed_sections(score)[0].controls.seed
    return Composition(of_bars(bars, score.title, seed), tuple(bar.chord.name for bar in bars), complete)


def _varied(music: MidiMusic, score: Score, degree: float, composer: BarComposer) -> Iterator[Bar]:
    controls = timed_sections(score)[0].controls
    rng = variation_rng(composer, controls)
    # The levels of each bar are its own, where the score leaves them open.
    controls = replace(controls, **{name: getattr(score, name) for name in LEVELS})
    return (
        _at(bar, varied(composer, bar.notes, degree, _controls_of(bar, controls, music), rng)) for bar in music.bars
    )


def _accompanied(music: MidiMusic, score: Score, _degree: float, composer: BarComposer) -> Iterator[Bar]:
    controls = timed_sections(score)[0].controls
    harmony = harmony_of([bar.notes for bar in music.bars], controls, controls.chords)
    if score.scale is None:
        # The band plays in the key that the melody is harmonised in.
        heard = measured_controls(piece_notes(_kept(music.bars, controls)), controls)
        moody = any(each is not None for each in (score.mood, score.valence))
        controls = replace(controls, key=heard.key, valence=controls.valence if moody else heard.valence)
    return (
        _at(bar, accompanied(composer, bar.notes, chord, _controls_of(bar, controls, music)))
        for bar, chord in zip(music.bars, harmony, strict=True)
    )


def _controls_of(bar: FileBar, controls: Controls, music: MidiMusic) -> Controls:
    """Controls for a bar in the place of one of the file."""
    muted = tuple(stem for stem in controls.muted if music.use != "accompany" or stem != "lead")
    return replace(controls, beats=bar.beats, tempo=_composed_tempo(bar.tempo), chords=(), muted=muted)


def _at(bar: FileBar, composed: Bar) -> Bar:
    """The composed bar at the tempo of the file, which may be slower or faster than what is composed."""
    return replace(composed, tempo=bar.tempo)


def _composed_tempo(tempo: float) -> float:
    return min(max(tempo, TEMPO_RANGE[0]), TEMPO_RANGE[1])


def _continued(music: MidiMusic, score: Score, composer: BarComposer, advance: Advance) -> Composition:
    """The music of the file as it is, and what goes on from it in its meter and tempo."""
    composer.continue_from([part for bar in music.bars[-PRESENT_BARS * 8 :] for part in _parts(bar)])
    score = _going_on(music, score)
    done = compose(score, planned_bars(score), composer, advance)
    controls = timed_sections(score)[0].controls
    before = list(_kept(music.bars, replace(controls, muted=(), chords=())))
    piece = of_bars([*before, *done.piece.bars], score.title, controls.seed)
    sections = (PieceSection(music.path.name, 0), PieceSection("continued", len(before)))
    return Composition(replace(piece, sections=sections[: 1 + bool(done.piece.bars)]), done.chords, done.complete)


def _parts(bar: FileBar) -> Iterator[list[Note]]:
    """The notes of a bar, as many beats at a time as the model reads."""
    for begin in range(0, bar.beats, READ_BEATS):
        yield [
            replace(note, start_beats=note.start_beats - begin)
            for note in bar.notes
            if begin <= note.start_beats < begin + READ_BEATS
        ]


def _going_on(music: MidiMusic, score: Score) -> Score:
    """The score with the meter and tempo of the file's end, and its key, mode, density, register and loudness, where
    the score leaves them open."""
    last = music.bars[-1]
    usual = replace(timed_sections(score)[0].controls, density=None, brightness=None, energy=None)
    present = list(_kept(music.bars[-PRESENT_BARS:], usual))
    heard = measured_controls(piece_notes(present), usual)
    found: dict[str, object] = {
        "tempo": _composed_tempo(last.tempo),
        "beats": last.beats,
        "key": PITCH_NAMES[heard.key],
    }
    if score.mood is None and score.scale is None:
        found["valence"] = heard.valence
    found |= {name: getattr(heard, name) for name in ("density", "brightness", "energy")}
    own = score.model_copy(update={name: value for name, value in found.items() if getattr(score, name) is None})
    # Whole bars at the tempo of the file: a bent one would be heard where the new music begins.
    (section,) = own.sections
    if section.seconds is None:
        return own
    controls = timed_sections(own)[0].controls
    bars = max(1, round(section.seconds * (controls.tempo or last.tempo) / 60.0 / controls.beats))
    return own.model_copy(update={"sections": (section.model_copy(update={"seconds": None, "bars": bars}),)})


def _kept(bars: Sequence[FileBar], controls: Controls) -> Iterator[Bar]:
    """Bars of a file as they are."""
    for index, bar in enumerate(bars):
        own = replace(controls, tempo=_composed_tempo(bar.tempo), beats=bar.beats)
        yield Bar(bar.notes, own, chord_of(bar.notes) or Chord(controls.key), "file", bar.tempo, index)
