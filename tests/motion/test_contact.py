"""Foot locking of recordings: contact without flutter, and standing feet that stay in place."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from motion import metrics, rotation
from motion.body import Motion, joint_positions, motion_from_bodies
from motion.contact import FootLock, detect_contacts, level_feet, lock_feet, roll_toes
from motion.metrics import motion_joints
from motion.skeleton import BONE_INDEX, FOOT_BONES, TOE_BONES
from tests.motion.people import RATE, X, body, walk


def sliding(amount: float = 0.015) -> Motion:
    """A walk whose whole body drifts to and fro."""
    bodies, _ = walk(4.0)
    motion = motion_from_bodies(bodies, RATE)
    t = np.arange(len(motion)) / RATE
    drift = amount * np.stack([np.sin(5.0 * t), 0.2 * np.cos(6.0 * t), np.sin(7.0 * t)], axis=-1)
    return Motion(motion.hips_m + drift, motion.turns, motion.offsets_m, RATE, motion.trust, motion.feet)


def test_cleaning_takes_the_skate_out_and_leaves_the_rest() -> None:
    motion = sliding()
    cleaned = lock_feet(motion)
    firm = motion_from_bodies(walk(4.0)[0], RATE)
    own, before, after = (metrics.foot_skate(motion_joints(m)[:, TOE_BONES], RATE) for m in (firm, motion, cleaned))
    assert after < own + 0.3 * (before - own)
    error = metrics.direction_error(
        metrics.segment_directions(motion_joints(cleaned)), metrics.segment_directions(motion_joints(motion))
    )
    assert error.mean() < 1.0
    assert np.linalg.norm(cleaned.hips_m - motion.hips_m, axis=-1).max() < 0.04


def test_cleaning_says_which_feet_stand_and_bends_no_leg_suddenly() -> None:
    cleaned = lock_feet(sliding())
    assert 0.4 < cleaned.feet.mean() < 0.8
    assert (cleaned.feet.sum(axis=1) > 0).mean() > 0.9
    turning = np.degrees(rotation.angle(cleaned.turns[1:], cleaned.turns[:-1]))
    assert turning.max() < 25.0


def test_the_strength_of_foot_locking_is_the_share_of_sliding_that_goes() -> None:
    motion = sliding()
    skates = [
        metrics.foot_skate(motion_joints(lock_feet(motion, strength=strength))[:, TOE_BONES], RATE)
        for strength in (0.0, 0.5, 1.0)
    ]
    assert skates[0] > 1.1 * skates[1] > 1.2 * skates[2]


def test_standing_soles_lie_on_the_floor_and_tiptoes_do_not() -> None:
    for pitch, stays in ((15.0, False), (50.0, True)):
        tilted = body({f"{side}Foot": (X, pitch) for side in ("left", "right")})
        stands = replace(motion_from_bodies([tilted] * 20, RATE), feet=np.ones((20, 2), bool))
        levelled = level_feet(stands)
        before, after = motion_joints(stands), motion_joints(levelled)
        assert np.abs(after[:, TOE_BONES] - before[:, TOE_BONES]).max() < 0.01, "toes stay in place"
        way = (after[:, TOE_BONES] - after[:, FOOT_BONES])[10, 0]
        rest = stands.offsets_m[BONE_INDEX["leftToes"]]
        slope, flat = (np.degrees(np.arcsin(v[1] / np.linalg.norm(v))) for v in (way, rest))
        assert abs(flat - slope - (pitch if stays else 0.0)) < 1.0


def test_clips_of_a_frame_or_two_are_cleaned_too() -> None:
    bodies, _ = walk(1.0)
    for count in (1, 2, 3):
        assert len(lock_feet(motion_from_bodies(bodies[:count], RATE))) == count


def test_contact_does_not_flutter_at_its_threshold() -> None:
    height = 0.025 + np.minimum(0.005 * np.arange(60), 0.08) + 0.005 * np.sin(2.0 * np.arange(60))
    toes = np.zeros((60, 1, 3))
    toes[:, 0, 1] = height
    stands = detect_contacts(toes, 30.0, 0.025)[:, 0]
    assert len(list(itertools.groupby(stands))) <= 2


def test_a_locked_foot_lets_go_smoothly() -> None:
    feet = FootLock()
    shown = []
    for frame in range(60):
        free = np.array([[0.0, 0.025, 0.0], [0.3, 0.3, 0.0]])
        free[0, 2] = 0.004 * np.sin(2.0 * frame) if frame < 30 else 0.04 * (frame - 29)
        free[0, 1] += 0.0 if frame < 32 else 0.02 * (frame - 31)
        shown.append((free + feet.step(free, np.ones(2), 0.025, 1 / 30))[0])
    steps = np.diff(np.array(shown), axis=0)
    assert np.linalg.norm(steps[10:29], axis=-1).max() < 0.002
    assert np.linalg.norm(steps[30:], axis=-1).max() < 0.08
    assert np.abs(np.diff(steps[28:], axis=0)).max() < 0.05


def test_no_foot_goes_through_the_floor() -> None:
    feet = FootLock()
    free = np.array([[0.0, 0.025, 0.0], [0.3, 0.025, 0.0]])
    for _ in range(30):
        feet.step(free, np.ones(2), 0.025, 1 / 30)
    low = free - [[0.0, 0.05, 0.0], [0.0, 0.0, 0.0]]
    assert (low + feet.step(low, np.ones(2), 0.025, 1 / 30))[0, 1] > 0.0


def test_toes_stay_level_while_the_heel_is_raised_and_follow_the_foot_in_the_air() -> None:
    pitched = rotation.to_matrix(rotation.from_axis_angle(np.array([1.0, 0.0, 0.0]), np.radians([30.0, 30.0])))
    toes = roll_toes(pitched, np.array([0.03, 0.3]))
    assert np.allclose(np.degrees(np.arcsin(toes[:, 1, 2])), [0.0, -30.0], atol=1e-6)
    assert np.allclose(toes @ toes.transpose(0, 2, 1), np.eye(3))


def test_the_joints_of_a_cleaned_motion_have_their_lengths() -> None:
    cleaned = lock_feet(sliding())
    there = joint_positions(cleaned.hips_m, cleaned.turns, cleaned.offsets_m)
    assert np.allclose(np.linalg.norm(there[:, 13] - there[:, 12], axis=-1), np.linalg.norm(cleaned.offsets_m[13]))
