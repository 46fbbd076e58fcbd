"""The loop that steadies the ear's beat: jitter is smoothed, and a change to other beats is followed at once."""

from __future__ import annotations

import numpy as np
import pytest

from installation.ear.clocks.clock import BeatReading
from installation.ear.phase_loop import PhaseLoop


def estimate(t: float, beat: float) -> BeatReading:
    return BeatReading(t, 120.0, beat % 1.0, bars=False)


def off(reading: BeatReading, beat: float) -> float:
    """Beats from a reading to where it should be, within half a beat."""
    error = reading.beat - beat
    return float(error - np.round(error))


def test_jitter_of_the_estimates_is_smoothed_in_phase_and_tempo() -> None:
    random, loop = np.random.default_rng(0), PhaseLoop()
    errors, tempos = [], []
    for step in range(1_200):
        t = step / 60
        reading = loop.update(estimate(t, 2.0 * t + float(random.normal(0.0, 0.02))))
        errors.append(off(reading, 2.0 * t))
        tempos.append(reading.tempo)
    assert float(np.std(errors[300:])) < 0.01
    assert np.abs(np.array(tempos[300:]) - 120.0).max() < 2.0


def test_other_beats_are_followed_within_a_tenth_of_a_second_and_an_outlier_is_not() -> None:
    loop, errors = PhaseLoop(), []
    for step in range(308):
        beat = 2.0 * step / 60
        other = beat + 0.4 * (step == 200 or step >= 300)
        errors.append(off(loop.update(estimate(step / 60, other)), beat))
    assert np.abs(errors[:300]).max() < 1e-6, "one estimate is an outlier"
    assert errors[-1] == pytest.approx(0.4)
