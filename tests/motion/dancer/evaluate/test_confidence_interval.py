"""The interval of a mean covers it as often as it says, and is always the same of the same values."""

from __future__ import annotations

import numpy as np
import pytest

from motion.dancer.evaluate.confidence_interval import bootstrap_interval


def test_it_covers_the_true_mean_nearly_as_often_as_it_says() -> None:
    chance = np.random.default_rng(1)
    found = [bootstrap_interval(chance.normal(0.3, 0.1, 20)) for _ in range(60)]
    covered = np.mean([row.low <= 0.3 <= row.high for row in found])
    assert covered >= 0.85


def test_it_is_as_wide_as_the_mean_is_unsure() -> None:
    values = np.random.default_rng(2).normal(0.0, 1.0, 400)
    found = bootstrap_interval(values)
    assert found.high - found.low == pytest.approx(2.0 * 1.96 / 20.0, rel=0.1)


def test_the_same_values_have_the_same_interval() -> None:
    values = np.random.default_rng(3).normal(size=11)
    assert bootstrap_interval(values) == bootstrap_interval(values.copy())


def test_a_share_is_the_means_over_each_other() -> None:
    found = bootstrap_interval(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    assert found.mean == pytest.approx(0.5)
    assert found.low == pytest.approx(0.5)
    assert found.high == pytest.approx(0.5)
