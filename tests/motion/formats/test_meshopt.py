"""Buffer views that meshoptimizer compressed give back the bytes that were packed."""

from __future__ import annotations

import numpy as np
import pytest

from motion.formats import character, gltf, meshopt
from tests.motion.figures import glb, person


def packed(values: np.ndarray) -> bytes:
    """Attributes (N, stride) of bytes, N at most 256, with each group as narrow as it can be."""
    count, stride = values.shape
    groups = -(-count // 16)
    data = bytearray([0xA0])
    for byte in range(stride):
        before = np.concatenate([[0], values[:-1, byte].astype(int)])
        delta = (values[:, byte].astype(int) - before + 128) % 256 - 128
        zigzag = np.zeros(16 * groups, np.uint8)
        zigzag[:count] = np.where(delta < 0, -2 * delta - 1, 2 * delta)
        widths, body = [], bytearray()
        for group in zigzag.reshape(groups, 16):
            width = 0 if not group.any() else 1 if (group < 16).all() and (group >= 3).sum() < 5 else 2
            width = 3 if (group >= 15).sum() > 8 else width
            widths.append(width)
            if width == 3:
                body += group.tobytes()
            elif width:
                bits, most = 2 * width, (1 << 2 * width) - 1
                small = np.minimum(group, most).reshape(-1, 8 // bits)
                shifts = np.arange(8 - bits, -1, -bits)
                body += (small << shifts).sum(axis=1).astype(np.uint8).tobytes()
                body += group[group >= most].tobytes()
        widths += [0] * (-len(widths) % 4)
        data += bytes(sum(w << 2 * i for i, w in enumerate(widths[at : at + 4])) for at in range(0, len(widths), 4))
        data += body
    return bytes(data + bytes(max(stride, 32)))


@pytest.mark.parametrize("spread", [0, 1, 3, 9, 200])
def test_attributes_survive_whatever_their_spread(spread: int) -> None:
    chance = np.random.default_rng(spread)
    steps = chance.integers(-spread, spread + 1, (100, 8))
    values = (np.cumsum(steps, axis=0) % 256).astype(np.uint8)
    assert meshopt.decode(packed(values), 100, 8, "ATTRIBUTES", "NONE") == values.tobytes()


def test_filters_give_back_units_and_floats() -> None:
    turn = np.array([[0.5, -0.5, 0.5, 0.5], [0.0, 0.0, 0.6, 0.8]])
    rows = []
    for quaternion in turn:
        largest = int(np.abs(quaternion).argmax())
        quaternion = quaternion * np.sign(quaternion[largest])
        rest = [quaternion[(largest + 1 + i) % 4] * np.sqrt(2.0) * 1023 for i in range(3)]
        rows.append([*np.rint(rest), (1023 & ~3) | largest])
    data = np.array(rows, "<i2").view(np.uint8).reshape(2, 8)
    found = np.frombuffer(meshopt.decode(packed(data), 2, 8, "ATTRIBUTES", "QUATERNION"), "<i2") / 32767.0
    assert np.abs(np.abs((found.reshape(2, 4) * turn).sum(axis=1)) - 1.0).max() < 1e-3
    floats = np.array([(-3 & 0xFF) << 24 | 20, (2 & 0xFF) << 24 | (-5 & 0xFFFFFF)], "<u4").view(np.uint8).reshape(2, 4)
    values = np.frombuffer(meshopt.decode(packed(floats), 2, 4, "ATTRIBUTES", "EXPONENTIAL"), "<f4")
    assert values.tolist() == [2.5, -20.0]
    folded = np.array([[0, 127, 127, 1], [127, 127, 127, 0]], np.uint8)
    units = np.frombuffer(meshopt.decode(packed(folded), 2, 4, "ATTRIBUTES", "OCTAHEDRAL"), np.int8).reshape(2, 4)
    # The second one lies on a lower face, folded outwards.
    assert units.tolist() == [[0, 127, 0, 1], [0, 0, -127, 0]]


def test_triangles_and_indices_are_unpacked() -> None:
    # Three new vertices; then a triangle over the newest edge with one new vertex.
    strip = bytes([0xE1, 0xF0, 0x00]) + bytes(16)
    found = np.frombuffer(meshopt.decode(strip, 6, 2, "TRIANGLES", "NONE"), "<u2").reshape(2, 3)
    assert found[0].tolist() == [0, 1, 2] and found[1, 2] == 3
    assert set(found[1, :2].tolist()) == {0, 2}, "it shares the edge from the last vertex to the first"
    indices = bytes([0xD1, 5 << 2, 1 << 2, (1 << 2) | 2])
    assert np.frombuffer(meshopt.decode(indices, 3, 2, "INDICES", "NONE"), "<u2").tolist() == [5, 6, 4]


@pytest.mark.parametrize("data", [b"", b"\xa1" + bytes(40), b"\xa0" + bytes(3)])
def test_what_is_not_of_that_kind_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut short|a0"):
        meshopt.decode(data, 64, 8, "ATTRIBUTES", "NONE")


def test_a_compressed_file_is_a_source_and_a_character() -> None:
    document = person()
    view = document.tree["accessors"][0]["bufferView"]
    start, size = (document.tree["bufferViews"][view][key] for key in ("byteOffset", "byteLength"))
    count = document.tree["accessors"][0]["count"]
    raw = np.frombuffer(bytes(document.data[start : start + size]), np.uint8).reshape(count, 12)
    data = packed(raw)
    at = document.view(data)
    it = document.tree["bufferViews"].pop(at)
    fallback = {"byteLength": size, "extensions": {"EXT_meshopt_compression": {"fallback": True}}}
    extension = {"buffer": 0, "byteOffset": it["byteOffset"], "byteLength": len(data), "byteStride": 12}
    extension |= {"count": count, "mode": "ATTRIBUTES"}
    document.tree["bufferViews"][view] = {
        "buffer": 1,
        "byteOffset": 0,
        "byteLength": size,
        "extensions": {"EXT_meshopt_compression": extension},
    }
    tree = document.json()
    tree["buffers"].append(fallback)
    tree |= {"extensionsUsed": ["EXT_meshopt_compression"], "extensionsRequired": ["EXT_meshopt_compression"]}
    file = gltf.parse(glb(tree, bytes(document.data)), "packed.glb")
    assert not file.json["extensionsRequired"]
    found, right = character.from_file(file), character.from_file(person().file())
    assert np.array_equal(found.meshes[0].positions, right.meshes[0].positions)
