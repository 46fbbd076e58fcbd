"""Finds the humanoid skeleton among the nodes of a glTF file, and the node of each bone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion.formats import gltf_scene, vrm
from motion.formats.gltf import GltfError, GltfFile
from motion.formats.gltf_scene import NodeTree, Skin
from motion.formats.naming import NamingError, find_bones, joints_of_map
from motion.skeleton import BONES, REQUIRED_BONES

Array = NDArray[np.floating]

MAX_NODES = 1024
"""Nodes of the largest accepted skeleton, with all ancestors and descendants of its joints."""
MAX_LISTED_JOINTS = 80
"""Joints that an error message lists at most."""


@dataclass(frozen=True)
class Humanoid:
    """A skeleton in a file."""

    vrm: str
    """Version of the VRM that names the bones: "0", "1", or "" for none."""
    nodes: tuple[int, ...]
    """Its joints and all their ancestors and descendants, parents first."""
    bones: Mapping[str, int]
    """Index into `nodes` of each bone."""


def find_humanoid(
    file: GltfFile, tree: NodeTree, skins: Sequence[Skin], bone_map: Mapping[str, str] | None = None, skeleton: str = ""
) -> Humanoid:
    """The humanoid of a file: the only one, or the one with a skin or joint of the name `skeleton`.

    `bone_map` maps bones to joints and overrides all else. Raises GltfError.
    """
    if not tree.names:
        raise GltfError(f"{file.name}: nodes: there is none, expected the joints of a humanoid")
    version, humanoid = vrm.read_humanoid(file)
    groups = gltf_scene.group_skeletons(tree, skins) or [frozenset(range(len(tree.names)))]
    if version:
        groups = [frozenset().union(*groups, humanoid.values())]
    called = {group: sorted({skin.name for skin in skins if skin.joints[0] in group}) for group in groups}
    if skeleton:
        groups = [g for g in groups if skeleton in called[g] or skeleton in {tree.names[node] for node in g}]
    world = tree.world()
    found: list[tuple[frozenset[int], tuple[int, ...], dict[str, int]]] = []
    refused = f"skins: there is no skeleton with a skin or joint {skeleton!r}"
    for group in groups:
        nodes = _nodes(file, tree, group)
        try:
            found.append((group, nodes, _bones(tree, world, nodes, humanoid, bone_map)))
        except NamingError as error:
            refused = str(error)
    if not found:
        raise GltfError(f"{file.name}: {refused}")
    good = [one for one in found if one[2].keys() >= REQUIRED_BONES]
    if not good:
        raise _no_humanoid(file, tree, *max((one[1:] for one in found), key=lambda one: len(one[1])))
    if len(good) > 1:
        which = ", ".join(" or ".join(called[group]) for group, *_ in good)
        raise GltfError(f"{file.name}: skins: {len(good)} skeletons, expected one; name one of: {which}")
    return Humanoid(version, *good[0][1:])


def _nodes(file: GltfFile, tree: NodeTree, group: Collection[int]) -> tuple[int, ...]:
    """A skeleton's joints with all their ancestors and descendants, parents first."""
    wanted = set(group)
    for node in reversed(tree.order):
        if node in wanted and tree.parents[node] >= 0:
            wanted.add(tree.parents[node])
    held = set(group)
    for node in tree.order:
        if tree.parents[node] in held:
            held.add(node)
    nodes = tuple(node for node in tree.order if node in wanted | held)
    if len(nodes) > MAX_NODES:
        raise GltfError(f"{file.name}: skins: a skeleton of {len(nodes)} nodes, expected at most {MAX_NODES}")
    return nodes


def _bones(
    tree: NodeTree,
    world: Array,
    nodes: tuple[int, ...],
    humanoid: Mapping[str, int],
    bone_map: Mapping[str, str] | None,
) -> dict[str, int]:
    """The joint of each bone: of the VRM, overridden by the bone map; or found by names and structure."""
    names = [tree.names[node] for node in nodes]
    at = {node: joint for joint, node in enumerate(nodes)}
    if humanoid:
        bones = {bone: at[node] for bone, node in humanoid.items()} | joints_of_map(bone_map or {}, names)
        return {bone: joint for bone, joint in bones.items() if (bone_map or {}).get(bone) != ""}
    parents = [at.get(tree.parents[node], -1) for node in nodes]
    return find_bones(names, parents, world[list(nodes), :3, 3], bone_map)


def _no_humanoid(file: GltfFile, tree: NodeTree, nodes: tuple[int, ...], bones: Mapping[str, int]) -> GltfError:
    names = [tree.names[node] for node in nodes]
    missing = [bone for bone in BONES if bone in REQUIRED_BONES and bone not in bones]
    shown = ", ".join(names[:MAX_LISTED_JOINTS]) + (
        f" and {len(names) - MAX_LISTED_JOINTS} more" if len(names) > MAX_LISTED_JOINTS else ""
    )
    return GltfError(
        f"{file.name}: nodes: no humanoid: no joint is known for {', '.join(missing)}. The joints are: {shown}. "
        f'Map them in a TOML file: [bones], then lines such as {missing[0]} = "{names[-1]}"'
    )
