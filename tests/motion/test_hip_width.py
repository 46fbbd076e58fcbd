"""A stance is as wide on a character as in the picture, although pose estimators set hips too wide."""

from __future__ import annotations

import numpy as np

from motion.body import motion_from_bodies
from motion.hip_width import hip_width_ratio, scale_hip_width
from motion.landmarks import LANDMARK_INDEX, landmarks_from_body
from motion.metrics import motion_joints
from motion.skeleton import FOOT_BONES, THIGH_BONES
from tests.motion.people import RATE, walk


def test_hips_become_as_wide_as_they_are_seen_and_feet_stay() -> None:
    motion = motion_from_bodies(walk(2.0)[0], RATE)
    points = landmarks_from_body(motion)
    pixels = 200.0 * points[..., :2] * (1.0, -1.0)
    hips = [LANDMARK_INDEX["left_hip"], LANDMARK_INDEX["right_hip"]]
    middle = pixels[:, hips].mean(axis=1, keepdims=True)
    pixels[:, hips] = middle + 0.8 * (pixels[:, hips] - middle)
    ratio = hip_width_ratio(pixels, points, np.full(len(motion), 200.0))
    assert abs(ratio - 0.8) < 0.01
    narrow = scale_hip_width(motion, ratio)
    assert np.allclose(narrow.offsets_m[THIGH_BONES, 0], 0.8 * motion.offsets_m[THIGH_BONES, 0], atol=0.002)
    before, after = motion_joints(motion)[:, FOOT_BONES], motion_joints(narrow)[:, FOOT_BONES]
    assert np.abs(after - before).max() < 0.01


def test_a_body_seen_from_the_side_keeps_its_width() -> None:
    motion = motion_from_bodies(walk(2.0)[0], RATE)
    points = landmarks_from_body(motion)[..., [2, 1, 0]]
    assert hip_width_ratio(points[..., :2], points, np.ones(len(motion))) == 1.0
