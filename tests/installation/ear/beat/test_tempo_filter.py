"""The filter finds tempo and phase of odds that peak at beats, and keeps them when nothing is heard."""

from __future__ import annotations

import numpy as np
import pytest

from installation.ear.beat.tempo_filter import STEP_SECONDS, TempoFilter


def _heard(tempo_filter: TempoFilter, bpm: float, seconds: float) -> None:
    for step in range(round(seconds / STEP_SECONDS)):
        phase = (step * STEP_SECONDS * bpm / 60.0) % 1.0
        tempo_filter.step(0.8 if min(phase, 1.0 - phase) * 60.0 / bpm < 0.02 else 0.02)


@pytest.mark.parametrize("bpm", [61.0, 88.0, 120.0, 174.0])
def test_it_finds_tempo_and_phase(bpm: float) -> None:
    tempo_filter = TempoFilter(55.0, 215.0)
    _heard(tempo_filter, bpm, 8.0)
    found = tempo_filter.hypothesis(2)
    assert 60.0 / found.period == pytest.approx(bpm, rel=0.02)
    true = (8.0 - STEP_SECONDS) * bpm / 60.0
    error = found.phase - true
    assert abs(error - round(error)) < 0.06
    assert found.probability > 0.7


def test_it_stays_within_its_range() -> None:
    tempo_filter = TempoFilter(70.0, 110.0)
    _heard(tempo_filter, 174.0, 8.0)
    assert 60.0 / tempo_filter.hypothesis(2).period == pytest.approx(87.0, rel=0.03)


def test_it_holds_tempo_and_phase_through_silence() -> None:
    tempo_filter = TempoFilter(55.0, 215.0)
    _heard(tempo_filter, 100.0, 8.0)
    before = tempo_filter.hypothesis(2)
    for _ in range(500):
        tempo_filter.hold()
    after = tempo_filter.hypothesis(500)
    assert after.period == pytest.approx(before.period, rel=0.01)


def test_noise_is_no_hypothesis() -> None:
    tempo_filter = TempoFilter(55.0, 215.0)
    random = np.random.default_rng(0)
    for odds in random.uniform(0.0, 0.15, 1000):
        tempo_filter.step(float(odds))
    assert tempo_filter.hypothesis(2).probability < 0.6
