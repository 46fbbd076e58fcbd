"""A retargeted motion keeps pose and foot contacts, whatever the character's proportions and rest pose."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, bone_directions, global_rotations, joint_positions, local_rotations
from motion.retarget import MAX_SLIDE, FootPlacement, motion_from_rig, pose_rig
from motion.rig import Rig, RigError, humanoid_rig, leg_length_m
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, REST_OFFSETS_M

Array = NDArray[np.floating]

UP = np.array([0.0, 1.0, 0.0])


def dance(frames: int = 40, offsets: Array = REST_OFFSETS_M[:CORE_COUNT]) -> Motion:
    """A body that turns, bends every joint and walks about, knees always a little bent."""
    t = np.linspace(0.0, 4.0, frames)[:, None]
    chance = np.random.default_rng(11)
    own = rotation.from_vector(
        0.35 * np.sin(t[..., None] * chance.uniform(0.5, 2.0, (CORE_COUNT, 3)) + chance.normal(size=(CORE_COUNT, 3)))
    )
    for side in ("left", "right"):
        own[:, BONE_INDEX[f"{side}LowerLeg"]] = rotation.from_vector(np.hstack([0.6 + 0.4 * np.sin(t), 0 * t, 0 * t]))
    own[:, 0] = rotation.from_vector(np.hstack([0.1 * np.sin(t), t, 0.0 * t]))
    hips = np.hstack([np.sin(t), 0.9 + 0.05 * np.sin(3 * t), 0.5 * np.cos(t)])
    return Motion(
        hips, global_rotations(own), offsets, 30.0, np.ones((frames, CORE_COUNT)), np.zeros((frames, 2), bool)
    )


def in_pose(rig: Rig, changes: Mapping[str, tuple[float, float, float]]) -> Rig:
    """The same character as if it had been bound in another pose: bone and rotation vector from its parent."""
    own = np.tile(rotation.IDENTITY, (len(rig.names), 1))
    for bone, vector in changes.items():
        own[rig.bones[bone]] = rotation.from_vector(np.array(vector))
    places, turns = rig.positions_m.copy(), own.copy()
    for joint, parent in enumerate(rig.parents):
        if parent >= 0:
            turns[joint] = rotation.multiply(turns[parent], own[joint])
            places[joint] = places[parent] + rotation.rotate(
                turns[parent], rig.positions_m[joint] - rig.positions_m[parent]
            )
    return replace(rig, positions_m=places, turns=turns)


def turned(rig: Rig, turn: Array) -> Rig:
    return replace(rig, positions_m=rotation.rotate(turn, rig.positions_m), turns=rotation.multiply(turn, rig.turns))


A_POSE = {"leftUpperArm": (0, 0, -0.8), "rightUpperArm": (0, 0, 0.8), "leftLowerArm": (0, -0.3, 0)}
LEGS_APART = {
    "leftUpperLeg": (0, 0, 0.3),
    "rightUpperLeg": (0, 0, -0.3),
    "leftFoot": (0, 0, -0.3),
    "rightFoot": (0, 0, 0.3),
}
RIGS = {
    "the humanoid": humanoid_rig(REST_OFFSETS_M),
    "in an A-pose": in_pose(humanoid_rig(REST_OFFSETS_M), A_POSE),
    "with legs apart": in_pose(humanoid_rig(REST_OFFSETS_M), LEGS_APART),
    "facing the side": turned(humanoid_rig(REST_OFFSETS_M), rotation.from_axis_angle(UP, 1.7)),
    "joints with axes of their own": replace(
        humanoid_rig(REST_OFFSETS_M), turns=rotation.normalise(np.random.default_rng(3).normal(size=(55, 4)))
    ),
}


@pytest.mark.parametrize("name", RIGS)
def test_whatever_the_rest_pose_a_character_of_the_same_build_stands_as_the_body(name: str) -> None:
    motion, rig = dance(), RIGS[name]
    places, _ = pose_rig(motion, rig)
    at = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    for bone in ("head", "leftHand", "rightHand", "leftFoot", "rightLowerLeg"):
        assert np.allclose(places[:, rig.bones[bone]], at[:, BONE_INDEX[bone]], atol=2e-3), bone


@pytest.mark.parametrize("name", RIGS)
def test_what_a_rig_does_is_read_as_the_body_that_moved_it(name: str) -> None:
    motion, rig = dance(), RIGS[name]
    again = motion_from_rig(rig, *pose_rig(motion, rig), motion.rate)
    assert rotation.angle(again.turns, motion.turns).max() < 1e-4
    assert np.allclose(again.hips_m, motion.hips_m, atol=1e-4)


@pytest.mark.parametrize("size", [0.4, 1.0, 2.5])
def test_feet_go_as_far_as_the_legs_are_long_and_stand_where_they_stood(size: float) -> None:
    motion = dance()
    # A build of other proportions: short thighs, wide hips, long feet.
    build = REST_OFFSETS_M * size
    for side in ("left", "right"):
        build[BONE_INDEX[f"{side}LowerLeg"]] *= 0.8
        build[BONE_INDEX[f"{side}UpperLeg"], 0] *= 1.3
        build[BONE_INDEX[f"{side}Toes"]] *= 1.4
    build[0, 1] -= 0.2 * 0.41 * size
    rig = humanoid_rig(build)
    places, _ = pose_rig(motion, rig)
    scale = leg_length_m(build) / leg_length_m(REST_OFFSETS_M)
    at = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    for bone in ("leftToes", "rightToes"):
        moved = np.linalg.norm(np.diff(places[:, rig.bones[bone]], axis=0), axis=-1)
        own = np.linalg.norm(np.diff(at[:, BONE_INDEX[bone]], axis=0), axis=-1)
        assert (moved <= scale * own * (1.0 + MAX_SLIDE) + 1e-3 * size).all(), bone
    back = motion_from_rig(rig, places, pose_rig(motion, rig)[1], 30.0)
    apart = (bone_directions(back.turns, motion.offsets_m) * bone_directions(motion.turns, motion.offsets_m)).sum(
        axis=-1
    )
    assert np.degrees(np.arccos(np.clip(apart, -1, 1))).mean() < 3.0


def test_a_foot_that_stands_does_not_slide_when_a_wide_character_turns_above_it() -> None:
    motion = dance()
    turning = replace(motion, hips_m=np.tile(motion.hips_m[:1], (40, 1)), turns=np.repeat(motion.turns[:1], 40, axis=0))
    sway = rotation.from_axis_angle(UP, 0.15 * np.sin(np.linspace(0, 6, 40)))
    moved = turning.turns.copy()
    moved[:, 0] = rotation.multiply(sway, moved[:, 0])
    # The legs keep their feet where they are: what hangs on the pelvis turns, the feet's own places do not.
    build = REST_OFFSETS_M.copy()
    build[[BONE_INDEX["leftUpperLeg"], BONE_INDEX["rightUpperLeg"]], 0] *= 1.5
    body = replace(turning, turns=moved)
    at = joint_positions(body.hips_m, body.turns, body.offsets_m)[:, BONE_INDEX["leftToes"]]
    rig = humanoid_rig(build)
    kept = pose_rig(body, rig)[0][:, rig.bones["leftToes"]]
    assert np.ptp(kept, axis=0).max() <= (1.0 + MAX_SLIDE) * np.ptp(at, axis=0).sum() + 1e-3


def test_a_stance_goes_on_from_pose_to_pose_as_in_a_motion() -> None:
    motion = dance()
    build = REST_OFFSETS_M.copy()
    build[[BONE_INDEX["leftUpperLeg"], BONE_INDEX["rightUpperLeg"]], 0] *= 1.5
    rig, stance = humanoid_rig(build), FootPlacement(motion.rate)
    whole, _ = pose_rig(motion, rig)
    for frame in range(len(motion)):
        assert np.allclose(pose_rig(motion.at(frame), rig, placement=stance)[0], whole[frame])


def test_in_place_stays_and_in_the_room_goes_where_the_body_goes() -> None:
    motion, rig = dance(), humanoid_rig(REST_OFFSETS_M * 2.0)
    still, _ = pose_rig(motion, rig, "still")
    room, _ = pose_rig(motion, rig, "room")
    legs = [rig.bones["leftUpperLeg"], rig.bones["rightUpperLeg"]]
    at = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)[
        :, [BONE_INDEX["leftUpperLeg"], BONE_INDEX["rightUpperLeg"]]
    ]
    assert np.abs(still[:, legs].mean(axis=1)[:, [0, 2]]).max() < 1e-6
    assert np.allclose(room[:, legs].mean(axis=1)[:, [0, 2]], at.mean(axis=1)[:, [0, 2]], atol=1e-6)
    assert still[:, legs, 1].mean() == pytest.approx(2.0 * at[..., 1].mean(), rel=0.01)


def test_hands_keep_what_they_touch_where_asked() -> None:
    motion = dance()
    build = REST_OFFSETS_M.copy()
    build[[BONE_INDEX["leftLowerArm"], BONE_INDEX["rightLowerArm"]]] *= 1.3
    rig, at = humanoid_rig(build), joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    hands = [BONE_INDEX["leftHand"], BONE_INDEX["rightHand"]]
    free, _ = pose_rig(motion, rig)
    kept, _ = pose_rig(motion, rig, hands=True)
    assert np.abs(kept[:, hands] - at[:, hands]).max() < 1e-3
    assert np.abs(free[:, hands] - at[:, hands]).max() > 0.03


def test_a_body_without_fingers_leaves_the_fingers_of_a_character_as_they_rest() -> None:
    motion, rig = dance(), humanoid_rig(REST_OFFSETS_M)
    _, turns = pose_rig(motion, rig)
    hand, finger = rig.bones["leftHand"], rig.bones["leftIndexDistal"]
    assert rotation.angle(turns[:, finger], turns[:, hand]).max() < 1e-9


def test_joints_between_two_bones_of_the_spine_share_its_bend() -> None:
    count = CORE_COUNT
    names = (*BONES[:count], "between")
    plain = humanoid_rig(REST_OFFSETS_M[:CORE_COUNT])
    neck, head = BONE_INDEX["neck"], BONE_INDEX["head"]
    order = [*range(head), count, *range(head, count)]
    middle = 0.5 * (plain.positions_m[neck] + plain.positions_m[head])
    places = np.concatenate([plain.positions_m, middle[None]])[order]
    parents = [*plain.parents, neck]
    parents[head] = count
    new = {old: i for i, old in enumerate(order)}
    rig = Rig(
        tuple(names[i] for i in order),
        tuple(-1 if parents[i] < 0 else new[parents[i]] for i in order),
        places,
        np.tile(rotation.IDENTITY, (count + 1, 1)),
        {name: new[i] for i, name in enumerate(BONES[:count])},
    )
    motion = dance()
    _, turns = pose_rig(motion, rig)
    joint = new[count]
    bend = rotation.angle(motion.turns[:, neck], motion.turns[:, head])
    assert np.allclose(rotation.angle(turns[:, joint], motion.turns[:, neck]), bend / 2, atol=1e-3)
    assert np.allclose(rotation.angle(turns[:, joint], motion.turns[:, head]), bend / 2, atol=1e-3)


def test_a_rig_without_an_arm_is_refused_by_name() -> None:
    rig = humanoid_rig(REST_OFFSETS_M)
    bones = {name: joint for name, joint in rig.bones.items() if name != "leftLowerArm"}
    with pytest.raises(RigError, match="leftLowerArm"):
        pose_rig(dance(), replace(rig, bones=bones))


def test_one_pose_and_the_frames_of_a_motion_are_laid_alike() -> None:
    motion, rig = dance(), RIGS["in an A-pose"]
    places, turns = pose_rig(motion, rig)
    one_place, one_turn = pose_rig(motion.at(7), rig)
    assert np.allclose(places[7], one_place)
    assert rotation.angle(turns[7], one_turn).max() < 1e-9
    assert local_rotations(motion.turns).shape == motion.turns.shape
