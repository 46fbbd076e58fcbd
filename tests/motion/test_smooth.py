"""Filters remove noise, follow movement, and behave the same at every frame rate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from motion.smooth import AlphaBetaFilter, OneEuro, blend_factor, blend_factor_hz, decay_factor

Array = NDArray[np.floating]

Filter = OneEuro | AlphaBetaFilter
FILTERS: list[Callable[[], Filter]] = [lambda: OneEuro(1.0, 1.0), lambda: AlphaBetaFilter(1.6, 0.3)]


def run(smooth: Filter, samples: Array, dt: float) -> Array:
    return np.array([smooth.step(sample, dt) for sample in samples])


@pytest.mark.parametrize("make", FILTERS)
def test_a_still_point_stays_where_it_is_and_trembles_less(make: Callable[[], Filter]) -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.02, (600, 33, 3))
    smooth = run(make(), 1.5 + noise, 1 / 30)[60:]
    assert abs(smooth.mean() - 1.5) < 0.005
    assert np.diff(smooth, 2, axis=0).std() < 0.5 * np.diff(noise, 2, axis=0).std()


@pytest.mark.parametrize("make", FILTERS)
def test_the_same_movement_is_smoothed_alike_at_15_30_and_60_hertz(make: Callable[[], Filter]) -> None:
    ends = []
    for rate in (15, 30, 60):
        t = np.arange(0, 2 + 1e-9, 1 / rate)
        ends.append(run(make(), np.stack([np.sin(2 * t)] * 3, axis=-1)[:, None], 1 / rate)[-1])
    assert np.ptp(ends, axis=0).max() < 0.06


def test_glide_does_not_lag_behind_steady_movement() -> None:
    t = np.arange(0, 3, 1 / 30)
    line = np.stack([t, 0 * t, -2 * t], axis=-1)[:, None]
    assert np.abs(run(AlphaBetaFilter(1.6, 0.3), line, 1 / 30)[-1] - line[-1]).max() < 0.01


@pytest.mark.parametrize("make", FILTERS)
def test_each_point_of_a_batch_is_smoothed_as_if_alone(make: Callable[[], Filter]) -> None:
    samples = np.random.default_rng(2).normal(size=(50, 4, 3)).cumsum(axis=0) * 0.02
    together = run(make(), samples, 1 / 30)
    alone = np.stack([run(make(), samples[:, i : i + 1], 1 / 30)[:, 0] for i in range(4)], axis=1)
    assert np.allclose(together, alone)


@pytest.mark.parametrize("make", FILTERS)
def test_a_sample_at_the_same_time_starts_afresh_without_a_jolt(make: Callable[[], Filter]) -> None:
    smooth = make()
    smooth.step(np.zeros((2, 3)), 1 / 30)
    assert np.allclose(smooth.step(np.ones((2, 3)), 0.0), 1.0)


def test_blend_factors_of_a_time_constant_a_cutoff_and_a_half_life_are_one_exponential() -> None:
    for dt in (1 / 120, 1 / 30, 0.5):
        factor = blend_factor(0.2, dt)
        assert factor == pytest.approx(blend_factor_hz(1.0 / (2.0 * np.pi * 0.2), dt))
        assert 1.0 - factor == pytest.approx(decay_factor(0.2 * np.log(2.0), dt))
    assert decay_factor(0.3, 0.3) == 0.5


def test_two_short_steps_are_worth_a_long_one() -> None:
    assert (1.0 - blend_factor(0.1, 0.02)) ** 2 == pytest.approx(1.0 - blend_factor(0.1, 0.04))


def test_noise_in_slow_samples_does_not_set_a_filter_swinging() -> None:
    """A speed that raises the cutoff must not feed on itself."""
    smooth = AlphaBetaFilter(0.8, 1.2)
    run(smooth, 6.5 + np.random.default_rng(1).normal(0.0, 0.1, (300, 1, 3)), 0.1)
    assert np.abs(smooth.velocity).max() < 10.0
