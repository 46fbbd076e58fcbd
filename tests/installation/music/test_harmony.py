"""Chords have the names and tones that musicians give them, moods have their modes, and the form is A A B A."""

from __future__ import annotations

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.music.controls import GENRES, SCALES, Controls
from installation.music.form import place_of
from installation.music.harmony import (
    MODES,
    adapted,
    chord_at,
    diatonic_chord,
    estimated_key,
    harmonised,
    mode_of,
    parse_chord,
    parse_key,
)
from installation.music.model.tokens import GridNote
from installation.music.notes import Chord


@pytest.mark.parametrize(
    ("name", "tones"),
    [
        ("C", {0, 4, 7}),
        ("Am", {9, 0, 4}),
        ("F#m7", {6, 9, 1, 4}),
        ("Bbmaj7", {10, 2, 5, 9}),
        ("G7", {7, 11, 2, 5}),
        ("Dsus4", {2, 7, 9}),
        ("E5", {4, 11}),
        ("Bm7b5", {11, 2, 5, 9}),
        ("C/E", {0, 4, 7}),
        ("Ab°", {8, 11, 2}),
    ],
)
def test_a_chord_is_read_by_its_name(name: str, tones: set[int]) -> None:
    assert set(parse_chord(name).pitch_classes) == tones


def test_a_chord_says_its_own_name() -> None:
    for name in ("C", "Am", "F#m7", "Bbmaj7", "G7", "Dsus4", "E5", "Bm7b5", "C9"):
        assert parse_chord(name).name == name


@pytest.mark.parametrize("name", ["", "H", "C13b9x", "7", "?"])
def test_what_is_no_chord_or_key_is_said(name: str) -> None:
    with pytest.raises(UserError, match="expected"):
        parse_chord(name)
    with pytest.raises(UserError, match="expected"):
        parse_key(name)


def test_the_mode_darkens_with_the_valence() -> None:
    modes = [mode_of(Controls(valence=valence)) for valence in (1.0, 0.7, 0.3, 0.0, -0.4, -0.7, -1.0)]
    assert modes == list(MODES)


def test_degrees_of_c_major_are_its_chords() -> None:
    assert [diatonic_chord(0, "major", degree).name for degree in range(1, 8)] == [
        "C",
        "Dm",
        "Em",
        "F",
        "G",
        "Am",
        "Bdim",
    ]
    assert [diatonic_chord(0, "major", degree, "7th").name for degree in (1, 2, 5, 7)] == [
        "Cmaj7",
        "Dm7",
        "G7",
        "Bm7b5",
    ]


@pytest.mark.parametrize("genre", GENRES)
def test_progressions_stay_in_their_mode_and_sections_differ(genre: str) -> None:
    for scale in SCALES:
        controls = Controls(genre, key=5, scale=scale)
        sections = [[chord_at(controls, 3, section, bar) for bar in range(4)] for section in "AB"]
        assert sections[0] != sections[1]
        assert sections[0] == [chord_at(controls, 3, "A", bar) for bar in range(4)]


def test_a_note_follows_its_chord() -> None:
    before, after, scale = Chord(0), Chord(5), (0, 2, 4, 5, 7, 9, 11)
    assert adapted(GridNote(0, 1, 36, 4, 80), before, after, scale).value % 12 == 5, "the bass goes with the root"
    assert adapted(GridNote(0, 2, 64, 4, 80), before, after, scale).value == 65
    assert adapted(GridNote(0, 3, 66, 4, 80), before, after, scale).value % 12 in scale
    assert adapted(GridNote(0, 0, 3, 1, 80), before, after, scale).value == 3, "drums stay"


def test_the_key_of_a_scale_is_told() -> None:
    weights = np.zeros(12)
    for tone, weight in zip(SCALES["major"], (4, 2, 3, 2, 4, 2, 1), strict=True):
        weights[(7 + tone) % 12] = weight
    assert estimated_key(weights) == (7, "major")
    assert estimated_key(np.zeros(12)) == (0, "major")


def test_a_melody_in_c_ends_on_its_tonic_chord() -> None:
    bars = [tuple(GridNote(0, 3, pitch, 8, 80) for pitch in bar) for bar in ((60, 64), (65, 69), (67, 71), (60,))]
    chords = harmonised(bars, 0, "major")
    assert [chord.name for chord in chords] == ["C", "F", "G", "C"]
    assert harmonised([], 0, "major") == []


def test_the_form_is_a_a_b_a_and_bars_repeat_those_before_them() -> None:
    assert "".join(place_of(4 * cell).section for cell in range(4)) == "AABA"
    assert place_of(0).repeats is None
    assert place_of(1).repeats == 0
    assert place_of(4).repeats == 0
    assert place_of(8).repeats is None, "B is new"
    assert place_of(14).repeats == 6
    assert [index for index in range(16) if place_of(index).closes] == [7, 11]
