"""Small skinned people made in code, as glTF files of any kind: what the tests of characters need."""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, t_pose
from motion.formats.gltf import GltfFile, parse
from motion.skeleton import AIM_BONES, BONE_TIPS_M, BONES, CORE_COUNT, PARENTS, REST_OFFSETS_M, REST_POSITIONS_M

Array = NDArray[np.floating]

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f000500"
    "01ff56c72f0d0000000049454e44ae426082"
)
"""One pixel."""
SHARED = Path(__file__).parents[3] / "shared" / "data" / "characters"
KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
TYPES = {"|i1": 5120, "|u1": 5121, "<i2": 5122, "<u2": 5123, "<u4": 5125, "<f4": 5126}


@dataclass
class Document:
    """A glTF file that is being put together."""

    tree: dict[str, Any] = field(default_factory=lambda: {"asset": {"version": "2.0"}})
    data: bytearray = field(default_factory=bytearray)

    def add(self, kind: str, **what: Any) -> int:
        """One more of `kind`; its index."""
        self.tree.setdefault(kind, []).append(what)
        return len(self.tree[kind]) - 1

    def view(self, data: bytes, **more: Any) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        start = len(self.data)
        self.data += data
        return self.add("bufferViews", buffer=0, byteOffset=start, byteLength=len(data), **more)

    def accessor(self, values: Any, dtype: str = "<f4", **more: Any) -> int:
        rows = np.ascontiguousarray(values, dtype)
        rows = rows.reshape(len(rows), -1)
        made = {"componentType": TYPES[dtype], "count": len(rows), "type": KINDS[rows.shape[1]], **more}
        if dtype == "<f4" and rows.shape[1] in (1, 3):
            made |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        return self.add("accessors", bufferView=self.view(rows.tobytes()), **made)

    def json(self) -> dict[str, Any]:
        return {**self.tree, "buffers": [{"byteLength": len(self.data)}]} if self.data else self.tree

    def glb(self) -> bytes:
        return glb(self.json(), bytes(self.data))

    def file(self) -> GltfFile:
        return parse(self.glb(), "figure.glb")

    def copy(self) -> Document:
        return copy.deepcopy(self)


def glb(tree: Any, data: bytes = b"") -> bytes:
    """The bytes of a GLB."""
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if data:
        chunks += struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def person(
    vrm: str = "",
    scale: float = 1.0,
    lie: bool = False,
    arms_down: float = 0.0,
    axes: int | None = None,
    fingers: bool = False,
    names: Sequence[str] = BONES,
) -> Document:
    """A person of canonical proportions with a triangle at every joint, bound to it.

    Their joints are in units of `scale` metres below an armature of that scale, which with `lie` is turned as Blender
    turns its Z up. The arms hang by `arms_down` radians at rest. `axes` seeds random axes for the joints. A VRM 0
    faces -Z. Nodes stand in the file in no good order.
    """
    document = Document()
    count = len(BONES) if fingers else CORE_COUNT
    chance = np.random.default_rng(axes)
    turn = np.diag([-1.0, 1.0, -1.0]) if vrm == "0" else np.eye(3)
    worlds = np.tile(np.eye(4), (count, 1, 1))
    places = _rest(count, arms_down) @ turn.T
    for bone in range(count):
        if axes is not None:
            worlds[bone, :3, :3] = rotation.to_matrix(rotation.normalise(chance.normal(size=4)))
        worlds[bone, :3, :3] *= scale
        worlds[bone, :3, 3] = places[bone]
    half = np.sqrt(0.5)
    armature: dict[str, Any] = {"name": "Armature", "scale": [scale] * 3}
    above = np.diag([scale, scale, scale, 1.0])
    if lie:
        armature["rotation"] = [-half, 0.0, 0.0, half]
        above[:3, :3] = scale * rotation.to_matrix(np.array([half, -half, 0.0, 0.0]))
    # Bones from last to first: children stand before their parents.
    node = {bone: count - 1 - bone for bone in range(count)}
    for bone in reversed(range(count)):
        local = np.linalg.inv(above if PARENTS[bone] < 0 else worlds[PARENTS[bone]]) @ worlds[bone]
        w, x, y, z = rotation.from_matrix(local[:3, :3] / np.cbrt(np.linalg.det(local[:3, :3]))).tolist()
        children = [node[child] for child in range(count) if PARENTS[child] == bone]
        document.add(
            "nodes",
            name=names[bone],
            translation=local[:3, 3].tolist(),
            rotation=[x, y, z, w],
            **({"children": children} if children else {}),
        )
    mesh = _mesh(document, places)
    skin = document.add(
        "skins",
        name="Skin",
        joints=[node[bone] for bone in range(count)],
        inverseBindMatrices=document.accessor(np.linalg.inv(worlds).transpose(0, 2, 1)),
    )
    skinned = document.add("nodes", name="Skinned", mesh=mesh, skin=skin)
    top = document.add("nodes", **armature, children=[node[0]])
    document.add("scenes", nodes=[top, skinned])
    document.tree["scene"] = 0
    if vrm == "0":
        thumbs = {"Metacarpal": "Proximal", "Proximal": "Intermediate"}
        human = [
            {"bone": next((b.replace(n, o) for n, o in thumbs.items() if "Thumb" in b and b.endswith(n)), b), "node": i}
            for b, i in ((BONES[bone], node[bone]) for bone in range(count))
        ]
        document.tree |= {"extensionsUsed": ["VRM"], "extensions": {"VRM": {"humanoid": {"humanBones": human}}}}
    elif vrm == "1":
        bones = {BONES[bone]: {"node": node[bone]} for bone in range(count)}
        extension = {"specVersion": "1.0", "humanoid": {"humanBones": bones}}
        document.tree |= {"extensionsUsed": ["VRMC_vrm"], "extensions": {"VRMC_vrm": extension}}
    return document


