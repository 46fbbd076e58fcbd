"""Smoothing takes flips and jitter out of a recording and leaves its timing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion import rotation
from motion.body import Motion
from motion.metrics import jerk, motion_joints
from motion.offline_smoothing import smooth_motion
from motion.skeleton import BONE_INDEX
from tests.motion.figures import dance


def turned(motion: Motion, bone: str, frames: slice, degrees: float) -> Motion:
    turns = motion.turns.copy()
    index = BONE_INDEX[bone]
    turns[frames, index] = rotation.multiply(
        turns[frames, index], rotation.from_axis_angle((1.0, 0.0, 0.0), np.radians(degrees))
    )
    return replace(motion, turns=turns)


@pytest.mark.parametrize("bone", ["rightHand", "leftLowerLeg"])
def test_no_bone_flips(bone: str) -> None:
    flipping = turned(dance(60), bone, slice(30, None), 130.0)
    calm = smooth_motion(flipping, 0.25)
    speed = rotation.angle(calm.turns[1:], calm.turns[:-1])[:, BONE_INDEX[bone]] * calm.rate
    assert speed.max() < 15.0


def test_jitter_goes_and_a_movement_keeps_its_time() -> None:
    motion = dance(60)
    sway = 0.2 * np.sin(2.0 * np.pi * np.arange(60) / motion.rate)
    motion = replace(motion, hips_m=motion.hips_m + sway[:, None] * (1.0, 0.0, 0.0))
    noise = np.random.default_rng(1).normal(0.0, 0.01, motion.hips_m.shape)
    noisy = replace(motion, hips_m=motion.hips_m + noise)
    calm = smooth_motion(noisy, 0.3)
    assert jerk(motion_joints(calm), calm.rate) < 0.2 * jerk(motion_joints(noisy), noisy.rate)
    # A frame of lag would be 4 cm where the sway is fastest.
    fastest = slice(25, 36)
    assert abs(float((calm.hips_m - motion.hips_m)[fastest, 0].mean())) < 0.008


def test_strength_0_changes_nothing_and_more_is_calmer() -> None:
    motion = dance(60)
    assert smooth_motion(motion, 0.0) is motion
    motion.hips_m[:] += np.random.default_rng(1).normal(0.0, 0.01, motion.hips_m.shape)
    jerks = [jerk(motion_joints(smooth_motion(motion, strength)), motion.rate) for strength in (0.0, 0.3, 1.0)]
    assert jerks == sorted(jerks, reverse=True)
