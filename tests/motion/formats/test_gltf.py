"""A valid glTF file is read correctly; an invalid one is rejected with its path, quickly and in bounds."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motion.formats import character, gltf, gltf_scene
from motion.formats.gltf import GltfError
from tests.motion.figures import Document, glb, node, person


def accessor(document: Document, index: int = 0, **what: Any) -> np.ndarray:
    """What an accessor of a document holds."""
    file = document.file()
    return gltf.read_accessor(
        file, gltf.JsonValue(index, "here", "figure.glb"), what.get("widths", tuple(gltf.TYPE_WIDTHS))
    )


def test_json_with_files_beside_it_or_data_within_is_the_same_as_a_glb(tmp_path: Path) -> None:
    document = person(axes=1)
    whole = character.from_file(document.file())
    tree = document.json()
    (tmp_path / "a b.bin").write_bytes(document.data)
    within = "data:application/octet-stream;base64," + base64.b64encode(document.data).decode()
    for uri in ("a%20b.bin", within):
        tree["buffers"][0]["uri"] = uri
        (tmp_path / "it.gltf").write_text(json.dumps(tree))
        it = character.read(tmp_path / "it.gltf")
        assert np.allclose(it.rig.positions_m, whole.rig.positions_m)
        assert np.array_equal(it.meshes[0].positions, whole.meshes[0].positions)


def test_elements_may_be_apart_in_their_view() -> None:
    document = Document()
    rows = np.arange(24, dtype="<f4").reshape(4, 6)
    document.view(rows.tobytes(), byteStride=24)
    document.add("accessors", bufferView=0, byteOffset=8, componentType=5126, count=4, type="VEC3")
    assert np.array_equal(accessor(document), rows[:, 2:5])
    document.tree["accessors"][0]["byteOffset"] = 16
    with pytest.raises(
        GltfError, match=r"accessors\[0\]: found 4 elements of 12 bytes, 24 apart, from byte 16, expected"
    ):
        accessor(document)


@pytest.mark.parametrize(
    ("dtype", "whole", "real"),
    [("|u1", 255, 1.0), ("|u1", 51, 0.2), ("|i1", -128, -1.0), ("<u2", 65535, 1.0), ("<i2", -32767, -1.0)],
)
def test_whole_numbers_stand_for_fractions_where_the_file_says_so(dtype: str, whole: int, real: float) -> None:
    document = Document()
    document.accessor([[whole]], dtype, normalized=True)
    document.accessor([[whole]], dtype)
    assert np.allclose(accessor(document, 0), real) and accessor(document, 1)[0, 0] == whole


@pytest.mark.parametrize("base", [True, False])
def test_sparse_elements_replace_those_below(base: bool) -> None:
    document = Document()
    document.accessor(np.ones((5, 3)))
    sparse = {
        "count": 2,
        "indices": {"bufferView": document.view(np.array([1, 4], "<u2").tobytes()), "componentType": 5123},
        "values": {"bufferView": document.view(np.full((2, 3), 7.0, "<f4").tobytes())},
    }
    document.tree["accessors"][0]["sparse"] = sparse
    if not base:
        del document.tree["accessors"][0]["bufferView"]
    expected = np.full((5, 3), 1.0 if base else 0.0)
    expected[[1, 4]] = 7.0
    assert np.array_equal(accessor(document), expected)
    document.tree["accessors"][0]["count"] = 4
    with pytest.raises(GltfError, match=r"sparse.indices: found 4, expected indices below 4"):
        accessor(document)


def test_nodes_stand_in_any_order_and_in_any_notation() -> None:
    document = Document()
    columns = np.eye(4)
    columns[:3, :3] = [[0.0, -2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 2.0]]
    columns[:3, 3] = (1.0, 2.0, 3.0)
    document.add("nodes", name="child", translation=[1.0, 0.0, 0.0])
    document.add("nodes", name="parent", matrix=columns.T.ravel().tolist(), children=[0])
    tree = gltf_scene.read_nodes(document.file())
    assert tree.order == (1, 0) and tree.parents == (1, -1)
    assert np.allclose(tree.world()[0, :3, 3], (1.0, 4.0, 3.0))
    assert np.allclose(tree.rotations[1], [np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])


def broken(change: Callable[[dict[str, Any]], None], axes: int | None = None) -> bytes:
    """A figure's GLB with its JSON changed."""
    document = person(axes=axes)
    tree = document.json()
    change(tree)
    return glb(tree, bytes(document.data))


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Sets what is at a path such as "nodes.3.scale"; deletes it for None."""

    def change(tree: Any) -> None:
        *way, last = [int(word) if word.isdigit() else word for word in path.split(".")]
        for key in way:
            tree = tree[key]
        if value is None:
            del tree[last]
        else:
            tree[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("asset", None), r"asset is missing"),
        (put("asset.version", "1.0"), r"asset.version: found '1.0', expected version 2.0"),
        (put("skins", []), r"nodes\[22\].skin: found 0, expected nothing"),
        (put("buffers.0.uri", "gone.bin"), r"buffers\[0\].uri: found 'gone.bin', expected a file"),
        (put("buffers.0.uri", "../../etc/passwd"), r"buffers\[0\].uri: .*same folder"),
        (put("buffers.0.uri", "http://a.b/c.bin"), r"buffers\[0\].uri: .*same folder"),
        (put("buffers.0.uri", "data:;base64,?"), r"buffers\[0\].uri: .*base64"),
        (put("buffers.0.byteLength", 10**6), r"buffers\[0\].byteLength: found 1000000, expected at most"),
        (put("bufferViews.2.byteLength", 10**9), r"bufferViews\[2\].byteLength: found 1000000000, expected at most"),
        (put("bufferViews.2.byteOffset", -4), r"bufferViews\[2\].byteOffset: found -4, expected a whole number"),
        (put("bufferViews.1.buffer", 3), r"bufferViews\[1\].buffer: found 3, expected one of buffers, 0 to 0"),
        (put("accessors.0.count", 10**12), r"accessors\[0\].count: found 1000000000000"),
        (put("accessors.0.count", 67), r"accessors\[0\]: found 67 elements of 12 bytes"),
        (put("accessors.0.count", True), r"accessors\[0\].count: found True"),
        (put("accessors.0.bufferView", 99), r"accessors\[0\].bufferView: found 99, expected one of bufferViews"),
        (put("accessors.0.type", "VEC2"), r"accessors\[0\].type: found 'VEC2', expected VEC3"),
        (put("accessors.0.componentType", 5124), r"accessors\[0\].componentType: found 5124"),
        (put("accessors.1.count", 5), r"NORMAL: found 5 elements, expected as many as there are positions, 66"),
        (put("meshes.0.primitives.0.attributes.POSITION", 70), r"POSITION: found 70, expected one of accessors"),
        (put("meshes.0.primitives.0.material", "red"), r"material: found 'red', expected one of materials"),
        (put("nodes.0.children", [21]), r"children\[0\]: .*node|nodes.*circle"),
        (put("nodes.21.children", [21]), r"nodes\[21\].children\[0\]"),
        (put("nodes.3.children", [99]), r"nodes\[3\].children\[0\]: found 99"),
        (put("nodes.3.rotation", [0, 0, 0, 0]), r"nodes\[3\].rotation: found \[0, 0, 0, 0\], expected a quaternion"),
        (put("nodes.3.scale", [1, 0, 1]), r"nodes\[3\].scale: "),
        (
            put("nodes.3.translation", [1, 2]),
            r"nodes\[3\].translation: found a list of 2, expected a list of 3 numbers",
        ),
        (put("nodes.3.translation", [1, 2, 1e300]), r"nodes\[3\].translation\[2\]: found 1e\+300"),
        (put("skins.0.joints.0", 900), r"skins\[0\].joints\[0\]: found 900"),
        (put("skins.0.joints.0", 3), r"skins\[0\].joints: .*each of them once"),
        (put("skins.0.inverseBindMatrices", 0), r"type: found 'VEC3', expected MAT4"),
        (put("extensionsRequired", ["KHR_draco_mesh_compression"]), r"extensionsRequired\[0\]: .*without compression"),
        (put("images.0", {"uri": "gone.png"}), r"images\[0\].uri: found 'gone.png', expected a file"),
        (put("nodes", {}), r"nodes: found an object of 0, expected a list"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    change: Callable[[dict[str, Any]], None], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "it.glb"
    path.write_bytes(broken(change))
    with pytest.raises(GltfError, match=said) as caught:
        character.read(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_nodes_in_a_circle_are_refused() -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["nodes"] += [{"children": [len(tree["nodes"]) + 1]}, {"children": [len(tree["nodes"])]}]

    with pytest.raises(GltfError, match=r"nodes\[24\].children: a circle of nodes, expected a tree"):
        character.from_file(gltf.parse(broken(change)))


def test_nodes_in_an_endless_row_are_refused() -> None:
    def change(tree: dict[str, Any]) -> None:
        start = len(tree["nodes"])
        tree["nodes"] += [{"children": [start + i + 1]} for i in range(5000)] + [{}]

    with pytest.raises(GltfError, match="nodes in a row"):
        character.from_file(gltf.parse(broken(change)))


@pytest.mark.parametrize(
    ("values", "row", "said"),
    [(np.nan, 5, "nan"), (np.inf, 0, "inf"), (3e30, 2, "e\\+30")],
)
@pytest.mark.parametrize("index", [0, 6])
def test_values_that_are_no_numbers_are_refused(index: int, values: float, row: int, said: str) -> None:
    document = person()
    view = document.tree["bufferViews"][document.tree["accessors"][index]["bufferView"]]
    width = 12 if index == 0 else 64
    struct.pack_into("<f", document.data, view["byteOffset"] + row * width + 4, values)
    with pytest.raises(GltfError, match=rf"accessors\[{index}\]: found .*{said}.* as element {row}, expected finite"):
        character.from_file(document.file())


def test_indices_and_joints_out_of_range_are_refused() -> None:
    for index, value, said in ((5, 66, "indices below 66"), (3, 22, "joints below 22")):
        document = person()
        view = document.tree["bufferViews"][document.tree["accessors"][index]["bufferView"]]
        document.data[view["byteOffset"]] = value
        with pytest.raises(GltfError, match=f"found {value}, expected {said}"):
            character.from_file(document.file())


@pytest.mark.parametrize("size", [0, 3, 11, 19, 40, 2000, -200, -1])
def test_a_truncated_file_is_refused(size: int) -> None:
    with pytest.raises(GltfError):
        character.from_file(gltf.parse(person().glb()[:size]))


def test_json_that_nests_for_ever_or_is_none_is_refused() -> None:
    for text in (
        "[" * 100_000,
        '{"asset":' * 50_000,
        "{",
        "NaN",
        "[]",
        '{"asset": {"version": NaN}}',
        "\xff",
        "9" * 10_000,
    ):
        with pytest.raises(GltfError):
            gltf.parse(text.encode("latin-1"))


def test_great_claims_are_refused_before_memory_is_taken() -> None:
    huge = person()
    huge.tree["accessors"][0] |= {"count": 2**24}
    del huge.tree["accessors"][0]["bufferView"]
    with pytest.raises(GltfError, match="vertices in all meshes"):
        character.from_file(huge.file())
    many = person()
    many.tree["nodes"] += [{"name": "more"}] * 20_000
    with pytest.raises(GltfError, match=r"nodes: found a list of 20024, expected at most"):
        character.from_file(many.file())


def test_a_vertex_that_follows_nothing_does_not_tear_the_surface() -> None:
    document = person()
    view = document.tree["bufferViews"][document.tree["accessors"][4]["bufferView"]]
    struct.pack_into("<4f", document.data, view["byteOffset"], 0.0, 0.0, 0.0, 0.0)
    assert np.allclose(character.from_file(document.file()).meshes[0].weights.sum(axis=1), 1.0)


def test_of_eight_joints_the_four_that_matter_are_kept() -> None:
    document = person()
    attributes = document.tree["meshes"][0]["primitives"][0]["attributes"]
    joints = document.accessor(np.tile([5, 6, 7, 8], (66, 1)), "|u1")
    attributes |= {"JOINTS_1": joints, "WEIGHTS_1": document.accessor(np.tile([0.5, 0.25, 0.125, 0.0625], (66, 1)))}
    it = character.from_file(document.file())
    assert np.allclose(it.meshes[0].weights, np.array([1.0, 0.5, 0.25, 0.125]) / 1.875)
    followed = [it.rig.names[it.joints[i]] for i in it.meshes[0].joints[0]]
    order = [document.tree["nodes"][j]["name"] for j in document.tree["skins"][0]["joints"]]
    assert followed == [order[0], *order[5:8]]


@pytest.mark.parametrize(("mode", "triangles"), [(5, [[0, 1, 2], [2, 1, 3]]), (6, [[1, 2, 0], [2, 3, 0]])])
def test_strips_and_fans_become_triangles(mode: int, triangles: list[list[int]]) -> None:
    document = person()
    primitive = document.tree["meshes"][0]["primitives"][0]
    primitive |= {"mode": mode, "indices": document.accessor([[0], [1], [2], [3]], "|u1")}
    assert character.from_file(document.file()).meshes[0].triangles.tolist() == triangles


def test_lines_and_points_are_left_out() -> None:
    document = person()
    primitive = document.tree["meshes"][0]["primitives"][0]
    document.tree["meshes"][0]["primitives"].append(dict(primitive, mode=1))
    assert len(character.from_file(document.file()).meshes) == 1


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_bytes_only_the_one_error_comes(seed: int) -> None:
    chance = np.random.default_rng(seed)
    good = person(("", "0", "1", "")[seed], axes=seed).glb()
    for _ in range(60):
        data = bytearray(good)
        for _ in range(int(chance.integers(1, 6))):
            data[int(chance.integers(len(data)))] = int(chance.integers(256))
        if chance.random() < 0.3:
            del data[int(chance.integers(len(data))) :]
        _try(bytes(data))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_json_only_the_one_error_comes(seed: int) -> None:
    chance = np.random.default_rng(seed)
    document = person(("0", "1", "", "")[seed], axes=seed)
    it = character.from_file(document.file())
    assert it.rig.bones
    odd: list[Any] = [
        None,
        True,
        -1,
        0,
        3,
        65,
        1e9,
        2**63,
        -0.5,
        "",
        "x",
        [],
        {},
        [0],
        [[[]]],
        {"a": 1},
        10**400,
        "data:,",
        [1e308] * 3,
    ]
    for _ in range(150):
        tree = json.loads(json.dumps(document.json()))
        for _ in range(int(chance.integers(1, 4))):
            _harm(tree, chance, odd)
        _try(glb(tree, bytes(document.data)))


def _harm(value: Any, chance: np.random.Generator, odd: list[Any]) -> None:
    """Replaces, removes or doubles something somewhere."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = keys[int(chance.integers(len(keys)))]
        if isinstance(value[key], (dict, list)) and value[key] and chance.random() < 0.85:
            value = value[key]
            continue
        kind = chance.random()
        if kind < 0.6:
            value[key] = odd[int(chance.integers(len(odd)))]
        elif kind < 0.8 or isinstance(value, dict):
            del value[key]
        else:
            value.append(value[key])
        return


def _try(data: bytes) -> None:
    try:
        it = character.from_file(gltf.parse(data))
        for animation in range(len(it.animations)):
            character.animation_take(it, animation)
    except GltfError as error:
        assert len(str(error)) < 4000


def test_joints_that_have_no_name_are_called_by_their_number() -> None:
    document = person()
    del node(document, "leftToes")["name"]
    assert any(name.startswith("node ") for name in character.from_file(document.file()).rig.names)
