"""Joints, rotations and bone directions of a body agree."""

from dataclasses import replace

import numpy as np

from motion import rotation
from motion.body import (
    bone_directions,
    global_rotations,
    joint_positions,
    local_rotations,
    motion_from_bodies,
    t_pose,
    transformed,
)
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, PARENTS, REQUIRED_BONES, REST_POSITIONS_M, mirrored_bone


def test_the_humanoid_has_the_bones_of_vrm_parents_first_and_two_equal_sides() -> None:
    assert len(BONES) == 55
    assert len(set(BONES)) == 55
    assert set(BONES[:CORE_COUNT]) > REQUIRED_BONES
    assert (PARENTS[1:] < np.arange(1, 55)).all()
    assert (PARENTS[:CORE_COUNT] < CORE_COUNT).all()
    for i, name in enumerate(BONES):
        assert np.allclose(REST_POSITIONS_M[BONE_INDEX[mirrored_bone(name)]], REST_POSITIONS_M[i] * (-1.0, 1.0, 1.0)), (
            name
        )
        if PARENTS[i] >= 0:
            assert mirrored_bone(BONES[PARENTS[i]]) == BONES[PARENTS[BONE_INDEX[mirrored_bone(name)]]], name


def test_the_t_pose_stands_as_the_table_says_left_to_plus_x_and_facing_plus_z() -> None:
    body = t_pose(fingers=True)
    assert np.allclose(joint_positions(body.hips_m, body.turns, body.offsets_m), REST_POSITIONS_M)
    way = bone_directions(body.turns, body.offsets_m)
    assert way[BONE_INDEX["leftLowerArm"]] @ (1, 0, 0) > 0.99
    assert way[BONE_INDEX["leftUpperLeg"]] @ (0, -1, 0) > 0.99
    assert way[BONE_INDEX["rightFoot"]][2] > 0.8


def test_a_turn_of_the_upper_arm_carries_all_that_hangs_on_it_and_nothing_else() -> None:
    body = t_pose()
    own = local_rotations(body.turns)
    own[BONE_INDEX["leftUpperArm"]] = rotation.from_axis_angle((0, 0, 1), np.pi / 2)
    stands = joint_positions(body.hips_m, global_rotations(own), body.offsets_m)
    shoulder, hand = BONE_INDEX["leftUpperArm"], BONE_INDEX["leftHand"]
    assert np.allclose(
        stands[hand],
        REST_POSITIONS_M[shoulder] + (0, np.linalg.norm(REST_POSITIONS_M[hand] - REST_POSITIONS_M[shoulder]), 0),
        atol=1e-9,
    )
    still = [i for i, name in enumerate(BONES[:CORE_COUNT]) if name not in ("leftLowerArm", "leftHand")]
    assert np.allclose(stands[still], REST_POSITIONS_M[still])


def test_rotations_from_the_parent_and_in_the_room_are_two_forms_of_one_thing() -> None:
    turns = rotation.normalise(np.random.default_rng(1).normal(size=(4, 55, 4)))
    assert rotation.angle(global_rotations(local_rotations(turns)), turns).max() < 1e-9


def test_a_motion_gives_its_poses_back() -> None:
    bodies = [t_pose(), t_pose()]
    motion = motion_from_bodies(bodies, 30.0)
    assert len(motion) == 2
    assert np.array_equal(motion.at(1).turns, bodies[1].turns)
    assert motion.at(0).feet == (False, False)


def test_a_motion_that_is_placed_elsewhere_moves_as_before() -> None:
    body = t_pose()
    motion = motion_from_bodies([body, replace(body, hips_m=body.hips_m + (0.1, 0.0, 0.3))], 30.0)
    about = rotation.from_axis_angle([0.0, 1.0, 0.0], 1.0)
    there = transformed(motion, about, np.array([2.0, 0.0, 1.0]))
    here = rotation.rotate(about, joint_positions(motion.hips_m, motion.turns, motion.offsets_m)) + (2.0, 0.0, 1.0)
    assert np.allclose(joint_positions(there.hips_m, there.turns, there.offsets_m), here, atol=1e-9)