def rigid_person() -> Document:
    """A person without a skin, in a T-pose: a box on each node."""
    document = Document()
    corners = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    sides = np.array([[q[i] for i in three] for q in quads for three in ((0, 1, 2), (0, 2, 3))])
    for bone in range(CORE_COUNT):
        name = BONES[bone]
        end = REST_OFFSETS_M[BONES.index(AIM_BONES[name])] if name in AIM_BONES else BONE_TIPS_M[name]
        low, high = np.minimum(end, 0.0) - 0.03, np.maximum(end, 0.0) + 0.03
        attributes = {"POSITION": document.accessor(low + corners * (high - low))}
        indices = document.accessor(sides.reshape(-1, 1), "<u2")
        document.add("meshes", name=name, primitives=[{"attributes": attributes, "indices": indices}])
        children = [child for child in range(CORE_COUNT) if PARENTS[child] == bone]
        below = {"children": children} if children else {}
        document.add("nodes", name=name, mesh=bone, translation=REST_OFFSETS_M[bone].tolist(), **below)
    document.tree |= {"scene": 0, "scenes": [{"nodes": [0]}]}
    return document


def dance(frames: int = 20, seed: int = 1) -> Motion:
    """A body that turns every bone a little and walks off."""
    wave = np.sin(np.linspace(0.0, 3.0, frames))[:, None, None]
    turns = rotation.from_vector(0.25 * wave * np.random.default_rng(seed).normal(size=(CORE_COUNT, 3)))
    start = t_pose()
    hips = start.hips_m + np.arange(frames)[:, None] * (0.02, 0.0, 0.01)
    return Motion(hips, turns, start.offsets_m, 30.0, np.ones((frames, CORE_COUNT)), np.zeros((frames, 2), bool))


def node(document: Document, name: str) -> dict[str, Any]:
    """The node of that name."""
    return next(node for node in document.tree["nodes"] if node.get("name") == name)


def _rest(count: int, arms_down: float) -> Array:
    """(count, 3) joints, the arms turned down about the shoulders."""
    places = REST_POSITIONS_M[:count].copy()
    for side, sign in (("left", -1.0), ("right", 1.0)):
        arm = BONES.index(f"{side}UpperArm")
        below = [bone for bone in range(count) if _above(bone, arm)]
        turn = rotation.from_axis_angle([0.0, 0.0, 1.0], sign * arms_down)
        places[below] = places[arm] + rotation.rotate(turn, places[below] - places[arm])
    return places


def _above(bone: int, ancestor: int) -> bool:
    while bone > ancestor:
        bone = int(PARENTS[bone])
    return bone == ancestor


def _mesh(document: Document, places: Array) -> int:
    corners = np.array([[0.0, 0.0, 0.0], [0.02, 0.0, 0.0], [0.0, 0.02, 0.0]])
    positions = places[:, None] + corners
    # They have soles: the last corner at the toes is on the floor.
    positions[[BONES.index("leftToes"), BONES.index("rightToes")], 2, 1] = 0.0
    positions = positions.reshape(-1, 3)
    joints = np.zeros((len(positions), 4))
    joints[:, 0] = np.repeat(np.arange(len(places)), 3)
    texture = document.add(
        "textures", source=document.add("images", bufferView=document.view(PNG), mimeType="image/png")
    )
    material = document.add(
        "materials",
        name="Cloth",
        doubleSided=True,
        pbrMetallicRoughness={"baseColorFactor": [1.0, 0.5, 0.25, 1.0], "baseColorTexture": {"index": texture}},
    )
    primitive = {
        "attributes": {
            "POSITION": document.accessor(positions),
            "NORMAL": document.accessor(np.tile([0.0, 0.0, 1.0], (len(positions), 1))),
            "TEXCOORD_0": document.accessor(np.tile([0.25, 0.75], (len(positions), 1))),
            "JOINTS_0": document.accessor(joints, "|u1"),
            "WEIGHTS_0": document.accessor(np.tile([1.0, 0.0, 0.0, 0.0], (len(positions), 1))),
        },
        "indices": document.accessor(np.arange(len(positions))[:, None], "<u2"),
        "material": material,
    }
    return document.add("meshes", name="Body", primitives=[primitive])
