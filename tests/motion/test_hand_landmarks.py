"""Fists, flat hands and pointing fingers give the bends that they show, from any side, on both hands alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion import rotation
from motion.body import global_rotations, joint_positions, t_pose
from motion.fingers import FINGER_BONES, MAX_DEG, finger_rotations
from motion.hand_landmarks import finger_angles
from motion.skeleton import BONES
from tests.motion.hands import FIST, FLAT, POINTING, both_hands, left_hand

ASKEW = rotation.to_matrix(rotation.from_vector(np.array([0.7, -1.9, 0.4])))


@pytest.mark.parametrize("turn", [None, ASKEW])
def test_a_fist_a_flat_hand_and_a_pointing_one(turn: np.ndarray | None) -> None:
    for bends in (FLAT, FIST, POINTING):
        angles = np.degrees(finger_angles(both_hands(left_hand(bends), left_hand(bends), turn)))
        for hand in (0, 1):
            assert angles[hand, 1:, 1:] == pytest.approx(np.array(bends), abs=0.5)
            assert angles[hand, 1:, 0] == pytest.approx(np.zeros(4), abs=0.5)
            assert angles[hand, 0] == pytest.approx(np.zeros(4), abs=0.5), "a straight thumb"


def test_spread_fingers() -> None:
    spreads = (15.0, 4.0, -6.0, -16.0)
    hands = both_hands(left_hand(FLAT, spreads), left_hand(((30.0, 20.0, 10.0),) * 4, spreads), ASKEW)
    angles = np.degrees(finger_angles(hands))
    assert angles[:, 1:, 0] == pytest.approx(np.array([spreads, spreads]), abs=0.5)


def test_the_rotations_lay_the_fingers_where_the_landmarks_are() -> None:
    """The bones of a body with these rotations point as the segments of the hand do."""
    hands = both_hands(
        left_hand(((20.0, 30.0, 15.0),) * 4, (8.0, 0.0, -3.0, -10.0)), left_hand(((60.0, 70.0, 40.0),) * 4)
    )
    body = t_pose(fingers=True)
    turns = body.turns.copy()
    turns[FINGER_BONES] = finger_rotations(finger_angles(hands))
    posed = replace(body, turns=global_rotations(turns))
    joints = joint_positions(posed.hips_m, posed.turns, posed.offsets_m)
    for hand in (0, 1):
        for finger in range(1, 5):
            for joint in (0, 1):
                bone = np.diff(joints[FINGER_BONES[hand, finger, joint : joint + 2]], axis=0)[0]
                first = 1 + 4 * finger + joint
                segment = hands[hand, first + 1] - hands[hand, first]
                cosine = bone @ segment / np.linalg.norm(bone) / np.linalg.norm(segment)
                assert np.degrees(np.arccos(min(cosine, 1.0))) < 0.6, BONES[FINGER_BONES[hand, finger, joint]]


def test_joints_bend_no_further_than_they_can() -> None:
    angles = np.degrees(finger_angles(both_hands(left_hand(((130.0, 40.0, 150.0),) * 4), left_hand(FLAT))))
    assert (angles <= MAX_DEG + 1e-6).all()
    assert angles[0, 2, 1] == pytest.approx(MAX_DEG[2, 1])


def test_an_unseen_hand_has_no_angles() -> None:
    hands = both_hands(left_hand(FIST), left_hand(FIST))
    hands[1] = np.nan
    angles = finger_angles(hands[None])
    assert np.isfinite(angles[0, 0]).all() and np.isnan(angles[0, 1]).all()
