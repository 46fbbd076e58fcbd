"""A phrase rises, ends and rests, each phrase is another, and what is asked for by hand goes before it."""

from __future__ import annotations

import pytest

from motion.dancer.directions import DIRECTIONS
from motion.dancer.phrasing import PEAK_ENERGY, REST_ENERGY, UNDIRECTED, combined, direction_value, draw_phrase


@pytest.mark.parametrize("bars", [1, 2, 4, 8, 32])
def test_a_phrase_rises_to_its_last_bar_and_ends_in_a_rest(bars: int) -> None:
    phrase = draw_phrase(0, bars, 3)
    asked = [phrase.at(bars * step / 100, 1.0) for step in range(100)]
    energies = [one.energy for one in asked]
    highest = energies.index(max(energies))
    assert energies[: highest + 1] == sorted(energies[: highest + 1])
    assert energies[-1] == pytest.approx(REST_ENERGY)
    assert asked[-1].resting
    assert not asked[highest].resting
    assert max(energies) <= PEAK_ENERGY + 1e-9


def test_without_strength_nothing_is_asked_for() -> None:
    for bar in (0.0, 3.5, 7.2, 7.9):
        asked = draw_phrase(1, 8, 0).at(bar, 0.0)
        assert asked.energy == pytest.approx(1.0)
        assert not asked.amounts


def test_phrases_differ_and_the_same_seed_repeats_them() -> None:
    phrases = [draw_phrase(number, 8, 5) for number in range(8)]
    assert phrases == [draw_phrase(number, 8, 5) for number in range(8)]
    assert len({str((phrase.figures, phrase.ending)) for phrase in phrases}) >= 7


def test_what_is_asked_for_by_hand_goes_before_the_phrase() -> None:
    phrase = draw_phrase(0, 8, 0).at(3.0, 1.0)
    both = combined(phrase, {"level": -0.7, "reach": 0.0})
    assert both.amounts["level"] == -0.7
    assert both.amounts.get("reach") == phrase.amounts.get("reach")
    assert both.energy == phrase.energy
    assert combined(UNDIRECTED, {"level": 0.0}) is UNDIRECTED


@pytest.mark.parametrize("name", DIRECTIONS)
def test_more_of_a_direction_is_a_larger_value(name: str) -> None:
    values = [direction_value(name, amount) for amount in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    assert values == sorted(set(values))
