"""Sets of dances are as far apart as they move differently, and no distance from themselves."""

from __future__ import annotations

import numpy as np
import pytest

from motion.dancer import kinetic
from motion.dancer.data import FRAME_RATE
from motion.dancer.kinetic import HOP_SECONDS, SMOOTHING_FRAMES, WINDOW_SECONDS
from tests.motion.dancer.dances import dance


def test_a_set_is_no_distance_from_itself() -> None:
    values = np.random.default_rng(1).normal(size=(60, 72))
    assert kinetic.frechet_distance(values, values) == pytest.approx(0.0, abs=1e-6)


def test_the_distance_of_two_normal_distributions_is_the_known_one() -> None:
    chance = np.random.default_rng(2)
    one, other = chance.normal(0.0, 1.0, (40_000, 2)), chance.normal((3.0, 0.0), (2.0, 1.0), (40_000, 2))
    # |m1 - m2|² = 9, and (1 - 2)² of the spreads.
    assert kinetic.frechet_distance(one, other) == pytest.approx(10.0, rel=0.03)


def test_a_body_that_glides_has_only_speed_over_the_floor() -> None:
    way = np.arange(90)[:, None, None] / FRAME_RATE * np.array([1.5, 0.0, 2.0])
    found = kinetic.kinetic_features(np.tile(way, (1, 24, 1))).reshape(24, 3)
    assert found[:, 0] == pytest.approx(6.25)
    assert found[:, 1:] == pytest.approx(0.0, abs=1e-9)


def test_a_body_that_falls_has_the_acceleration_it_falls_with() -> None:
    t = np.arange(90) / FRAME_RATE
    drop = np.zeros((90, 24, 3))
    drop[:, :, 1] = -4.905 * t[:, None] ** 2
    found = kinetic.kinetic_features(drop).reshape(24, 3)
    assert found[:, 0] == pytest.approx(0.0)
    assert found[:, 2] == pytest.approx(9.81)


def test_features_are_the_72_of_24_joints_in_every_whole_window() -> None:
    motion = dance(seconds=8.0)
    found = kinetic.window_features(kinetic.smpl_joints(motion.hips_m, motion.turns))
    assert found.shape == (1 + round((8.0 - WINDOW_SECONDS) / HOP_SECONDS), 72)
    assert len(kinetic.window_features(np.zeros((SMOOTHING_FRAMES + 1, 24, 3)))) == 0


def test_the_knuckles_are_beyond_the_hands() -> None:
    motion = dance(seconds=1.0)
    there = kinetic.smpl_joints(motion.hips_m, motion.turns)
    assert np.linalg.norm(there[:, 22] - there[:, 9], axis=-1) == pytest.approx(0.095, abs=0.002)


def test_diversity_is_the_mean_distance_of_two() -> None:
    corners = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]])
    assert kinetic.diversity(corners) == pytest.approx((5.0 + 5.0 + 0.0) / 3.0)
    assert kinetic.diversity(corners[:1]) == 0.0
