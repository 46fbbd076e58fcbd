"""Characters from glTF and VRM files are in metres, their skin follows the joints, and they survive writing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motion import retarget, rotation
from motion.body import Motion, t_pose
from motion.formats import character, gltf
from motion.formats.character import Character, skin_matrices, skin_vertices
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, REST_POSITIONS_M
from motion.take import Take
from tests.motion.figures import SHARED, dance, node, person

HALF = np.sqrt(0.5)


def shown(it: Character, places: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """All vertices in the room."""
    matrices = skin_matrices(it, places, turns)
    return np.concatenate([skin_vertices(mesh, matrices) for mesh in it.meshes])


@pytest.mark.parametrize("vrm", ["", "0", "1"])
@pytest.mark.parametrize("scale", [1.0, 0.01, 100.0])
@pytest.mark.parametrize("lie", [False, True])
def test_joints_are_metres_and_the_skin_lies_on_them_whatever_the_armature(vrm: str, scale: float, lie: bool) -> None:
    it = character.from_file(person(vrm, scale, lie, axes=3).file())
    rig = it.rig
    assert it.vrm == vrm and all(parent < joint for joint, parent in enumerate(rig.parents))
    # A VRM 0 faces -Z in its file: in the rig's space everybody faces +Z.
    for bone, joint in rig.bones.items():
        assert np.allclose(rig.positions_m[joint], REST_POSITIONS_M[BONE_INDEX[bone]], atol=1e-5), bone
    first = shown(it, rig.positions_m, rig.turns)[::3]
    assert np.allclose(first, REST_POSITIONS_M[:CORE_COUNT], atol=1e-5)
    assert np.allclose(rig.t_pose.offsets_m[1:CORE_COUNT], t_pose().offsets_m[1:], atol=1e-4)


def test_a_vertex_goes_where_its_joint_goes() -> None:
    it = character.from_file(person(scale=0.01, lie=True, axes=5).file())
    motion = dance()
    places, turns = retarget.pose_rig(motion, it.rig)
    for frame in (0, 11):
        seen = shown(it, places[frame], turns[frame]).reshape(CORE_COUNT, 3, 3)
        for bone in range(CORE_COUNT):
            joint = it.rig.bones[BONES[bone]]
            assert np.allclose(seen[bone, 0], places[frame, joint], atol=1e-5)
            moved = rotation.multiply(turns[frame, joint], rotation.conjugate(it.rig.turns[joint]))
            side = places[frame, joint] + rotation.rotate(moved, np.array([0.02, 0.0, 0.0]))
            assert np.allclose(seen[bone, 1], side, atol=1e-5)
    assert skin_matrices(it, places, turns).shape == (len(motion), CORE_COUNT, 4, 4)


@pytest.mark.parametrize("matrix", [False, True])
def test_nodes_and_joints_say_the_same_there_and_back(matrix: bool) -> None:
    document = person(scale=0.01, lie=True, arms_down=0.8, axes=7)
    armature = node(document, "Armature")
    if matrix:
        turn = rotation.to_matrix(np.array([HALF, -HALF, 0.0, 0.0])) * 0.01
        full = np.eye(4)
        full[:3, :3], full[:3, 3] = turn, (0.3, 0.0, 0.1)
        for key in ("rotation", "scale"):
            armature.pop(key)
        armature["matrix"] = full.T.ravel().tolist()
    it = character.from_file(document.file())
    places, turns = retarget.pose_rig(dance(), it.rig)
    again, turned = character.joints_from_nodes(it, *character.node_transforms(it, places, turns))
    assert np.abs(again - places).max() < 1e-9 and rotation.angle(turned, turns).max() < 1e-7


@pytest.mark.parametrize("suffix", [".glb", ".gltf", ".vrm"])
@pytest.mark.parametrize("vrm", ["", "0", "1"])
def test_a_motion_goes_into_a_file_and_comes_back(tmp_path: Path, suffix: str, vrm: str) -> None:
    document = person(vrm, scale=0.01, lie=True, arms_down=0.6, axes=2)
    it = character.from_file(document.file())
    motion = dance()
    places, turns = retarget.pose_rig(motion, it.rig)
    path = tmp_path / f"out{suffix}"
    character.write(path, it, {"dance": Take(it.rig, places, turns, motion.rate), "again": motion})
    back = character.read(path)
    assert back.animations == ("dance", "again") and back.vrm == vrm
    for animation in range(2):
        take = character.animation_take(back, animation, motion.rate)
        assert len(take) == len(motion)
        assert np.abs(take.positions_m - places).max() < 1e-4 and rotation.angle(take.turns, turns).max() < 1e-4
    body = take.motion()
    assert np.abs(body.hips_m - motion.hips_m).max() < 1e-4
    again, turned = retarget.pose_rig(body, back.rig)
    mapped = list(back.rig.bones.values())
    assert np.abs(again - places)[:, mapped].max() < 1e-4
    assert rotation.angle(turned, turns)[:, mapped].max() < 1e-4
    assert not list(tmp_path.glob(".*"))


def test_a_file_keeps_all_that_it_held(tmp_path: Path) -> None:
    document = person("1")
    document.tree["extensions"]["VRMC_vrm"]["meta"] = {"name": "Ä", "authors": ["somebody"]}
    document.tree["extras"] = {"huge": 12345678901234567890, "small": 1e-300}
    primitive = document.tree["meshes"][0]["primitives"][0]
    primitive["targets"] = [{"POSITION": primitive["attributes"]["NORMAL"]}]
    before = document.json()
    it = character.from_file(document.file())
    character.write(tmp_path / "out.glb", it, {"dance": dance()})
    after = gltf.read(tmp_path / "out.glb")
    grown = ("buffers", "bufferViews", "accessors", "animations")
    assert {k: v for k, v in after.json.items() if k not in grown} == {
        k: v for k, v in before.items() if k not in grown
    }
    for key in ("bufferViews", "accessors"):
        assert after.json[key][: len(before[key])] == before[key]
    assert bytes(after.buffers[0])[: len(document.data)] == bytes(document.data)


def test_only_what_moves_is_written_and_what_stands_still_in_two_keys(tmp_path: Path) -> None:
    it = character.from_file(person(arms_down=0.5).file())
    start = t_pose()
    turns = np.tile(start.turns, (30, 1, 1))
    turns[:, BONE_INDEX["head"]] = rotation.from_axis_angle([0.0, 1.0, 0.0], np.linspace(0.0, 1.0, 30))
    still = np.tile(start.hips_m, (30, 1))
    motion = Motion(still, turns, start.offsets_m, 30.0, np.ones((30, CORE_COUNT)), np.ones((30, 2), bool))
    character.write(tmp_path / "out.glb", it, {"nod": motion})
    file = gltf.read(tmp_path / "out.glb")
    animation = file.json["animations"][0]
    keys = {}
    for channel in animation["channels"]:
        name = file.json["nodes"][channel["target"]["node"]]["name"]
        output = animation["samplers"][channel["sampler"]]["output"]
        keys[name, channel["target"]["path"]] = file.json["accessors"][output]["count"]
    # The arms hang at rest, so that a T-pose lifts them, once.
    assert keys["head", "rotation"] == 30 and keys["leftUpperArm", "rotation"] == 2
    assert ("leftLowerLeg", "rotation") not in keys
    assert [name for name, path in keys if path == "translation"] == ["hips"]


def test_animations_of_the_file_follow_the_new_ones(tmp_path: Path) -> None:
    it = character.from_file(person().file())
    character.write(tmp_path / "one.glb", it, {"first": dance()})
    character.write(tmp_path / "two.glb", character.read(tmp_path / "one.glb"), {"second": dance(seed=4)})
    assert character.read(tmp_path / "two.glb").animations == ("second", "first")


def test_a_failed_write_leaves_the_file_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    it = character.from_file(person().file())
    path = tmp_path / "out.glb"
    path.write_bytes(b"precious")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        character.write(path, it, {"dance": dance()})
    assert path.read_bytes() == b"precious" and list(tmp_path.iterdir()) == [path]


def test_a_take_of_another_rig_is_refused(tmp_path: Path) -> None:
    it, other = (character.from_file(person().file()) for _ in range(2))
    places, turns = retarget.pose_rig(dance(), it.rig)
    with pytest.raises(ValueError, match="another rig"):
        character.write(tmp_path / "out.glb", other, {"dance": Take(it.rig, places, turns, 30.0)})


def test_several_skins_and_rigid_meshes_become_one_skin() -> None:
    document = person(axes=1)
    document.add(
        "skins", name="Hair", joints=[0, 21], inverseBindMatrices=document.tree["skins"][0]["inverseBindMatrices"]
    )
    primitive = document.tree["meshes"][0]["primitives"][0]
    count = 3 * CORE_COUNT
    joints = document.accessor(np.tile([1, 0, 0, 0], (count, 1)), "|u1")
    hair = dict(primitive, attributes=dict(primitive["attributes"], JOINTS_0=joints))
    document.add("nodes", mesh=document.add("meshes", name="Hair", primitives=[hair]), skin=1)
    plain = {"POSITION": primitive["attributes"]["POSITION"]}
    hat = document.add(
        "nodes",
        name="Hat",
        translation=[0.0, 0.2, 0.0],
        mesh=document.add("meshes", primitives=[{"attributes": plain}]),
    )
    node(document, "head").setdefault("children", []).append(hat)
    it = character.from_file(document.file())
    assert {mesh.name for mesh in it.meshes} == {"Body", "Hair", "meshes[2]"}
    assert len(it.joints) == CORE_COUNT + 2 and all(mesh.joints.max() < len(it.joints) for mesh in it.meshes)
    on_head = next(mesh for mesh in it.meshes if mesh.name == "meshes[2]")
    assert {int(it.joints[i]) for i in np.unique(on_head.joints[:, 0])} == {it.rig.names.index("Hat")}
    # Without normals of its own a triangle in the XY plane faces along Z.
    assert np.allclose(np.abs(on_head.normals[:, 2]), 1.0)


def test_materials_and_pictures_are_those_of_the_file() -> None:
    mesh = character.from_file(person().file()).meshes[0]
    assert mesh.material.colour == (1.0, 0.5, 0.25, 1.0) and mesh.material.two_sided
    assert mesh.material.image is not None and mesh.material.image.data.startswith(b"\x89PNG")
    assert mesh.material.image.mime == "image/png" and np.allclose(mesh.uvs, [0.25, 0.75])


def test_a_map_tells_bones_that_names_do_not() -> None:
    names = [f"thing {i}" for i in range(len(BONES))]
    bone_map = {bone: names[i] for i, bone in enumerate(BONES[:CORE_COUNT])}
    it = character.from_file(person(names=names, axes=3).file(), bone_map)
    assert {bone: it.rig.names[joint] for bone, joint in it.rig.bones.items()} == bone_map
    with pytest.raises(gltf.GltfError, match="no joint 'nobody'"):
        character.from_file(person(names=names).file(), {"hips": "nobody"})
    fixed = character.from_file(person("1").file(), {"leftToes": ""})
    assert "leftToes" not in fixed.rig.bones and "rightToes" in fixed.rig.bones


def test_joints_that_are_no_humanoid_are_listed_with_what_to_do() -> None:
    document = person()
    for name in ("leftUpperLeg", "rightUpperLeg"):
        node(document, name).pop("children")
    gone = [i for i, n in enumerate(document.tree["nodes"]) if n["name"].endswith(("LowerLeg", "Foot", "Toes"))]
    document.tree["skins"][0].pop("inverseBindMatrices")
    document.tree["skins"][0]["joints"] = [j for j in document.tree["skins"][0]["joints"] if j not in gone]
    with pytest.raises(gltf.GltfError, match=r"no humanoid.*Foot.*joints are.*hips.*\[bones\]"):
        character.from_file(document.file())


def test_of_two_skeletons_one_must_be_named() -> None:
    document, other = person(), person(scale=0.01)
    base = len(document.tree["nodes"])
    for each in other.tree["nodes"][:-2] + other.tree["nodes"][-1:]:
        moved = dict(each)
        if "children" in moved:
            moved["children"] = [child + base for child in moved["children"]]
        document.tree["nodes"].append(moved)
    document.tree["nodes"][-1]["children"] = [base + CORE_COUNT - 1]
    document.add("skins", name="Twin", joints=[j + base for j in other.tree["skins"][0]["joints"]])
    with pytest.raises(gltf.GltfError, match="2 skeletons, expected one; name one of: Skin, Twin"):
        character.from_file(document.file())
    it = character.from_file(document.file(), skeleton="Twin")
    assert min(n for n, name in zip(it.nodes, it.rig.names, strict=True) if name in BONES) >= base
    with pytest.raises(gltf.GltfError, match="'nobody'"):
        character.from_file(document.file(), skeleton="nobody")


def test_joints_without_a_skin_are_a_source_of_motion_where_that_is_enough(tmp_path: Path) -> None:
    it = character.from_file(person(axes=4).file())
    motion = dance()
    character.write(tmp_path / "out.glb", it, {"dance": motion})
    file = gltf.read(tmp_path / "out.glb")
    bare = {key: value for key, value in file.json.items() if key not in ("skins", "meshes", "materials")}
    bare["nodes"] = [{k: v for k, v in n.items() if k not in ("mesh", "skin")} for n in bare["nodes"]]
    stripped = gltf.GltfFile("bare", bare, file.buffers, None)
    with pytest.raises(gltf.GltfError, match="skins"):
        character.from_file(stripped)
    take = character.animation_take(character.from_file(stripped, drawn=False), 0, motion.rate)
    assert np.abs(take.motion().hips_m - motion.hips_m).max() < 1e-4


def test_a_model_in_centimetres_is_brought_to_metres(tmp_path: Path) -> None:
    document = person()
    node(document, "Armature")["scale"] = [100.0] * 3
    it = character.from_file(document.file())
    assert np.isclose(it.rig.positions_m[it.rig.bones["head"], 1], REST_POSITIONS_M[BONE_INDEX["head"], 1], atol=1e-5)
    motion = dance()
    character.write(tmp_path / "out.glb", it, {"dance": motion})
    take = character.animation_take(character.read(tmp_path / "out.glb"), 0, motion.rate)
    assert np.abs(take.motion().hips_m - motion.hips_m).max() < 1e-4


@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_a_file_left_in_the_middle_of_a_step_rests_as_it_was_built(scale: float, tmp_path: Path) -> None:
    document = person(scale=scale, lie=True, axes=6)
    still = character.from_file(document.file())
    places, turns = retarget.pose_rig(dance(), still.rig)
    steps, locals_ = character.node_transforms(still, places[9], turns[9])
    for joint, index in enumerate(still.nodes):
        w, x, y, z = locals_[joint].tolist()
        document.tree["nodes"][index] |= {"translation": steps[joint].tolist(), "rotation": [x, y, z, w]}
    it = character.from_file(document.file())
    mapped = list(it.rig.bones.values())
    assert np.allclose(it.rig.positions_m[mapped], still.rig.positions_m[mapped], atol=1e-4)
    assert rotation.angle(it.rig.turns, still.rig.turns)[mapped].max() < 1e-3
    assert np.allclose(
        shown(it, it.rig.positions_m, it.rig.turns), shown(still, still.rig.positions_m, still.rig.turns), atol=1e-4
    )
    motion = dance(seed=3)
    character.write(tmp_path / "out.glb", it, {"dance": motion})
    back = character.read(tmp_path / "out.glb")
    assert np.abs(character.animation_take(back, 0, motion.rate).motion().hips_m - motion.hips_m).max() < 1e-4


def test_the_floor_is_under_the_soles() -> None:
    document = person(scale=0.01, lie=True)
    node(document, "Armature")["translation"] = [0.0, 0.3, 0.0]
    floor = character.from_file(document.file()).rig.floor_m
    assert floor is not None and np.isclose(floor, 0.3, atol=1e-6)


@pytest.mark.process
def test_reading_characters_needs_numpy_alone() -> None:
    foreign = {"torch", "cv2", "mediapipe", "PIL", "moderngl", "scipy"}
    code = f"import sys, motion.formats.character; print(sorted({foreign} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["human_male_cc0.glb", "manny_med_mod.gltf"])
def test_real_characters_are_read_and_come_back(name: str, tmp_path: Path) -> None:
    if not (SHARED / name).is_file():
        pytest.skip("needs characters in ../shared/data/characters")
    it = character.read(SHARED / name)
    assert {"leftFoot", "rightHand", "head"} <= it.rig.bones.keys()
    at = {bone: it.rig.positions_m[joint] for bone, joint in it.rig.bones.items()}
    assert at["leftHand"][0] > 0.2 and at["rightHand"][0] < -0.2 and at["leftToes"][2] > at["leftFoot"][2]
    assert abs(it.rig.floor_m or 0.0) < 1e-3
    assert np.abs(skin_matrices(it, it.rig.positions_m, it.rig.turns) - np.eye(4)).max() < 1e-5
    motion = dance()
    character.write(tmp_path / "out.glb", it, {"dance": motion})
    back = character.read(tmp_path / "out.glb")
    places, turns = retarget.pose_rig(motion, it.rig)
    take = character.animation_take(back, 0, motion.rate)
    assert np.abs(take.positions_m - places).max() < 1e-4 and rotation.angle(take.turns, turns).max() < 1e-4
