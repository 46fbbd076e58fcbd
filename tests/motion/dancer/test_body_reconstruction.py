"""What the network says becomes a body of bones that keep their length, on feet that stay where they stand."""

from __future__ import annotations

import numpy as np
import pytest

from motion import metrics, rotation
from motion.body import joint_positions
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS, BatchFootLock, lock_recording, reconstruct
from motion.skeleton import CORE_COUNT, LEG_BONES, PARENTS, TOE_BONES, TOES_HEIGHT_M
from tests.motion.dancer.dances import dance

RATE = 30.0


@pytest.fixture
def said() -> tuple[np.ndarray, np.ndarray]:
    """Joints and 6-D turns of a dance, a little off, as a network says them."""
    motion, chance = dance(3.0), np.random.default_rng(4)
    places = metrics.motion_joints(motion) + chance.normal(0.0, 0.01, (len(motion), CORE_COUNT, 3))
    return places, rotation.to_six(motion.turns) + chance.normal(0.0, 0.02, (len(motion), CORE_COUNT, 6))


def test_bones_are_as_long_as_they_are_built(said: tuple[np.ndarray, np.ndarray]) -> None:
    hips, turns = reconstruct(said[0], rotation.six_to_matrix(said[1]))
    there = joint_positions(hips, turns, CANONICAL_OFFSETS)
    lengths = np.linalg.norm(there[:, 1:] - there[:, PARENTS[1:CORE_COUNT]], axis=-1)
    assert np.abs(lengths - np.linalg.norm(CANONICAL_OFFSETS[1:], axis=-1)).max() < 1e-9
    assert np.abs(np.linalg.norm(turns, axis=-1) - 1.0).max() < 1e-9


def test_ankles_are_where_they_were_said_to_be(said: tuple[np.ndarray, np.ndarray]) -> None:
    hips, turns = reconstruct(said[0], rotation.six_to_matrix(said[1]))
    ankles = LEG_BONES[:, 2]
    miss = np.linalg.norm(joint_positions(hips, turns, CANONICAL_OFFSETS)[:, ankles] - said[0][:, ankles], axis=-1)
    # A leg that was said to be longer than it is can't reach.
    assert np.median(miss) < 0.005
    assert miss.max() < 0.06


def sliding(seconds: float = 2.0, metres_a_second: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
    """Hips and turns of one whose feet stand, and slide along all the same."""
    motion = dance(seconds)
    hips = motion.hips_m + np.arange(len(motion))[:, None] / RATE * (metres_a_second, 0.0, 0.0) - (0.0, 0.03, 0.0)
    return hips, motion.turns


def test_feet_that_stand_do_not_slide() -> None:
    hips, turns = sliding(0.6)
    before = joint_positions(hips, turns, CANONICAL_OFFSETS)[:, TOE_BONES]
    moved, bones, feet = lock_recording(hips, turns, RATE)
    toes = joint_positions(moved, bones, CANONICAL_OFFSETS)[:, TOE_BONES]
    assert feet[5:].all()
    assert metrics.foot_skate(before, RATE, TOES_HEIGHT_M) > 0.1
    held = np.linalg.norm(np.diff(toes[6:], axis=0)[..., [0, 2]], axis=-1) * RATE
    assert held.mean() < 0.05
    assert toes[..., 1].min() > TOES_HEIGHT_M - 0.01, "nor do they sink into the floor"


def test_feet_that_are_let_go_catch_up_without_a_jump() -> None:
    hips, turns = sliding(1.2)
    hips[20:, 1] += np.minimum(np.arange(len(hips) - 20) * 0.04, 0.4)
    moved, bones, feet = lock_recording(hips, turns, RATE)
    assert feet[10].all() and not feet[-1].any()
    toes = joint_positions(moved, bones, CANONICAL_OFFSETS)[:, TOE_BONES]
    # The hop itself moves 4 cm in a frame.
    assert np.linalg.norm(np.diff(toes, axis=0), axis=-1).max() < 0.06
    off = toes[-1] - joint_positions(hips[-1:], turns[-1:], CANONICAL_OFFSETS)[0, TOE_BONES]
    assert np.linalg.norm(off, axis=-1).max() < 0.05


def test_each_body_of_many_stands_on_its_own_feet() -> None:
    hips, turns = sliding(0.5)
    grip = BatchFootLock(2)
    for hip, turn in zip(hips, turns, strict=True):
        both = grip.step(np.stack([hip, hip + (5.0, 1.0, 0.0)]), np.stack([turn, turn]), 1.0 / RATE)
    assert grip.standing.tolist() == [[True, True], [False, False]]
    alone = lock_recording(hips, turns, RATE)
    assert np.allclose(both[0][0], alone[0][-1])
    assert np.allclose(both[1][0], alone[1][-1])


def test_somebody_else_begins_with_free_feet() -> None:
    hips, turns = sliding(0.5)
    grip = BatchFootLock(2)
    for hip, turn in zip(hips, turns, strict=True):
        grip.step(np.stack([hip, hip]), np.stack([turn, turn]), 1.0 / RATE)
    assert grip.standing.all()
    grip.reset(np.array([True, False]))
    assert grip.standing.tolist() == [[False, False], [True, True]]
