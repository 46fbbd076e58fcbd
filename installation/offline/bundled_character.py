"""The bundled character by name: the mannequin as a glTF file, made from the mesh of its body."""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.stage.bodies import model
from motion.formats import character
from motion.formats.character import Character
from motion.formats.gltf import GltfFile
from motion.skeleton import BONES, CORE_COUNT, PARENTS, REST_OFFSETS_M, REST_POSITIONS_M

MANNEQUIN = "mannequin"
"""What the bundled character is called."""
MESH_NODE = CORE_COUNT
"""The node after those of the bones."""
ARRAY_BUFFER, ELEMENT_BUFFER = 34962, 34963


def mannequin_character() -> Character:
    """The mannequin in its T-pose as a character of VRM 1.0 bones, with a skin."""
    mesh = model.mannequin().meshes[0]
    data = bytearray()
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []

    def accessor(values: np.ndarray[Any, Any], dtype: str, kind: str, component: int, target: int | None) -> int:
        rows = np.ascontiguousarray(values, dtype)
        data.extend(b"\0" * (-len(data) % 4))
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": rows.nbytes})
        if target is not None:
            views[-1]["target"] = target
        data.extend(rows.tobytes())
        made = {"bufferView": len(views) - 1, "componentType": component, "count": len(rows), "type": kind}
        if kind == "VEC3":
            made |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        accessors.append(made)
        return len(accessors) - 1

    binds = np.tile(np.eye(4), (CORE_COUNT, 1, 1))
    binds[:, :3, 3] = -REST_POSITIONS_M[:CORE_COUNT]
    attributes = {
        "POSITION": accessor(mesh.positions, "<f4", "VEC3", 5126, ARRAY_BUFFER),
        "NORMAL": accessor(mesh.normals, "<f4", "VEC3", 5126, ARRAY_BUFFER),
        "JOINTS_0": accessor(mesh.joints, "<u2", "VEC4", 5123, ARRAY_BUFFER),
        "WEIGHTS_0": accessor(mesh.weights, "<f4", "VEC4", 5126, ARRAY_BUFFER),
    }
    triangles = accessor(mesh.triangles.ravel(), "<u4", "SCALAR", 5125, ELEMENT_BUFFER)
    matrices = accessor(binds.transpose(0, 2, 1).reshape(-1, 16), "<f4", "MAT4", 5126, None)
    tree = {
        "asset": {"version": "2.0", "generator": "Visitant"},
        "scene": 0,
        "scenes": [{"nodes": [0, MESH_NODE]}],
        "nodes": [*_bone_nodes(), {"name": MANNEQUIN, "mesh": 0, "skin": 0}],
        "skins": [{"name": MANNEQUIN, "joints": list(range(CORE_COUNT)), "inverseBindMatrices": matrices}],
        "meshes": [
            {"name": MANNEQUIN, "primitives": [{"attributes": attributes, "indices": triangles, "material": 0}]}
        ],
        "materials": [
            {
                "name": "clay",
                "pbrMetallicRoughness": {
                    "baseColorFactor": list(model.MANNEQUIN_COLOUR),
                    "metallicFactor": 0.0,
                    "roughnessFactor": 0.8,
                },
            }
        ],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(data)}],
    }
    return character.from_file(GltfFile(MANNEQUIN, tree, (bytes(data),), None))


def _bone_nodes() -> list[dict[str, Any]]:
    """A node for each bone at its place in the T-pose."""
    nodes: list[dict[str, Any]] = [
        {"name": bone, "translation": REST_OFFSETS_M[number].tolist()} for number, bone in enumerate(BONES[:CORE_COUNT])
    ]
    for number in range(1, CORE_COUNT):
        nodes[int(PARENTS[number])].setdefault("children", []).append(number)
    return nodes
