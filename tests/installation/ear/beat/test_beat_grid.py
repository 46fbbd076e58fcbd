"""Bars have as many beats as they are to have, and a change of that forgets the downbeat."""

from __future__ import annotations

import pytest

from installation.ear.beat.beat_grid import BeatGrid
from installation.ear.beat.features import FRAME_SECONDS
from installation.ear.beat.tempo_filter import TempoHypothesis
from installation.ear.clocks.clock import reading_of

PERIOD_SECONDS = 0.5


def played(grid: BeatGrid, beats: int, accent: int, first: int = 0) -> int:
    """Play so many beats, each `accent`th of them a downbeat; returns the number of the next beat."""
    frames = round(PERIOD_SECONDS / FRAME_SECONDS)
    for frame in range(first * frames, (first + beats) * frames):
        number, phase = divmod(frame / frames, 1.0)
        near = phase < 0.1
        grid.advance(FRAME_SECONDS)
        grid.hear(0.6 * near, 0.7 * (near and number % accent == 0))
        grid.follow(TempoHypothesis(PERIOD_SECONDS, (phase + 1.0 / frames) % 1.0, 0.95))
    return first + beats


@pytest.mark.parametrize("beats_a_bar", [2, 3, 7, 12])
def test_the_downbeat_is_found_in_bars_of_any_length(beats_a_bar: int) -> None:
    grid = BeatGrid(4)
    grid.set_beats_a_bar(beats_a_bar)
    number = played(grid, 8 * beats_a_bar + 2, beats_a_bar)
    estimate = grid.estimate(0.0, 0.0)
    assert estimate.beats_a_bar == beats_a_bar and estimate.bar_confidence > 0.5
    assert round(estimate.bar_phase * beats_a_bar) % beats_a_bar == number % beats_a_bar
    assert reading_of(estimate, beats_a_bar).bars
    assert not reading_of(estimate, beats_a_bar + 1).bars, "these are not the bars of the pulse"


def test_a_change_of_the_bar_forgets_the_downbeat() -> None:
    grid = BeatGrid(4)
    played(grid, 32, 4)
    assert grid.estimate(0.0, 0.0).bar_confidence > 0.5
    grid.set_beats_a_bar(4)
    assert grid.estimate(0.0, 0.0).bar_confidence > 0.5, "that is no change"
    grid.set_beats_a_bar(3)
    assert grid.estimate(0.0, 0.0).bar_confidence < 0.5
