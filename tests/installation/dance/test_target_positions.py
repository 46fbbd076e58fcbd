"""Dancers are sent to where they should be, and never stand in each other or leave the floor."""

from __future__ import annotations

import numpy as np

from installation.dance import target_positions as target
from motion.dancer.collision_avoidance import MAX_PUSH_M_S, MIN_HIP_DISTANCE_M

FLOOR = np.array([-3.0, 0.8, 3.0, 6.0])


def test_two_in_one_place_part_softly() -> None:
    places = np.array([[0.5, 3.0], [0.5, 3.0]])
    for _ in range(60):
        step = target.separation(places, np.zeros((0, 2)), FLOOR, 1 / 30)
        assert np.linalg.norm(step, axis=1).max() <= MAX_PUSH_M_S / 30 + 1e-9
        places = places + step
    assert np.linalg.norm(places[1] - places[0]) > 0.9 * MIN_HIP_DISTANCE_M


def test_nobody_pushes_a_visitor_but_is_pushed_by_them() -> None:
    places, visitor = np.array([[0.1, 3.0]]), np.array([[0.0, 3.0]])
    assert target.separation(places, visitor, FLOOR, 1 / 30)[0, 0] > 0.0
    assert not target.separation(places + [2.0, 0.0], visitor, FLOOR, 1 / 30).any()


def test_who_is_far_off_the_floor_is_moved_back() -> None:
    places = np.array([[6.0, 3.0], [0.0, -2.0]])
    for _ in range(600):
        places = places + target.separation(places, np.zeros((0, 2)), FLOOR, 1 / 30)
    assert np.linalg.norm(places - target.clamp_to_floor(places, FLOOR), axis=1).max() < 0.6


def test_a_partner_is_shown_as_near_as_couples_dance() -> None:
    places, partners = np.zeros((3, 2)), np.array([[0.0, 1.2], [0.0, 0.6], [5.0, 0.0]])
    shown = partners + target.partner_shift(places, partners, np.full((3, 1), 1.2))
    assert np.allclose(
        np.linalg.norm(shown, axis=1),
        [target.COUPLE_DISTANCE_M, 0.5 * target.COUPLE_DISTANCE_M, target.MAX_SHOWN_DISTANCE_M],
    )
    assert np.allclose(shown[:, 0] * partners[:, 1], shown[:, 1] * partners[:, 0])


def test_the_way_back_is_no_longer_than_a_stride_and_faces_the_partner() -> None:
    goal = target.goal_in_one_second(np.array([[0.0, 1.0]]), np.array([[0.0, 4.0]]), np.array([[0.0, 6.0]]))[0]
    assert np.allclose(goal[:2], [0.0, 1.0 + target.GOAL_STEP_M])
    # Who looks along +Z has +X to their left.
    assert np.allclose(goal[2:], [1.0, 0.0])


def test_everybody_begins_on_the_floor_and_apart() -> None:
    homes = np.array([target.answer_position(np.array([0.0, 3.0]), voice, 1.2, FLOOR) for voice in range(5)])
    alone = np.array([target.solo_position(n, 5, FLOOR)[0] for n in range(5)])
    for places in (homes, alone):
        assert np.array_equal(places, target.clamp_to_floor(places, FLOOR))
        gaps = np.linalg.norm(places[:, None] - places[None], axis=-1) + 9.0 * np.eye(5)
        assert gaps.min() > 0.9 * MIN_HIP_DISTANCE_M
