"""Sources as other programs write them: VRM animation, several skeletons and takes, odd names, empty files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motion import files
from motion.formats import character, gltf, naming, vrm
from motion.formats.gltf import GltfError
from tests.motion.figures import dance, person


def test_a_vrm_animation_is_a_source_and_gives_back_the_motion_that_was_written(tmp_path: Path) -> None:
    motion = dance()
    vrm.write_animation(tmp_path / "dance.vrma", "dance", motion)
    (name, take), *others = files.read_takes(tmp_path / "dance.vrma").items()
    assert (name, others, take.rate, len(take)) == ("dance", [], motion.rate, len(motion))
    again = take.motion()
    assert np.allclose(again.hips_m, motion.hips_m, atol=1e-4)
    assert np.abs((again.turns[:, :15] * motion.turns[:, :15]).sum(axis=-1)).min() > 1.0 - 1e-5


def test_a_vrm_animation_is_no_target(tmp_path: Path) -> None:
    vrm.write_animation(tmp_path / "dance.vrma", "dance", dance())
    with pytest.raises(files.FileError, match=r"dance.vrma: .vrma, expected .bvh, .glb"):
        files.read_target(tmp_path / "dance.vrma")


@pytest.mark.parametrize("rate", [24.0, 29.97, 30.0, 120.0])
def test_an_animation_keeps_its_own_frame_rate(rate: float, tmp_path: Path) -> None:
    it = character.from_file(person("1").file())
    motion = dance()
    slow = replace(motion, rate=rate)
    character.write(tmp_path / "a.glb", it, {"a": slow})
    assert files.read_takes(tmp_path / "a.glb")["a"].rate == pytest.approx(rate, rel=1e-3)
    assert files.read_takes(tmp_path / "a.glb", rate=15.0)["a"].rate == 15.0


def test_a_file_without_nodes_is_refused_in_words() -> None:
    with pytest.raises(GltfError, match=r"nodes: there is none, expected the joints of a humanoid"):
        character.from_file(gltf.parse(b'{"asset":{"version":"2.0"}}'), drawn=False)


def test_joints_that_are_called_end_inside_a_finger_are_bones() -> None:
    hand = ["hand_l", *(f"index_0{i}_l_end" for i in (1, 2, 3)), "index_04_leaf_l_end"]
    names = ["pelvis", "spine_01", "head", "clavicle_l", "upperarm_l", "lowerarm_l", *hand]
    parents = [-1, 0, 1, 1, 3, 4, 5, 6, 7, 8, 9]
    places = np.cumsum(np.full((len(names), 3), 0.1), axis=0)
    found = naming.find_bones(names, parents, places)
    assert [names[found[f"leftIndex{part}"]] for part in ("Proximal", "Intermediate", "Distal")] == hand[1:4]
    table = naming.bone_map_table(names, {bone: at for bone, at in found.items() if "Index" not in bone})
    assert "index_02_l_end" in table and "leaf" not in table
