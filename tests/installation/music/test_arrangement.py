"""Rules above the bars: phrases come to rest, and pieces come home."""

from __future__ import annotations

from dataclasses import replace

import pytest

from installation.music.arrangement import arranged, leading_home, planned_chord, rested
from installation.music.controls import GENRES, SCALES, Controls
from installation.music.notes import Bar, Chord, Note
from installation.music.request import melody_scale
from installation.music.score import Score, ScoreSection
from installation.music.timeline import planned_bars


@pytest.mark.parametrize(
    ("controls", "chord"),
    [
        (Controls("jazz", valence=0.6), "G7"),
        (Controls("ballad", valence=-0.3), "G"),  # with the leading note, in minor too
        (Controls("ballad", scale="minor"), "Gm"),  # but not where a scale is asked for
        (Controls("rock", valence=0.0), "Bb"),
        (Controls("ambient", valence=0.6), "F"),
        (Controls("latin", valence=-0.7), "Db"),  # Phrygian
    ],
)
def test_the_last_bar_but_one_leads_home(controls: Controls, chord: str) -> None:
    assert leading_home(controls).pitch_classes == {"Db": (1, 5, 8)}.get(chord) or leading_home(controls).name == chord


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("scale", ["major", "minor", "phrygian", "lydian", "blues", "harmonic minor"])
def test_the_way_home_lies_in_a_scale_that_is_asked_for(genre: str, scale: str) -> None:
    chord = leading_home(Controls(genre, scale=scale))
    seven = {"blues": "minor"}.get(scale, scale)
    assert set(chord.pitch_classes) <= set(SCALES[seven])


def test_a_piece_ends_with_a_cadence_and_a_loop_does_not() -> None:
    plan = planned_bars(Score(genre="jazz", valence=0.6, sections=(ScoreSection(bars=8),)))
    ended = [planned_chord(bar, index, 8, True).name for index, bar in enumerate(plan)]
    looped = [planned_chord(bar, index, 8, False).name for index, bar in enumerate(plan)]
    assert ended[-2:] == ["G7", "C"]
    assert ended[:-2] == looped[:-2] and looped[-1] != "C"
    given = planned_bars(Score(chords=("Am", "F"), sections=(ScoreSection(bars=4),)))
    assert [planned_chord(bar, index, 4, True).name for index, bar in enumerate(given)] == ["Am", "F", "Am", "Cm"]


def test_the_lead_rests_at_the_end_of_a_phrase() -> None:
    notes = (
        Note(0.0, 0.2, "drums", 36, 90),
        Note(0.5, 0.4, "lead", 74, 90),
        Note(2.0, 0.2, "lead", 71, 90),
        Note(3.5, 0.2, "lead", 77, 90),
    )
    bar = Bar(notes, Controls(valence=0.6), Chord(0, "maj"), "A", 120.0)
    assert arranged(bar, "", 6, False) == bar
    lead = [note for note in arranged(bar, "", 7, False).notes if note.stem == "lead"]
    assert [(note.start_beats, note.pitch, note.length_beats) for note in lead] == [(0.5, 74, 0.4), (2.0, 72, 1.75)]
    silent = Bar(notes[:1], Controls(), Chord(0), "A", 120.0)
    assert rested(silent) is silent


def test_genres_of_the_kick_have_one_in_every_bar() -> None:
    notes = (Note(0.01, 0.2, "drums", 38, 80), Note(1.0, 0.2, "drums", 42, 60))
    bar = Bar(notes, Controls("funk"), Chord(0), "A", 120.0)
    assert [(n.start_beats, n.velocity) for n in arranged(bar, "", 0, False).notes if n.pitch == 36] == [(0.0, 70)]
    assert arranged(arranged(bar, "", 0, False), "", 0, False) == arranged(bar, "", 0, False)
    for other in (Controls("jazz"), Controls("ambient")):
        assert arranged(replace(bar, controls=other), "", 0, False).notes == notes


def test_bass_and_chords_do_not_ring_into_the_next_chord() -> None:
    notes = (Note(0.0, 4.0, "bass", 36, 80), Note(3.0, 3.0, "chords", 60, 80), Note(3.5, 1.0, "lead", 72, 80))
    bar = Bar(notes, Controls("jazz"), Chord(0), "A", 120.0)
    assert [note.length_beats for note in arranged(bar, "", 0, False).notes] == [4.0, 1.0, 1.0]
    assert all(note.end_beats <= 4.0 for note in arranged(bar, "accent", 0, False).notes if note.stem != "lead")


@pytest.mark.parametrize("velocity", [30, 90])
def test_the_last_chord_is_as_loud_as_the_piece(velocity: int) -> None:
    bar = Bar((Note(1.0, 1.0, "chords", 60, velocity),), Controls("ballad"), Chord(0), "A", 70.0)
    assert {note.velocity for note in arranged(bar, "", 3, True).notes} == {min(velocity + 8, 100)}


def test_the_rest_of_a_phrase_stays_in_the_scale() -> None:
    controls = Controls(scale="minor pentatonic")
    bar = Bar((Note(1.0, 0.2, "lead", 70, 90),), controls, Chord(2, "maj"), "A", 120.0)
    assert rested(bar).notes[0].pitch % 12 in melody_scale(controls, bar.chord)
