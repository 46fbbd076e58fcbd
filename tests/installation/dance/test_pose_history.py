"""A voice of a canon shows exactly what was shown before, and is not remembered for longer than needed."""

from __future__ import annotations

import numpy as np
import pytest

from installation.dance.pose_history import HISTORY_SECONDS, PoseHistory
from motion import rotation
from motion.dancer.data import FRAME_RATE
from motion.skeleton import CORE_COUNT


def pose(frame: int) -> tuple[np.ndarray, np.ndarray]:
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], 0.02 * frame)
    return np.array([[frame / 100.0, 0.9, 3.0]] * 2), np.tile(turn, (2, CORE_COUNT, 1))


@pytest.fixture
def history() -> PoseHistory:
    made = PoseHistory(2)
    made.reset(0, 10, pose(10)[0][0], pose(10)[1][0])
    for frame in range(10, 400):
        made.add(frame, *pose(frame))
    return made


def test_what_was_shown_is_shown_again_exactly(history: PoseHistory) -> None:
    hips, turns = history.at(np.array([0]), np.array([123 / FRAME_RATE]))
    assert np.allclose(hips, pose(123)[0][:1], atol=1e-6)
    assert rotation.angle(turns, pose(123)[1][:1]).max() < 1e-3


def test_between_two_frames_it_is_in_between(history: PoseHistory) -> None:
    assert history.at(np.array([0]), np.array([123.5 / FRAME_RATE]))[0][0, 0] == pytest.approx(1.235)


def test_before_the_first_frame_it_waits_as_it_began(history: PoseHistory) -> None:
    assert history.at(np.array([0]), np.array([-5.0]))[0][0, 0] == pytest.approx(0.1)


def test_nobody_waits_longer_than_is_remembered(history: PoseHistory) -> None:
    for frame in range(400, 2000):
        history.add(frame, *pose(frame))
    history.set_delay(np.array([1]), np.array([1e4]), 1.0)
    assert history.delay_seconds[1] < HISTORY_SECONDS
    hips, _ = history.at(np.array([0]), np.array([1999 / FRAME_RATE - history.delay_seconds[1]]))
    assert hips[0, 0] == pytest.approx(19.99 - history.delay_seconds[1] * FRAME_RATE / 100.0, abs=0.01)


def test_another_tempo_is_followed_by_going_slower_and_not_by_a_jump(history: PoseHistory) -> None:
    history.set_delay(np.array([1]), np.array([2.0]), 0.1)
    assert history.delay_seconds[1] == 2.0
    history.set_delay(np.array([1]), np.array([3.0]), 0.1)
    assert 2.0 < history.delay_seconds[1] < 2.1


def test_a_pause_is_filled_with_what_came_after(history: PoseHistory) -> None:
    history.add(450, *pose(450))
    assert history.at(np.array([0]), np.array([425 / FRAME_RATE]))[0][0, 0] == pytest.approx(4.5)
