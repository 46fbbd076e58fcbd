"""The downbeat is found from odds at each beat, kept against a single contradiction, and moved by many."""

from __future__ import annotations

from installation.ear.beat.bar_filter import BarFilter


def test_the_downbeat_is_found_and_certain() -> None:
    bar = BarFilter(4)
    assert bar.confidence == 0.0
    for number in range(24):
        bar.weigh(number, 0.5 if number % 4 == 2 else 0.1)
    assert bar.downbeat == 2
    assert bar.confidence > 0.8


def test_one_contradiction_does_not_move_it_and_many_do() -> None:
    bar = BarFilter(3)
    for number in range(24):
        bar.weigh(number, 0.5 if number % 3 == 0 else 0.1)
    bar.weigh(25, 0.6)
    assert bar.downbeat == 0
    for number in range(26, 60):
        bar.weigh(number, 0.5 if number % 3 == 1 else 0.1)
    assert bar.downbeat == 1


def test_a_bar_of_one_beat_is_certain() -> None:
    bar = BarFilter(1)
    bar.weigh(0, 0.0)
    assert (bar.downbeat, bar.confidence) == (0, 1.0)
