"""VRM: which node of an avatar's glTF file is which bone of the humanoid, in VRM 0.x and VRM 1.0, and VRM animation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from motion import body
from motion.body import Motion
from motion.formats.gltf import GltfFile, JsonValue
from motion.formats.gltf_write import Animation, write
from motion.skeleton import BONE_INDEX, BONES, PARENTS

VRM0_BONE_NAMES = {
    f"{side}Thumb{old}": f"{side}Thumb{new}"
    for side in ("left", "right")
    for old, new in (("Proximal", "Metacarpal"), ("Intermediate", "Proximal"))
}
"""Bones that VRM 0 calls otherwise: its thumb starts with what VRM 1 and anatomy call the metacarpal."""


def read_humanoid(file: GltfFile) -> tuple[str, dict[str, int]]:
    """The version ("" where the file is no VRM, "0" or "1") and the node of each bone. Raises GltfError.

    A VRM 0 model faces -Z in the file's space, a VRM 1 model +Z (VRM specification, "Humanoid").
    """
    extensions = file.root.get("extensions")
    if extensions is None:
        return "", {}
    if new := extensions.get("VRMC_vrm"):
        bones = new["humanoid"]["humanBones"]
        if not isinstance(bones.value, dict):
            raise bones.wrong("an object {}")
        return "1", _nodes(file, [(bone, bones[bone]) for bone in bones.value])
    if old := extensions.get("VRM"):
        named = [(at["bone"].text(), at) for at in old["humanoid"]["humanBones"]]
        return "0", _nodes(file, [(VRM0_BONE_NAMES.get(bone, bone), at) for bone, at in named])
    return "", {}


def write_animation(path: Path, name: str, motion: Motion) -> None:
    """A motion without a character, as the .vrma file that any VRM plays. Raises GltfError, OSError.

    Nodes are the bones in a T-pose, their rotations local to it (VRMC_vrm_animation 1.0); eyes follow a gaze there
    and are left out.
    """
    bones = [bone for bone in range(motion.turns.shape[1]) if not BONES[bone].endswith("Eye")]
    node = {bone: i for i, bone in enumerate(bones)}
    nodes: list[dict[str, Any]] = [
        {"name": BONES[bone], "translation": motion.offsets_m[bone].tolist()} for bone in bones
    ]
    for bone in bones[1:]:
        nodes[node[int(PARENTS[bone])]].setdefault("children", []).append(node[bone])
    human = {"specVersion": "1.0", "humanoid": {"humanBones": {BONES[bone]: {"node": node[bone]} for bone in bones}}}
    tree = {
        "asset": {"version": "2.0", "generator": "Visitant"},
        "extensionsUsed": ["VRMC_vrm_animation"],
        "extensions": {"VRMC_vrm_animation": human},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": nodes,
    }
    turns = body.local_rotations(motion.turns)
    times = np.arange(len(motion)) / motion.rate
    animation = Animation(name, times, {node[bone]: turns[:, bone] for bone in bones}, {0: motion.hips_m})
    write(path, GltfFile(str(path), tree, (), None), [animation])


def _nodes(file: GltfFile, bones: list[tuple[str, JsonValue]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for bone, at in bones:
        node = at["node"]
        # VRM 0 files of some exporters name bones that the avatar has not by the node -1.
        if bone not in BONE_INDEX or node.value == -1:
            continue
        index = file.index(node, "nodes")
        if index in found.values():
            raise node.wrong("a node for each bone", f"node {index}, which is another bone too")
        found[bone] = index
    return found
