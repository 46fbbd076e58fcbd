"""Variety is counted as it is seen: raised hands, turns, movements that come back, minutes that are alike."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from motion import rotation
from motion.body import joint_positions, t_pose
from motion.dancer.evaluate import variety
from motion.skeleton import BONE_INDEX, CORE_COUNT
from tests.motion.dancer.dances import dance

RATE = 30.0


def standing(seconds: float) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Hips (T, 3) and turns (T, 22, 4) of a body in T-pose."""
    count = round(seconds * RATE)
    return np.tile(t_pose().hips_m, (count, 1)), np.tile(rotation.IDENTITY, (count, CORE_COUNT, 1))


def joints(hips: NDArray[np.floating], turns: NDArray[np.floating]) -> NDArray[np.floating]:
    return joint_positions(hips, turns, t_pose().offsets_m[:CORE_COUNT])


def test_a_raised_hand_counts_for_as_long_as_it_is_raised() -> None:
    hips, turns = standing(10.0)
    arm = [BONE_INDEX[name] for name in ("leftUpperArm", "leftLowerArm", "leftHand")]
    turns[:, arm] = rotation.from_axis_angle(np.array([0.0, 0.0, 1.0]), -np.pi / 3)
    turns[:, [BONE_INDEX[name] for name in ("rightUpperArm", "rightLowerArm", "rightHand")]] = rotation.from_axis_angle(
        np.array([0.0, 0.0, 1.0]), np.pi / 3
    )
    turns[:90][:, arm] = rotation.from_axis_angle(np.array([0.0, 0.0, 1.0]), np.pi / 3)
    assert variety.hand_above_shoulder_share(hips, turns) == pytest.approx(0.3, abs=0.01)


def test_turns_to_both_sides_count() -> None:
    hips, _ = standing(60.0)
    angle = 2.0 * np.pi * 10.0 * np.abs(np.linspace(-1.0, 1.0, len(hips)))
    about = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), angle)
    assert variety.turns_a_minute(joints(hips, np.tile(about[:, None], (1, CORE_COUNT, 1)))) == pytest.approx(
        20.0, rel=0.1
    )


def test_a_step_on_the_spot_comes_back_and_a_body_that_slowly_bows_does_not() -> None:
    motion = dance(40.0)
    assert variety.repeated_share(joints(motion.hips_m, motion.turns[:, :CORE_COUNT])) > 0.8
    hips, turns = standing(40.0)
    bow = rotation.from_axis_angle(np.array([1.0, 0.0, 0.0]), np.linspace(0.0, 2.5, len(hips)))
    turns[:, [BONE_INDEX[name] for name in ("spine", "chest", "upperChest", "neck", "head")]] = bow[:, None]
    slow = joints(hips, turns)
    slow[:, :, 0] += np.linspace(0.0, 3.0, len(hips))[:, None] * (np.arange(CORE_COUNT) % 2)
    assert variety.repeated_share(slow) < 0.2


def test_the_same_minute_twice_is_no_distance_apart() -> None:
    motion = dance(60.0)
    hips = np.concatenate([motion.hips_m, motion.hips_m])
    turns = np.concatenate([motion.turns, motion.turns])[:, :CORE_COUNT]
    apart = variety.minute_distances(hips, turns)
    assert apart.shape == (2, 2)
    assert apart[0, 1] < 0.05
    assert np.isinf(apart[0, 0])
