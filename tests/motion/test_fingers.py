"""Hands that were not seen hang relaxed; hands that were seen are held as they were."""

from __future__ import annotations

import numpy as np
import pytest

from motion import rotation
from motion.body import Motion, local_rotations
from motion.fingers import pose_fingers, relax_fingers
from motion.hand_landmarks import finger_angles
from motion.metrics import motion_joints
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT
from tests.motion.figures import dance
from tests.motion.hands import FIST, FLAT, both_hands, left_hand


def test_unseen_fingers_close_towards_the_palm_on_both_sides_alike() -> None:
    motion = dance(10)
    relaxed = relax_fingers(motion)
    assert relaxed.turns.shape[1] == len(BONES)
    assert np.array_equal(relaxed.turns[:, :CORE_COUNT], motion.turns)
    joints = motion_joints(relaxed)
    for side in ("left", "right"):
        tip, knuckle, hand = (
            joints[:, BONE_INDEX[f"{side}{bone}"]] for bone in ("MiddleDistal", "MiddleProximal", "Hand")
        )
        # The palm of the T-pose looks down.
        down = rotation.rotate(relaxed.turns[:, BONE_INDEX[f"{side}Hand"]], np.array([0.0, -1.0, 0.0]))
        assert (((tip - knuckle) * down).sum(axis=1) > 0.02).all()
        assert (np.linalg.norm(tip - hand, axis=1) > 0.1).all(), "no fist"
    bends = rotation.angle(local_rotations(relaxed.turns), rotation.IDENTITY)[0]
    assert bends[BONE_INDEX["leftRingProximal"]] == bends[BONE_INDEX["rightRingProximal"]] > 0.3


def test_missing_fingers_have_a_length() -> None:
    motion = relax_fingers(dance(10))
    motion.offsets_m[CORE_COUNT:] = 0.0
    relaxed = relax_fingers(motion)
    assert np.linalg.norm(relaxed.offsets_m[BONE_INDEX["rightRingDistal"]]) > 0.015
    assert np.linalg.norm(relaxed.offsets_m[BONE_INDEX["leftThumbDistal"]]) > 0.015


def test_the_fingers_of_a_source_that_has_them_stay() -> None:
    motion = relax_fingers(dance(10))
    kept = relax_fingers(motion, ["leftIndexProximal", "rightIndexProximal"])
    assert np.array_equal(kept.turns, motion.turns)


def seen(bends: tuple[tuple[float, ...], ...], count: int) -> np.ndarray:
    """(T, 2, 5, 4) angles of two hands that are held so."""
    return np.repeat(finger_angles(both_hands(left_hand(bends), left_hand(bends)))[None], count, axis=0)


def bend_deg(motion: Motion, bone: str) -> np.ndarray:
    """(T,) angle of a bone from its parent."""
    return np.degrees(rotation.angle(local_rotations(motion.turns)[:, BONE_INDEX[bone]], rotation.IDENTITY))


def test_fingers_are_held_as_seen_and_relax_where_no_hand_is_seen() -> None:
    angles = seen(FIST, 120)
    angles[60:, 0] = np.nan
    motion = pose_fingers(dance(120), angles)
    left, right = bend_deg(motion, "leftMiddleProximal"), bend_deg(motion, "rightMiddleProximal")
    assert left[:40] == pytest.approx(80.0, abs=1.0) and right == pytest.approx(80.0, abs=1.0)
    assert left[90:] == pytest.approx(24.0, abs=1.0), "relaxed"
    assert np.abs(np.diff(left)).max() < 12.0, "it fades"
    trust = motion.trust[:, BONE_INDEX["leftMiddleProximal"]]
    assert trust[:40] == pytest.approx(1.0, abs=0.01) and trust[90:] == pytest.approx(0.0, abs=0.01)


def test_a_gap_is_crossed_and_a_glimpse_or_a_wrong_detection_leaves_no_trace() -> None:
    angles = seen(FIST, 90)
    angles[40:45] = np.nan
    angles[20] = seen(FLAT, 1)[0]
    assert bend_deg(pose_fingers(dance(90), angles), "leftMiddleProximal") == pytest.approx(80.0, abs=1.0)
    glimpse = np.full_like(angles, np.nan)
    glimpse[50:52] = angles[50:52]
    motion = dance(90)
    assert pose_fingers(motion, glimpse) is motion


def test_noise_of_the_fingers_is_smoothed() -> None:
    noise = np.radians(10.0) * np.random.default_rng(1).standard_normal((120, 2, 5, 4))
    middle = ((40.0, 50.0, 30.0),) * 4
    bends = bend_deg(pose_fingers(dance(120), seen(middle, 120) + noise), "rightRingIntermediate")
    assert bends == pytest.approx(50.0, abs=9.0)
    assert np.abs(np.diff(bends)).max() < 4.0
