"""Written files are valid glTF according to Khronos' validator."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motion.formats import character, gltf, gltf_write
from motion.formats.gltf import GltfError
from motion.formats.gltf_write import Animation
from tests.motion.figures import PNG, SHARED, dance, node, person
from tests.motion.khronos import errors


@pytest.mark.process
@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
@pytest.mark.parametrize("vrm", ["", "0", "1"])
def test_a_figure_with_a_motion_is_valid(vrm: str, suffix: str, tmp_path: Path) -> None:
    it = character.from_file(person(vrm, scale=0.01, lie=True, arms_down=0.7, axes=1).file())
    character.write(tmp_path / f"out{suffix}", it, {"dance": dance(), "more": dance(seed=2)})
    assert errors(tmp_path / f"out{suffix}") == []


@pytest.mark.process
@pytest.mark.parametrize("name", ["human_male_cc0.glb", "manny_med_mod.gltf"])
def test_real_characters_with_a_motion_are_valid(name: str, tmp_path: Path) -> None:
    if not (SHARED / name).is_file():
        pytest.skip("needs characters in ../shared/data/characters")
    character.write(tmp_path / "out.glb", character.read(SHARED / name), {"dance": dance()})
    assert errors(tmp_path / "out.glb") == []


def test_buffers_and_pictures_beside_the_file_go_into_it(tmp_path: Path) -> None:
    document = person()
    tree = document.json()
    (tmp_path / "cloth.png").write_bytes(PNG)
    (tmp_path / "one.bin").write_bytes(document.data)
    (tmp_path / "two.bin").write_bytes(b"\0" * 5 + bytes(document.data))
    tree["images"][0] = {"uri": "cloth.png"}
    tree["buffers"] = [
        {"byteLength": len(document.data), "uri": "one.bin"},
        {"byteLength": len(document.data) + 5, "uri": "two.bin"},
    ]
    view = tree["bufferViews"][tree["accessors"][0]["bufferView"]]
    view["byteOffset"] = view.get("byteOffset", 0) + 5
    view["buffer"] = 1
    (tmp_path / "in.gltf").write_text(json.dumps(tree))
    it = character.read(tmp_path / "in.gltf")
    (tmp_path / "out").mkdir()
    character.write(tmp_path / "out" / "it.glb", it, {"dance": dance()})
    back = character.read(tmp_path / "out" / "it.glb")
    assert np.array_equal(back.meshes[0].positions, it.meshes[0].positions)
    assert np.array_equal(back.meshes[0].triangles, it.meshes[0].triangles)
    picture = back.meshes[0].material.image
    assert picture is not None and picture.data == PNG and picture.mime == "image/png"


@pytest.mark.process
def test_a_matrix_gives_way_where_its_node_is_animated(tmp_path: Path) -> None:
    document = person()
    head = node(document, "head")
    matrix = np.eye(4)
    matrix[:3, 3] = head.pop("translation")
    del head["rotation"]
    head["matrix"] = matrix.T.ravel().tolist()
    it = character.from_file(document.file())
    character.write(tmp_path / "out.glb", it, {"dance": dance()})
    again = gltf.read(tmp_path / "out.glb").json["nodes"][document.tree["nodes"].index(head)]
    assert "matrix" not in again and np.allclose(again["translation"], matrix[:3, 3]) and again["scale"] == [1.0] * 3
    assert errors(tmp_path / "out.glb") == []


def test_an_animation_in_which_nothing_moves_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GltfError, match="'none': nothing moves"):
        gltf_write.write(tmp_path / "out.glb", person().file(), [Animation("none", np.zeros(1), {})])
    assert not list(tmp_path.iterdir())
