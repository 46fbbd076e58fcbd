"""VRM: which node of an avatar's glTF file is which bone of the humanoid, in VRM 0.x and VRM 1.0, and VRM animation."""

from __future__ import annotations

from motion.gltf import At, File
from motion.skeleton import INDEX

RENAMED = {
    f"{side}Thumb{old}": f"{side}Thumb{new}"
    for side in ("left", "right")
    for old, new in (("Proximal", "Metacarpal"), ("Intermediate", "Proximal"))
}
"""Bones that VRM 0 calls otherwise: its thumb starts with what VRM 1 and anatomy call the metacarpal."""


def humanoid(file: File) -> tuple[str, dict[str, int]]:
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
        return "0", _nodes(file, [(RENAMED.get(bone, bone), at) for bone, at in named])
    return "", {}


def _nodes(file: File, bones: list[tuple[str, At]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for bone, at in bones:
        node = at["node"]
        # VRM 0 files of some exporters name bones that the avatar has not by the node -1.
        if bone not in INDEX or node.value == -1:
            continue
        index = file.index(node, "nodes")
        if index in found.values():
            raise node.wrong("a node for each bone", f"node {index}, which is another bone too")
        found[bone] = index
    return found
