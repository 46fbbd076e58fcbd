"""VRM: the node of each bone in a glTF file, for VRM 0.x, VRM 1.0 and VRM animation; writes VRM animation."""

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
"""VRM 1 names of bones that VRM 0 names otherwise: its thumb starts with what VRM 1 calls the metacarpal."""


def read_humanoid(file: GltfFile) -> tuple[str, dict[str, int]]:
    """The version ("0", "1", or "" if the file is no VRM) and the node of each bone. Raises GltfError.

    A VRM 0 model faces -Z in the file's space, a VRM 1 model and a VRM animation +Z (VRM specification, "Humanoid").
    """
    extensions = file.root.get("extensions")
    if extensions is None:
        return "", {}
    if new := extensions.get("VRMC_vrm") or extensions.get("VRMC_vrm_animation"):
        bones = new["humanoid"]["humanBones"]
        if not isinstance(bones.value, dict):
            raise bones.error("an object {}")
        return "1", _nodes(file, [(bone, bones[bone]) for bone in bones.value])
    if old := extensions.get("VRM"):
        named = [(at["bone"].text(), at) for at in old["humanoid"]["humanBones"]]
        return "0", _nodes(file, [(VRM0_BONE_NAMES.get(bone, bone), at) for bone, at in named])
    return "", {}


def write_animation(path: Path, name: str, motion: Motion) -> None:
    """Write a motion without a character, as a .vrma file that any VRM plays. Raises GltfError, OSError.

    Nodes are the bones in a T-pose, with rotations relative to it (VRMC_vrm_animation 1.0); eyes are left out, as the
    format animates them by a gaze.
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
        # Some exporters of VRM 0 write the node -1 for bones that the avatar lacks.
        if bone not in BONE_INDEX or node.value == -1:
            continue
        index = file.resolve_index(node, "nodes")
        if index in found.values():
            raise node.error("a node for each bone", f"node {index}, which is also another bone")
        found[bone] = index
    return found
