"""Hands that were not seen hang relaxed; hands that were seen stay as they are."""

from __future__ import annotations

import numpy as np

from motion import rotation
from motion.body import local_rotations
from motion.fingers import relax_fingers
from motion.metrics import motion_joints
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT
from tests.motion.figures import dance


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
