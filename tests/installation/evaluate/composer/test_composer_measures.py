"""The composer's figures mean what they say: on counts that can be made by hand, and on music whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.evaluate.composer.character import divergence, histogram, likeness
from installation.evaluate.composer.held_out import piece_bits
from installation.evaluate.composer.live import measure_live
from installation.evaluate.composer.ngram import WittenBell
from installation.evaluate.composer.steering import best_scale_share
from installation.music.controls import Controls
from installation.music.model.network import network_of
from installation.music.model.tokens import VOCABULARY, GridNote
from installation.music.notes import Bar, Chord, Note
from tests.installation.music.tiny_model import tiny_model


def test_witten_bell_is_counted_as_by_hand() -> None:
    ngram = WittenBell([[1, 2, 1, 2, 1, 3]], order=2)
    uniform = 1 / VOCABULARY
    first = (3 + 3 * uniform) / (6 + 3)
    assert ngram.bits([1])[0] == pytest.approx(-math.log2(first))
    two = (2 + 3 * uniform) / (6 + 3)
    assert ngram.bits([1, 2])[1] == pytest.approx(-math.log2((2 + 2 * two) / (3 + 2)))
    unseen = (0 + 3 * uniform) / (6 + 3)
    assert ngram.bits([7, 8])[1] == pytest.approx(-math.log2(unseen)), "a context that was never seen"


def test_the_probabilities_of_an_ngram_add_up_to_one() -> None:
    rng = np.random.default_rng(1)
    ngram = WittenBell([rng.integers(0, 9, 300).tolist()], order=5)
    total = sum(2.0 ** -ngram.bits([1, 2, 3, 4, token])[-1] for token in range(VOCABULARY))
    assert total == pytest.approx(1.0)


def test_a_long_piece_costs_about_what_its_halves_cost() -> None:
    network = network_of(tiny_model())
    tokens = np.random.default_rng(2).integers(0, VOCABULARY, 1800).tolist()
    assert piece_bits(network, tokens) == pytest.approx(
        piece_bits(network, tokens[:900]) + piece_bits(network, tokens[899:]), rel=0.1
    )


def test_likeness_and_divergence_have_their_ends() -> None:
    one = (GridNote(0, 0, 0, 1, 90), GridNote(4, 0, 1, 1, 90))
    other = (GridNote(2, 0, 0, 1, 90),)
    assert likeness([one, one], drums=True) == 1.0
    assert likeness([one, other], drums=True) == 0.0
    assert divergence(histogram([one]), histogram([one])) == pytest.approx(0.0)
    assert divergence(histogram([one]), histogram([other])) > 0.8


def test_the_share_in_a_scale_finds_the_scale() -> None:
    notes = tuple(Note(0.0, 1.0, "lead", pitch, 80) for pitch in (62, 64, 66, 67, 69, 71, 73, 63))
    bar = Bar(notes, Controls(), Chord(2), "A", 120.0)
    assert best_scale_share([bar]) == pytest.approx(7 / 8)


@pytest.mark.slow
def test_rules_hold_for_a_network_that_has_learned_nothing() -> None:
    figures = {figure.name: figure for figure in measure_live(tiny_model())}
    assert figures["same seed, same bytes"].holds
    assert figures["bars without drums in 20 minutes"].holds
