"""A file in a program's profile has the unit, axes, names, root and twist joints of that program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motion import files, metrics, rotation
from motion.formats import bvh, character
from motion.formats.gltf_profile import profile_character
from motion.formats.profiles import PROFILES, profile_take
from motion.skeleton import BONE_INDEX, BONES
from motion.take import Take
from tests.motion import khronos
from tests.motion.figures import dance, person

PELVIS = {"blender": "hips", "unreal": "pelvis", "unity": "Hips", "maya": "Hips"}
ROOT = {"blender": "root", "unreal": "root", "unity": "Root", "maya": "Reference"}
FOREARM = {"blender": "forearm.L", "unreal": "lowerarm_l", "unity": "LeftLowerArm", "maya": "LeftForeArm"}
FINGER = {"blender": "f_index.01.R", "unreal": "index_01_r", "unity": "RightIndexProximal", "maya": "RightHandIndex1"}
TWIST = {"unreal": "lowerarm_twist_01_l", "maya": "LeafLeftForeArmRoll1"}
UNIT_M = {"blender": 1.0, "unreal": 0.01, "unity": 1.0, "maya": 0.01}
UP = {"blender": 1, "unreal": 2, "unity": 1, "maya": 1}


def walked() -> Take:
    """A dance that also goes two metres to the side and one ahead, with fingers."""
    motion = dance(20)
    way = np.linspace(0.0, 1.0, len(motion))[:, None] * (2.0, 0.0, 1.0)
    motion.hips_m[:] += way
    return files.retarget_onto(motion, character.from_file(person(fingers=True).file()))


@pytest.mark.parametrize("name", PROFILES)
def test_a_bvh_has_unit_axes_names_and_root_of_the_profile(name: str, tmp_path: Path) -> None:
    take, path = walked(), tmp_path / "out.bvh"
    bvh.write(path, profile_take(take, PROFILES[name]), PROFILES[name].unit_m)
    clip = bvh.read(path)
    names = list(clip.names)
    assert names[0] == ROOT[name]
    for wanted in (PELVIS[name], FOREARM[name], FINGER[name]):
        assert wanted in names
    assert (name in TWIST) == (TWIST.get(name) in names)
    back = bvh.to_take(clip, UNIT_M[name], "Z" if UP[name] == 2 else "Y")
    assert back.rig.bones.keys() == take.rig.bones.keys()
    hips = back.rig.bones["hips"]
    assert back.rig.names[back.rig.parents[hips]] == ROOT[name]
    assert np.abs(back.positions_m[:, 0, 1]).max() < 1e-4, "the root stays on the floor"
    assert np.abs((back.positions_m[:, hips] - back.positions_m[:, 0])[:, ::2]).max() < 1e-4
    directions = [metrics.segment_directions(metrics.motion_joints(each.motion())) for each in (take, back)]
    assert metrics.direction_error(*directions).max() < 0.1
    # In the file's own numbers: how high the hips are, and along which axis.
    height = back.positions_m[0, hips, 1] / UNIT_M[name]
    offset = clip.offsets[names.index(PELVIS[name])]
    assert np.argmax(np.abs(offset)) == UP[name]
    assert 0.7 < offset[UP[name]] / height < 1.3


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_a_character_has_names_and_root_of_the_profile(name: str, scale: float, tmp_path: Path) -> None:
    actor = character.from_file(person(fingers=True, scale=scale, lie=True).file())
    take = files.retarget_onto(walked().motion(fingers=True), actor)
    made, takes = profile_character(actor, {"one": take, "two": take.cut(5)}, PROFILES[name])
    path = tmp_path / "out.glb"
    character.write(path, made, takes)
    back = files.read_takes(path)
    assert list(back) == ["one", "two"]
    moved = back["one"]
    assert FINGER[name] in moved.rig.names
    hips = moved.rig.bones["hips"]
    root = moved.rig.parents[hips]
    assert (moved.rig.names[root], moved.rig.names[hips]) == (ROOT[name], PELVIS[name])
    assert np.abs(moved.positions_m[:, root, 1]).max() < 1e-3
    assert np.abs((moved.positions_m[:, hips] - moved.positions_m[:, root])[:, ::2]).max() < 1e-3
    assert np.linalg.norm(moved.positions_m[-1, root] - moved.positions_m[0, root]) > 1.5
    for bone, joint in take.rig.bones.items():
        apart = moved.positions_m[:, moved.rig.bones[bone]] - take.positions_m[:, joint]
        assert np.abs(apart).max() < 1e-3, bone


def test_a_file_with_an_inserted_root_is_valid(tmp_path: Path) -> None:
    actor = character.from_file(person().file())
    made, takes = profile_character(actor, {"one": files.retarget_onto(dance(5), actor)}, PROFILES["unreal"])
    character.write(tmp_path / "out.glb", made, takes)
    assert not khronos.errors(tmp_path / "out.glb")


def test_twist_joints_share_the_roll_of_the_hand() -> None:
    motion = dance(2)
    hand = BONE_INDEX["leftHand"]
    motion.turns[:] = rotation.IDENTITY
    motion.turns[:, hand] = rotation.from_axis_angle((1.0, 0.0, 0.0), np.radians(80.0))
    take = profile_take(files.retarget_onto(motion), PROFILES["unreal"])
    names = list(take.rig.names)
    forearm, twist = (take.turns[0, names.index(name)] for name in ("lowerarm_l", "lowerarm_twist_01_l"))
    assert abs(np.degrees(rotation.angle(forearm, twist)) - 40.0) < 0.5


def test_every_profile_names_every_bone_once() -> None:
    for profile in PROFILES.values():
        names = [*profile.names.values(), *profile.twists.values(), profile.root]
        assert profile.names.keys() >= set(BONES)
        assert len(names) == len(set(names)), profile.name
