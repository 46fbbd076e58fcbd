"""What is asked of the composer holds in the very next bar, whatever the network has learned; and a seed is a piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.music.controls import GENRES, SCALES, STEMS, Controls, clamped, require_valid
from installation.music.generator import Composer
from installation.music.genres import PRESETS, PROFILES
from installation.music.midi_file import midi_bytes
from installation.music.notes import Bar, Note, stem_notes
from installation.music.reworking import accompany, answer, measured_controls, vary
from tests.installation.music.tiny_model import tiny_model


def composer(seed: int = 1) -> Composer:
    return Composer(seed, tiny_model())


def play(bars: int, controls: Controls, seed: int = 1) -> list[Bar]:
    own = composer(seed)
    return [own.next_bar(controls) for _ in range(bars)]


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_plays_within_its_bars(genre: str) -> None:
    for bar in play(3, Controls(genre, density=0.4)):
        assert bar.notes
        assert all(0.0 <= note.start_beats < bar.beats for note in bar.notes)
        assert all(1 <= note.velocity <= 127 and note.length_beats > 0.0 for note in bar.notes)
        low, high = PROFILES[genre].tempo
        assert low <= bar.tempo <= high


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    controls = Controls("funk", density=0.3)
    assert midi_bytes(play(4, controls)) == midi_bytes(play(4, controls))
    assert midi_bytes(play(4, controls)) != midi_bytes(play(4, controls, seed=2))
    assert midi_bytes(play(4, replace(controls, seed=2))) == midi_bytes(play(4, controls, seed=2))


@pytest.mark.parametrize("stem", STEMS)
def test_a_muted_stem_is_silent_from_the_next_bar_on(stem: str) -> None:
    own = composer()
    own.next_bar(Controls())
    assert not stem_notes(own.next_bar(Controls(muted=(stem,))).notes, stem)


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_that_is_asked_for_holds_every_pitch(scale: str) -> None:
    own = composer()
    own.next_bar(Controls("jazz", density=0.4))
    controls = Controls("jazz", density=0.4, key=3, scale=scale, repeat=1.0)
    allowed = {(3 + tone) % 12 for tone in SCALES[scale]}
    for _ in range(5):
        pitched = [note for note in own.next_bar(controls).notes if note.stem != "drums"]
        assert pitched
        assert {note.pitch % 12 for note in pitched} <= allowed


def test_bass_and_lead_play_one_note_at_a_time() -> None:
    for bar in play(4, Controls("latin", density=0.9, repeat=0.0)):
        for stem in ("bass", "lead"):
            starts = [round(note.start_beats, 3) for note in stem_notes(bar.notes, stem)]
            assert len(starts) == len(set(starts))


def test_more_density_is_more_notes_and_more_energy_louder() -> None:
    few, many = (play(3, Controls(density=density, repeat=0.0)) for density in (0.05, 0.95))
    assert sum(len(bar.notes) for bar in many) > 2 * sum(len(bar.notes) for bar in few)
    soft, loud = (
        [note.velocity for bar in play(3, Controls(energy=energy, density=0.3)) for note in bar.notes]
        for energy in (0.1, 0.9)
    )
    assert np.mean(loud) > np.mean(soft) + 40


def test_a_full_repeat_copies_a_cell_and_none_does_not() -> None:
    same = play(2, Controls("hip-hop", repeat=1.0, chords=("C",), density=0.4))
    assert len(same[0].notes) == len(same[1].notes)
    assert [note.pitch for note in same[0].notes] == [note.pitch for note in same[1].notes]
    new = play(2, Controls("hip-hop", repeat=0.0, chords=("C",), density=0.4))
    assert [note.pitch for note in new[0].notes] != [note.pitch for note in new[1].notes]


def test_chords_that_are_given_are_played_in_turn() -> None:
    bars = play(4, Controls("ballad", chords=("Am", "F"), repeat=0.5))
    assert [bar.chord.name for bar in bars] == ["Am", "F", "Am", "F"]
    for bar in bars:
        assert {note.pitch % 12 for note in stem_notes(bar.notes, "chords")} <= set(bar.chord.pitch_classes)


def test_a_chord_that_is_none_is_said() -> None:
    with pytest.raises(UserError, match='chord "Hm": expected a name such as'):
        play(1, Controls(chords=("Hm",)))


@pytest.mark.parametrize("beats", [2, 3, 5, 7, 8, 12])
def test_bars_have_as_many_beats_as_asked(beats: int) -> None:
    bars = play(2, Controls("rock", density=0.5, beats=beats, repeat=1.0))
    assert all(note.start_beats < beats for bar in bars for note in bar.notes)
    assert max(note.start_beats for note in bars[0].notes) > beats / 2


def test_now_keeps_what_was_played_and_changes_the_rest() -> None:
    own = composer()
    own.next_bar(Controls(density=0.5))
    before = own.next_bar(Controls(density=0.5, repeat=0.0))
    after = own.revise(Controls(density=0.5, muted=("drums",)), 2.0)
    kept = [note for note in before.notes if note.start_beats < 2.0]
    assert [note for note in after.notes if note.start_beats < 2.0] == kept
    assert not [note for note in stem_notes(after.notes, "drums") if note.start_beats > 2.1]
    assert after.index == before.index
    assert own.next_bar(Controls()).index == before.index + 1


def test_now_without_a_bar_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no bar yet"):
        composer().revise(Controls(), 1.0)


def piece(bars: int = 3) -> list[tuple[Note, ...]]:
    return [
        (
            Note(0.01, 0.2, "drums", 36, 90),
            Note(0.02, 3.9, "bass", 36, 80),
            *(Note(0.0, 3.9, "chords", pitch, 70) for pitch in (60, 64, 67)),
            Note(1.5, 0.5, "lead", 72 + number, 88),
        )
        for number in range(bars)
    ]


def test_a_variation_of_degree_0_is_the_piece_and_of_1_keeps_its_harmony() -> None:
    bars = piece()
    assert [bar.notes for bar in vary(composer(), bars, 0.0, Controls())] == [tuple(sorted(notes)) for notes in bars]
    varied = vary(composer(), bars, 1.0, Controls())
    assert [bar.chord.name for bar in varied] == ["C", "C", "C"]
    assert not set(varied[0].notes) & set(bars[0])
    half = vary(composer(), piece(8), 0.5, Controls())
    kept = sum(len(set(bar.notes) & set(notes)) for bar, notes in zip(half, piece(8), strict=True))
    assert 0.2 < kept / sum(map(len, piece(8))) < 0.8


def test_a_piece_is_gone_on_with() -> None:
    own = composer()
    own.continue_from(piece())
    assert own.next_bar(measured_controls(piece_notes_of(piece()), Controls())).notes


def piece_notes_of(bars: list[tuple[Note, ...]]) -> list[Note]:
    return [replace(note, start_beats=note.start_beats + 4.0 * n) for n, bar in enumerate(bars) for note in bar]


def test_a_phrase_is_answered_in_its_own_rhythm() -> None:
    call = [(Note(0.0, 0.5, "lead", 72, 100), Note(1.5, 0.5, "lead", 74, 100), Note(3.0, 0.5, "lead", 76, 100))] * 2
    bars = answer(composer(), call, Controls("rock"))
    assert len(bars) == 2
    for bar in bars:
        assert {round(note.start_beats * 2) / 2 for note in stem_notes(bar.notes, "lead")} <= {0.0, 1.5, 3.0}


def test_a_melody_stays_and_is_accompanied() -> None:
    melody = [(Note(0.0, 1.0, "lead", 67, 90), Note(1.0, 3.0, "lead", 64, 90)), (Note(0.0, 4.0, "lead", 60, 90),)]
    bars = accompany(composer(), melody, Controls("ballad"))
    assert [stem_notes(bar.notes, "lead") for bar in bars] == melody
    assert all(stem_notes(bar.notes, "chords") for bar in bars)
    assert bars[-1].chord.name in ("C", "Am")
    named = accompany(composer(), melody, Controls("ballad"), ("Em", "Am"))
    assert [bar.chord.name for bar in named] == ["Em", "Am"]


def test_knobs_out_of_range_are_clamped_live_and_refused_in_commands() -> None:
    wild = Controls("polka", valence=7.0, tempo=float("nan"), key=14, beats=99, seed=-4, repeat=-1.0, muted=("tuba",))
    sound = clamped(wild)
    assert (sound.genre, sound.valence, sound.tempo, sound.key, sound.beats, sound.repeat, sound.muted) == (
        "rock",
        1.0,
        None,
        2,
        12,
        0.0,
        (),
    )
    assert composer().next_bar(wild).notes
    with pytest.raises(UserError, match=r"song\.toml: tempo 500: expected 40 to 240"):
        require_valid(Controls(tempo=500), "song.toml")
    with pytest.raises(UserError, match="genre 'polka': expected one of rock"):
        require_valid(Controls("polka"))


def test_every_genre_has_presets_that_hold() -> None:
    assert set(PRESETS) == set(GENRES) == set(PROFILES)
    for genre, presets in PRESETS.items():
        assert len(presets) >= 3
        for controls in presets.values():
            assert require_valid(controls) == controls
            assert controls.genre == genre


def test_drums_that_are_asked_for_are_never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    composer = Composer(3, tiny_model(), attempts=1)
    monkeypatch.setattr(composer, "_best", lambda stream, request, rng, distance: ())
    bar = composer.next_bar(Controls("rock", muted=("bass", "chords", "lead")))
    assert {note.pitch for note in bar.notes} == {36, 38}
    # A bar that has drums is what a later one without any falls back on.
    monkeypatch.undo()
    before = composer.next_bar(Controls("rock", muted=("bass", "chords", "lead"), repeat=0.0))
    monkeypatch.setattr(composer, "_best", lambda stream, request, rng, distance: ())
    after = composer.next_bar(Controls("rock", muted=("bass", "chords", "lead"), repeat=0.0))
    assert before.notes and {note.pitch for note in after.notes} == {note.pitch for note in before.notes}
