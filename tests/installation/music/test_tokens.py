"""Bars survive the way to tokens and back, and the controls that they show are theirs."""

from __future__ import annotations

import numpy as np
import pytest

from installation.music.grid import estimated_chord, quantised
from installation.music.model.decoder import Decoder, DecoderWeights
from installation.music.model.network import network_of
from installation.music.model.sampling import BarRequest, BarStream
from installation.music.model.tokens import (
    BAR,
    FIRST_CONTENT,
    LENGTHS,
    QUALITIES,
    VOCABULARY,
    BarControls,
    GridNote,
    bin_velocity,
    content_tokens,
    decoded,
    header_tokens,
    hidden,
    measured,
    ordered,
    transposed,
)
from installation.music.notes import Note
from tests.installation.music.tiny_model import tiny_model


def some_bar() -> tuple[GridNote, ...]:
    velocity = bin_velocity(5)
    drums = [GridNote(step, 0, voice, 1, velocity) for step, voice in ((0, 0), (4, 1), (4, 2), (8, 0))]
    pitched = [GridNote(0, 1, 36, 4, velocity), GridNote(0, 2, 60, 16, velocity), GridNote(6, 3, 72, 2, velocity)]
    return ordered([*drums, *pitched])


def test_notes_survive_their_tokens() -> None:
    tokens = content_tokens(some_bar())
    assert decoded(tokens) == some_bar()
    assert all(FIRST_CONTENT <= token < VOCABULARY for token in tokens)


def test_controls_are_measured_from_the_bar_and_open_it() -> None:
    controls = measured(some_bar(), genre=2, tempo=121.0, chord=(0, 0))
    assert controls.stems == 0b1111
    assert controls.genre == 2
    assert controls.energy == (5, 5, 5, 5)
    header = header_tokens(controls)
    assert header[0] == BAR
    assert len(header) == 13
    assert len(header_tokens(hidden(controls, ["energy", "genre"]))) == 13 - 5
    assert header_tokens(BarControls()) == [BAR]


def test_transposition_stays_within_the_stems() -> None:
    for semitones in range(-5, 7):
        moved = transposed(some_bar(), semitones)
        assert sum(note.stem == 0 for note in moved) == 4
        assert {(note.value - semitones) % 12 for note in moved if note.stem == 3} == {0}
        assert all(token < VOCABULARY for token in content_tokens(moved))


def test_playing_by_hand_is_quantised_to_the_nearest_step() -> None:
    notes = [
        Note(0.03, 0.2, "drums", 36, 80),
        Note(3.96, 0.2, "drums", 38, 90),
        Note(1.26, 0.5, "bass", 16, 70),
        Note(1.25, 0.5, "bass", 40, 70),
        Note(2.0, 4.0, "lead", 110, 70),
        Note(2.5, 0.2, "drums", 99, 70),
    ]
    first, second = quantised(notes)
    assert [(note.step, note.stem) for note in first] == [(0, 0), (5, 1), (8, 3)]
    assert [(note.step, note.value) for note in second] == [(0, 1)], "it belongs to the next bar's begin"
    assert next(note for note in first if note.stem == 1).value == 28, "bass is monophonic, folded into its range"
    assert all(note.length in LENGTHS for note in first)


@pytest.mark.parametrize(
    ("pitches", "root", "quality"), [((48, 60, 64, 67), 0, "maj"), ((45, 57, 60, 64), 9, "min"), ((50, 57), 2, "5")]
)
def test_the_chord_of_a_bar_is_told(pitches: tuple[int, ...], root: int, quality: str) -> None:
    notes = [GridNote(0, 1, pitches[0], 16, 80), *(GridNote(0, 2, pitch, 16, 80) for pitch in pitches[1:])]
    assert estimated_chord(notes) == (root, QUALITIES.index(quality))


def test_one_token_at_a_time_gives_the_networks_own_numbers() -> None:
    import torch

    model = tiny_model()
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, VOCABULARY, 300).tolist()
    with torch.inference_mode():
        whole = network_of(model)(torch.tensor([tokens]))[0].numpy()
    decoder = Decoder(DecoderWeights(model.settings, model.weights))
    np.testing.assert_allclose(decoder.extend(tokens[:200]), whole[199], atol=2e-4)
    for token in tokens[200:]:
        logits = decoder.extend([token])
    np.testing.assert_allclose(logits, whole[-1], atol=2e-4)
    decoder.length = 250
    np.testing.assert_allclose(decoder.extend(tokens[250:]), whole[-1], atol=2e-4, err_msg="after going back")


def test_a_stream_keeps_the_newest_bars_however_long_it_plays() -> None:
    stream = BarStream(DecoderWeights(tiny_model().settings, tiny_model().weights))
    bar = tuple(GridNote(step, 0, voice, 1, 80) for step in range(0, 16, 2) for voice in range(3))
    lengths = []
    for _ in range(150):
        stream.append(bar, measured(bar))
        stream.read_ahead()
        lengths.append(len(stream.bars))
    assert max(lengths) < 60
    assert stream.sample(BarRequest(), np.random.default_rng(0))


def test_the_decoder_refuses_more_than_its_context() -> None:
    decoder = Decoder(DecoderWeights(tiny_model().settings, tiny_model().weights))
    with pytest.raises(ValueError, match="769 tokens; the composer's network sees 768"):
        decoder.extend([BAR] * 769)
