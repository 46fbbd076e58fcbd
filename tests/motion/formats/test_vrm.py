"""A VRM's own humanoid is used, in both versions, and every character faces the same way afterwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motion import rotation
from motion.formats import character, gltf, vrm
from motion.formats.gltf import GltfError
from motion.skeleton import BONE_INDEX, BONES, REST_POSITIONS_M
from tests.motion.figures import dance, person
from tests.motion.khronos import errors

NAMES = [f"J_{i}" for i in range(len(BONES))]


@pytest.mark.parametrize("version", ["0", "1"])
def test_the_extension_says_which_node_is_which_bone(version: str) -> None:
    document = person(version, names=NAMES, fingers=True)
    found, bones = vrm.read_humanoid(document.file())
    # In VRM 0 the thumb starts with "Proximal", which is the metacarpal.
    assert found == version
    assert {b: document.tree["nodes"][n]["name"] for b, n in bones.items()} == dict(zip(BONES, NAMES, strict=True))


@pytest.mark.parametrize("version", ["0", "1"])
def test_both_versions_face_the_room_with_their_left_on_the_same_side(version: str) -> None:
    it = character.from_file(person(version, names=NAMES, fingers=True).file())
    for bone in ("leftHand", "rightToes", "leftThumbDistal"):
        assert np.allclose(it.rig.positions_m[it.rig.bones[bone]], REST_POSITIONS_M[BONE_INDEX[bone]], atol=1e-5)


def test_a_file_that_is_no_vrm_has_no_humanoid() -> None:
    assert vrm.read_humanoid(person().file()) == ("", {})


def test_bones_that_the_avatar_has_not_or_nobody_knows_are_left_out() -> None:
    document = person("0")
    human = document.tree["extensions"]["VRM"]["humanoid"]["humanBones"]
    human += [{"bone": "jaw", "node": -1}, {"bone": "tail", "node": 3}]
    assert "jaw" not in vrm.read_humanoid(document.file())[1] and len(vrm.read_humanoid(document.file())[1]) == 22


def test_wrong_humanoids_are_refused_with_their_place() -> None:
    document = person("1")
    human = document.tree["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]
    human["head"] = {"node": 77}
    with pytest.raises(GltfError, match=r"VRMC_vrm.humanoid.humanBones.head.node: found 77, expected one of nodes"):
        vrm.read_humanoid(document.file())
    human["head"] = dict(human["neck"])
    with pytest.raises(GltfError, match="also another bone"):
        vrm.read_humanoid(document.file())
    del human["head"]
    with pytest.raises(GltfError, match="no joint is known for head"):
        character.from_file(document.file())


@pytest.mark.process
def test_a_motion_alone_becomes_a_vrm_animation(tmp_path: Path) -> None:
    motion = dance()
    vrm.write_animation(tmp_path / "it.vrma", "dance", motion)
    file = gltf.read(tmp_path / "it.vrma")
    bones = file.json["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]
    assert set(bones) == set(BONES[:22])
    it = character.from_file(file, drawn=False)
    take = character.animation_take(it, 0, motion.rate)
    assert rotation.angle(take.turns[:, [it.rig.bones[b] for b in BONES[:22]]], motion.turns).max() < 1e-4
    assert np.abs(take.positions_m[:, it.rig.bones["hips"]] - motion.hips_m).max() < 1e-6
    assert errors(tmp_path / "it.vrma") == []
