"""The beat of a room: tempo and phase of patterns, ranges that are honoured, silence that is held, talk."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.ear.beat.tracker import BeatTracker
from installation.evaluate.ear.synthetic import BREAKBEAT, HOUSE, ROCK, pattern_take, speech
from installation.evaluate.ear.takes import RenderedTake
from installation.evaluate.ear.trackers import estimates
from installation.interface.sound import BeatEstimate


@cache
def _heard(name: str, bpm: float, seconds: float = 12.0, silence: float = 0.0) -> list[BeatEstimate]:
    return estimates(pattern_take(name, bpm, seconds, silence), BeatTracker())


def _phase_error_seconds(estimate: BeatEstimate, bpm: float) -> float:
    error = estimate.beat_phase - estimate.time * bpm / 60.0
    return (error - round(error)) * 60.0 / bpm


@pytest.mark.slow
@pytest.mark.parametrize(("name", "bpm"), [(HOUSE, 124.0), (ROCK, 96.0), (BREAKBEAT, 174.0)])
def test_tempo_and_phase_are_those_of_the_music_within_six_seconds(name: str, bpm: float) -> None:
    for estimate in _heard(name, bpm)[600::50]:
        assert estimate.tempo == pytest.approx(bpm, rel=0.02)
        assert abs(_phase_error_seconds(estimate, bpm)) < 0.03
        assert estimate.confidence > 0.3


@pytest.mark.slow
def test_silence_holds_the_tempo_and_loses_the_confidence() -> None:
    last = _heard(ROCK, 96.0, 12.0, 30.0)[-1]
    assert last.tempo == pytest.approx(96.0, rel=0.01)
    assert last.confidence < 0.1


@pytest.mark.slow
def test_speech_is_no_beat() -> None:
    take = RenderedTake("speech", speech(15.0, 9), np.zeros(0), 120.0)
    assert np.quantile([each.confidence for each in estimates(take, BeatTracker())], 0.99) < 0.3


@pytest.mark.slow
def test_a_range_is_honoured() -> None:
    found = estimates(pattern_take(BREAKBEAT, 174.0, 12.0), BeatTracker(70.0, 110.0))
    assert all(69.0 <= each.tempo <= 111.0 for each in found[300:])


def test_the_same_samples_give_the_same_estimates_and_time_runs_with_them() -> None:
    take = pattern_take(HOUSE, 120.0, 2.0)
    one, other = (estimates(take, BeatTracker()) for _ in range(2))
    assert one == other
    assert [round(each.time, 6) for each in one[:3]] == [0.01, 0.02, 0.03]


@pytest.mark.parametrize("network", [True, False])
def test_odd_samples_leave_finite_estimates(network: bool) -> None:
    tracker = BeatTracker(network=network)
    random = np.random.default_rng(0)
    hops = [np.zeros(441), np.ones(441), 5.0 * random.normal(0, 1, 441), np.full(441, 1e-30), 1e4 * np.ones(441)]
    for hop in hops * 10:
        estimate = tracker.push(hop.astype(np.float32))
        values = (estimate.tempo, estimate.beat_phase, estimate.bar_phase, estimate.confidence)
        assert all(map(np.isfinite, values))
        assert 0.0 <= estimate.beat_phase < 1.0
        assert 0.0 <= estimate.bar_phase < 1.0


@pytest.mark.parametrize(("low", "high"), [(120.0, 90.0), (5.0, 100.0), (100.0, 900.0), (100.0, 100.0)])
def test_a_range_that_is_none_says_so(low: float, high: float) -> None:
    with pytest.raises(UserError, match="beats a minute"):
        BeatTracker(low, high, network=False)
