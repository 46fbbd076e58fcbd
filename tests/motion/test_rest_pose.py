"""A T-pose at the start is left out, and a skeleton rests as it is asked to; bodies stand on the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion import files, rotation
from motion.body import joint_positions
from motion.floor import set_on_floor, sole_heights
from motion.rest_pose import rest_at_frame, rest_like, start_frames
from motion.skeleton import BONE_INDEX
from motion.take import Take
from tests.motion.figures import dance


def busy() -> Take:
    """Two seconds of movement with the arms down from its first frame on."""
    motion = dance(60)
    down = rotation.from_axis_angle((0.0, 0.0, 1.0), -1.2)
    turns = motion.turns.copy()
    turns[:, BONE_INDEX["leftUpperArm"]] = rotation.multiply(down, turns[:, BONE_INDEX["leftUpperArm"]])
    return files.retarget_onto(replace(motion, turns=turns))


def opened(take: Take, frames: int) -> Take:
    """The take with its skeleton at rest before it."""
    places = np.repeat(take.rig.positions_m[None], frames, axis=0)
    turns = np.repeat(take.rig.turns[None], frames, axis=0)
    return replace(
        take, positions_m=np.concatenate([places, take.positions_m]), turns=np.concatenate([turns, take.turns])
    )


@pytest.mark.parametrize("frames", [1, 3, 20, 45])
def test_a_t_pose_at_the_start_is_found_however_long_it_is_held(frames: int) -> None:
    assert start_frames(opened(busy(), frames)) == frames


def test_a_movement_that_begins_in_a_t_pose_stays_whole() -> None:
    assert start_frames(busy()) == 0
    assert start_frames(files.retarget_onto(dance(60))) == 0
    still = busy()
    only = replace(
        still, positions_m=np.repeat(still.rig.positions_m[None], 9, 0), turns=np.repeat(still.rig.turns[None], 9, 0)
    )
    assert start_frames(only) == 0, "nothing else would be left"


def test_a_skeleton_rests_in_a_frame_or_as_another_recording_does() -> None:
    take = opened(busy(), 1)
    turned = rotation.multiply(take.rig.turns, rotation.from_axis_angle((1.0, 0.0, 0.0), 0.7))
    wrong = replace(take, rig=replace(take.rig, turns=turned))
    right = take.motion().turns
    assert rotation.angle(wrong.motion().turns, right).max() > 0.1
    assert rotation.angle(rest_at_frame(wrong, 0).motion().turns, right).max() < 1e-6
    assert rotation.angle(rest_like(wrong, take).motion().turns, right).max() < 1e-6
    with pytest.raises(ValueError, match="no frame 999"):
        rest_at_frame(take, 999)
    stranger = replace(take, rig=replace(take.rig, names=tuple(f"x{name}" for name in take.rig.names)))
    with pytest.raises(ValueError, match="none of the skeleton's joints"):
        rest_like(take, stranger)


@pytest.mark.parametrize("depth", [-0.96, -0.3, 0.8])
def test_a_body_that_sinks_or_hovers_is_set_on_the_floor(depth: float) -> None:
    bob = 0.02 * np.sin(np.arange(20))[:, None] * (0.0, 1.0, 0.0)
    motion = replace(dance(), hips_m=dance().hips_m + (0.0, depth, 0.0) + bob)
    standing, rise_m = set_on_floor(motion)
    heights = sole_heights(joint_positions(standing.hips_m, standing.turns, standing.offsets_m), standing.offsets_m)
    assert np.percentile(heights, 2.0) == pytest.approx(0.0, abs=1e-6)
    assert rise_m == pytest.approx(-depth, abs=0.1)
    assert np.ptp(standing.hips_m[:, 1] - motion.hips_m[:, 1]) < 1e-9, "as a whole"


def test_hips_without_any_height_follow_the_lower_foot() -> None:
    motion = dance()
    flat = replace(motion, hips_m=motion.hips_m * (1.0, 0.0, 1.0))
    standing, _ = set_on_floor(flat)
    heights = sole_heights(joint_positions(standing.hips_m, standing.turns, standing.offsets_m), standing.offsets_m)
    assert np.abs(heights).max() < 1e-9


def test_a_body_on_the_floor_stays() -> None:
    motion = dance()
    assert set_on_floor(motion) == (motion, 0.0)
