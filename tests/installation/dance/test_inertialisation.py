"""A pose that jumps is shown without a jump, and the difference fades."""

from __future__ import annotations

import numpy as np
import pytest

from installation.dance.inertialisation import HALF_LIFE_SECONDS, Inertialiser
from motion import rotation
from motion.skeleton import CORE_COUNT

DT = 1 / 60
STILL = np.tile(rotation.IDENTITY, (2, CORE_COUNT, 1))


def hips(x: float) -> np.ndarray:
    return np.array([[x, 0.9, 3.0], [0.0, 0.9, 2.0]])


def started() -> Inertialiser:
    poses = Inertialiser(2)
    for slot in range(2):
        poses.reset(slot, hips(0.0)[slot], STILL[slot])
    return poses


def test_a_jump_is_shown_as_a_movement_that_ends_at_the_new_pose() -> None:
    poses = started()
    poses.mark_jump([0])
    shown = [poses.update(hips(1.0), STILL, DT)[0] for _ in range(240)]
    track = np.array([0.0, *(one[0, 0] for one in shown)])
    assert track[1] == pytest.approx(0.0, abs=1e-9)
    assert np.diff(track).max() < 1.0 * DT / HALF_LIFE_SECONDS
    assert track[-1] == pytest.approx(1.0, abs=1e-6)
    assert all(np.array_equal(one[1], hips(0.0)[1]) for one in shown)


def test_a_body_that_restarts_standing_keeps_its_speed_at_first() -> None:
    tracks = []
    for restarted in (False, True):
        poses = started()
        poses.update(hips(0.02), STILL, DT)
        poses.mark_jump([0], restarted)
        tracks.append([poses.update(hips(0.02), STILL, DT)[0][0, 0] for _ in range(3)])
    assert tracks[0] == pytest.approx([0.02] * 3)
    assert tracks[1][1] > 0.025


def test_without_a_jump_poses_are_shown_as_they_are() -> None:
    poses = started()
    found = poses.update(hips(5.0), STILL, DT)
    assert np.array_equal(found[0], hips(5.0)) and np.array_equal(found[1], STILL)


def test_a_slot_that_starts_again_has_nothing_left_to_fade() -> None:
    poses = started()
    poses.mark_jump([0])
    poses.update(hips(1.0), STILL, DT)
    poses.reset(0, hips(1.0)[0], STILL[0])
    assert np.allclose(poses.update(hips(1.0), STILL, DT)[0], hips(1.0), atol=1e-9)
