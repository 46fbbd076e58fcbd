"""Who comes too near is pushed away, softly, and goes on dancing as before."""

from __future__ import annotations

import numpy as np
import torch

from motion.dancer.batched_inference import BatchedInference
from motion.dancer.collision_avoidance import MAX_PUSH_M_S, MIN_HIP_DISTANCE_M, CollisionAvoiding, separation
from tests.motion.dancer.dances import prepared, question

DT = 1.0 / 30.0


def test_who_is_far_enough_away_is_left_alone() -> None:
    assert not separation(np.array([[0.0, MIN_HIP_DISTANCE_M + 0.01]]), np.zeros((1, 2)), DT).any()


def test_who_is_too_near_goes_straight_away_and_never_fast() -> None:
    near = np.array([[0.0, MIN_HIP_DISTANCE_M - 0.05], [0.1, 0.0], [0.0, 0.0]])
    by = separation(near, np.zeros((3, 2)), DT)
    np.testing.assert_allclose(by[0], [0.0, 0.5 * DT])
    assert by[1, 0] > 0.0
    assert by[1, 1] == 0.0
    assert np.linalg.norm(by[2]) > 0.0
    assert (np.linalg.norm(by, axis=1) <= MAX_PUSH_M_S * DT + 1e-9).all()


def test_a_body_that_is_moved_goes_on_as_it_would_have() -> None:
    from motion.dancer.guidance import uniform_guidance

    asked = question(70, 2)
    still = BatchedInference(prepared(), asked.joints, asked.turns, seed=1)
    moved = CollisionAvoiding(prepared(), asked.joints, asked.turns, seed=1)
    how = uniform_guidance(2, 0.0, variety=0.0)
    alone = type(asked)(asked.joints, asked.turns, asked.seen)
    by = np.array([[0.3, -0.2], [0.0, 0.0]])
    for frame in range(8):
        one, other = still.next_frame(alone, how)[0], moved.next_frame(alone, how)[0]
        if frame == 3:
            moved.move(by)
    off = (other - one)[:, 0]
    np.testing.assert_allclose(off[0, [0, 2]], by[0], atol=1e-4)
    np.testing.assert_allclose(off[1], 0.0, atol=1e-5)
    assert torch.isfinite(other).all()


def test_a_plan_begins_where_a_body_was_moved_to_since_it_was_asked_for() -> None:
    from motion.dancer.guidance import uniform_guidance

    asked = question(70, 2)
    still, moved = (CollisionAvoiding(prepared(), asked.joints, asked.turns, seed=1) for _ in range(2))
    alone = type(asked)(asked.joints, asked.turns, asked.seen)
    by = np.array([[0.3, -0.2], [0.0, 0.0]])
    for body in (still, moved):
        body.request_plan(alone, uniform_guidance(2, 0.0))
    moved.move(by)
    off = (moved.next_frame()[0] - still.next_frame()[0]).numpy()
    np.testing.assert_allclose(off[0, :, [0, 2]], np.repeat(by[:1], 22, axis=0).T, atol=1e-5)
    np.testing.assert_allclose(off[1], 0.0, atol=1e-6)
