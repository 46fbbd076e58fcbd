"""Metrics give the known answers for motions whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from motion import metrics
from motion.body import joint_positions, t_pose

RATE = 30.0


def toes(speed: float, height: float) -> np.ndarray:
    path = np.zeros((31, 2, 3))
    path[..., 0] = (speed * np.arange(31) / RATE)[:, None]
    path[..., 1] = height
    return path


def test_a_toe_on_the_floor_skates_with_all_its_speed_and_one_high_above_not_at_all() -> None:
    assert metrics.foot_skate(toes(0.3, 0.0), RATE, 0.0) == pytest.approx(0.3)
    assert metrics.foot_skate(toes(0.3, 0.025), RATE, 0.0) == pytest.approx(0.0)
    assert metrics.foot_skate(toes(0.3, 0.0125), RATE, 0.0) == pytest.approx(0.3 * (2.0 - 2.0**0.5))
    assert metrics.foot_skate(toes(0.3, 0.7), RATE) == pytest.approx(0.3)


def test_the_skating_ratio_counts_low_fast_frames() -> None:
    both = np.concatenate([toes(0.0, 0.02), toes(2.0, 0.02) + [0.001, 0.0, 0.0], toes(2.0, 0.2) + [2.0, 0.0, 0.0]])
    assert metrics.skating_ratio(both, RATE, 0.0) == pytest.approx(0.5, abs=0.02)


def test_jerk_is_the_third_derivative() -> None:
    t = np.arange(30) / RATE
    path = np.zeros((30, 1, 3))
    path[:, 0, 1] = 7.0 * t**3
    assert metrics.jerk(path, RATE) == pytest.approx(42.0)


def test_directions_are_compared_in_degrees() -> None:
    assert metrics.direction_error(np.eye(3)[0], np.array([1.0, 1.0, 0.0]) / 2**0.5) == pytest.approx(45.0)
    assert metrics.direction_error(np.eye(3)[0], -np.eye(3)[0]) == pytest.approx(180.0)


def test_segments_point_along_the_bones() -> None:
    rest = t_pose()
    along = dict(
        zip(
            metrics.SEGMENTS,
            metrics.segment_directions(joint_positions(rest.hips_m, rest.turns, rest.offsets_m)),
            strict=True,
        )
    )
    assert along["leftUpperArm"] == pytest.approx([1.0, 0.0, 0.0], abs=1e-6)
    assert along["hips"] == pytest.approx([1.0, 0.0, 0.0], abs=1e-6)
    assert along["trunk"][1] > 0.99 and along["rightUpperLeg"][1] < -0.99


def test_the_place_of_the_hips_and_the_size_of_a_body_do_not_count_as_errors_of_joints() -> None:
    chance = np.random.default_rng(1)
    true = chance.normal(size=(10, 22, 3))
    assert metrics.mpjpe(true + [1.0, 2.0, 3.0], true) == pytest.approx(0.0, abs=1e-9)
    assert metrics.mpjpe(2.0 * true, true, 1.6, 0.8) == pytest.approx(0.0, abs=1e-9)
    moved = true.copy()
    moved[:, 1:, 0] += 0.022
    assert metrics.mpjpe(moved, true) == pytest.approx(21.0)
