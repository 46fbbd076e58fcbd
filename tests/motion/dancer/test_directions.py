"""Directions measure what their names say, on bodies whose movement is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from motion import rotation
from motion.body import joint_positions, t_pose
from motion.dancer.directions import BEATS_A_BAR, DIRECTIONS, bar_clock, decaying_trace, onset_trace
from motion.skeleton import BONE_INDEX, CORE_COUNT

RATE = 30.0
FRAMES = 90


def moving(hips: NDArray[np.floating], turns: NDArray[np.floating] | None = None) -> NDArray[np.floating]:
    """Joints (T, 22, 3) of the T-pose with hips moved by (T, 3), and with turns (T, 22, 4)."""
    start = t_pose()
    still = np.tile(rotation.IDENTITY, (len(hips), CORE_COUNT, 1)) if turns is None else turns
    return joint_positions(start.hips_m + hips, still, start.offsets_m[:CORE_COUNT])


def test_level_and_travel_are_height_and_speed_of_the_hips() -> None:
    path = np.zeros((FRAMES, 3))
    path[:, 0] = 0.8 * np.arange(FRAMES) / RATE
    path[:, 1] = -0.2
    joints = moving(path)
    assert DIRECTIONS["level"](joints, RATE)[0] == pytest.approx(t_pose().hips_m[1] - 0.2)
    assert DIRECTIONS["travel"](joints, RATE)[0] == pytest.approx(0.8)


@pytest.mark.parametrize("speed", [1.5, -2.0])
def test_turning_is_positive_to_the_left(speed: float) -> None:
    angle = speed * np.arange(FRAMES) / RATE
    about = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), angle)
    joints = moving(np.zeros((FRAMES, 3)), np.tile(about[:, None], (1, CORE_COUNT, 1)))
    assert DIRECTIONS["turning"](joints, RATE)[10] == pytest.approx(speed, abs=1e-6)


def test_reach_and_symmetry_are_of_the_hands() -> None:
    turns = np.tile(rotation.IDENTITY, (FRAMES, CORE_COUNT, 1))
    both = moving(np.zeros((FRAMES, 3)), turns)
    raised = rotation.from_axis_angle(np.array([0.0, 0.0, 1.0]), np.pi / 2)
    for name in ("leftUpperArm", "leftLowerArm", "leftHand"):
        turns[:, BONE_INDEX[name]] = raised
    one = moving(np.zeros((FRAMES, 3)), turns)
    assert DIRECTIONS["symmetry"](both, RATE)[0] == pytest.approx(0.0, abs=0.02)
    assert DIRECTIONS["symmetry"](one, RATE)[0] > 0.3
    assert DIRECTIONS["reach"](one, RATE)[0] > DIRECTIONS["reach"](both, RATE)[0] + 0.3


def test_a_bar_is_known_between_its_beats_only() -> None:
    clock = bar_clock(moving(np.zeros((FRAMES, 3))), np.array([0.5, 1.0, 1.5, 2.0]), RATE)
    assert clock[5].tolist() == [0.0, 0.0, 0.0]
    known = clock[15:61]
    assert (known[:, 2] == 1.0).all()
    phase = np.unwrap(np.arctan2(known[:, 0], known[:, 1]))
    assert phase[-1] - phase[0] == pytest.approx(2.0 * np.pi * 3 / BEATS_A_BAR)


def test_onsets_come_before_a_push_and_decay() -> None:
    path = np.zeros((FRAMES, 3))
    path[45:, 0] = 0.5 * np.minimum(np.arange(45) / 6.0, 1.0)
    trace = onset_trace(moving(path), RATE)
    assert 40 <= int(trace.argmax()) <= 46
    assert trace[:38].max() == 0.0
    fall = decaying_trace(np.array([False, True, False, False]))
    assert fall[0] == 0.0
    assert fall[1] == 1.0
    assert 0.0 < fall[3] < fall[2] < 1.0
