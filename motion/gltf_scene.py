"""The nodes of a glTF file: a tree of places, rotations and scales, and the skins that bind meshes to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.gltf import At, File, GltfError, accessor

Array = NDArray[np.floating]

NODES = 1 << 14
"""How many nodes a file may have."""
SKINS = 256
"""How many skins."""
DEEPEST = 256
"""Nodes in a row from a root that are followed."""


@dataclass(frozen=True)
class Tree:
    """The nodes of a file in its own order."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    order: tuple[int, ...]
    """The nodes, parents first, each with what is below it together."""
    translations: Array
    """(N, 3) in the parent's frame, as the next two."""
    rotations: Array
    """(N, 4)"""
    linear: Array
    """(N, 3, 3) rotation and scale."""

    def world(self) -> Array:
        """(N, 4, 4) from each node's frame to the file's."""
        found = np.tile(np.eye(4), (len(self.names), 1, 1))
        found[:, :3, :3], found[:, :3, 3] = self.linear, self.translations
        for node in self.order:
            if self.parents[node] >= 0:
                found[node] = found[self.parents[node]] @ found[node]
        return found


@dataclass(frozen=True)
class Skin:
    """Joints, and the matrices that carry a mesh's vertices into their frames."""

    name: str
    joints: tuple[int, ...]
    """Nodes."""
    inverse_binds: Array
    """(K, 4, 4)"""


def tree(file: File) -> Tree:
    """All nodes. Raises GltfError where they make no tree."""
    nodes = file.root.each("nodes")
    if len(nodes) > NODES:
        raise file.root["nodes"].wrong(f"at most {NODES} nodes")
    parents = [-1] * len(nodes)
    children: list[list[int]] = []
    for i, node in enumerate(nodes):
        children.append([])
        for at in node.each("children"):
            child = file.index(at, "nodes")
            if parents[child] >= 0 or child == i:
                raise at.wrong(
                    "each node below one other", f"node {child}, which is below node {max(parents[child], i)}"
                )
            parents[child] = i
            children[i].append(child)
    order: list[int] = []
    depth = [0] * len(nodes)
    waiting = [i for i in reversed(range(len(nodes))) if parents[i] < 0]
    while waiting:
        here = waiting.pop()
        order.append(here)
        for child in reversed(children[here]):
            depth[child] = depth[here] + 1
            if depth[child] > DEEPEST:
                raise nodes[child].wrong(f"at most {DEEPEST} nodes in a row", "one that is deeper")
            waiting.append(child)
    if len(order) < len(nodes):
        lost = min(set(range(len(nodes))) - set(order))
        raise GltfError(f"{file.name}: nodes[{lost}].children: a circle of nodes, expected a tree")
    names = tuple(label.text() if (label := node.get("name")) else f"node {i}" for i, node in enumerate(nodes))
    translations = np.zeros((len(nodes), 3))
    rotations = np.tile(rotation.IDENTITY, (len(nodes), 1))
    linear = np.tile(np.eye(3), (len(nodes), 1, 1))
    for i, node in enumerate(nodes):
        translations[i], rotations[i], linear[i] = _place(node)
    return Tree(names, tuple(parents), tuple(order), translations, rotations, linear)


def skins(file: File) -> tuple[Skin, ...]:
    """All skins. Raises GltfError."""
    if file.size("skins") > SKINS:
        raise file.root["skins"].wrong(f"at most {SKINS} skins")
    found = []
    for skin in file.root.each("skins"):
        joints = tuple(file.index(at, "nodes") for at in skin["joints"])
        if not joints or len(set(joints)) < len(joints):
            raise skin["joints"].wrong("joints, each of them once")
        binds = np.tile(np.eye(4), (len(joints), 1, 1))
        if (at := skin.get("inverseBindMatrices")) is not None:
            columns = accessor(file, at, ("MAT4",), (5126,))
            if len(columns) < len(joints):
                raise at.wrong(f"a matrix for each of the {len(joints)} joints", f"{len(columns)} matrices")
            binds[:] = columns[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
            binds[:, 3] = (0.0, 0.0, 0.0, 1.0)
        found.append(Skin(at.text() if (at := skin.get("name")) else skin.path, joints, binds))
    return tuple(found)


def skeletons(tree: Tree, skins: Sequence[Skin]) -> list[frozenset[int]]:
    """The nodes of all skins, apart where neither a skin nor a joint further up holds them together."""
    leader = list(range(len(tree.names)))

    def top(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    joints = {joint for skin in skins for joint in skin.joints}
    above = [-1] * len(tree.names)
    for node in tree.order:
        # The nearest joint further up; nodes that are none may stand between.
        parent = tree.parents[node]
        above[node] = -1 if parent < 0 else parent if parent in joints else above[parent]
    for joint in joints:
        if above[joint] >= 0:
            leader[top(joint)] = top(above[joint])
    for skin in skins:
        for joint in skin.joints[1:]:
            leader[top(joint)] = top(skin.joints[0])
    groups: dict[int, set[int]] = {}
    for joint in sorted(joints):
        groups.setdefault(top(joint), set()).add(joint)
    return [frozenset(group) for group in groups.values()]


def split(linear: Array) -> Array:
    """Rotations (..., 4) in linear maps (..., 3, 3): the nearest ones, of the mirror image where they mirror."""
    u, _, v = np.linalg.svd(linear)
    turn = u @ v
    return rotation.from_matrix(turn * np.sign(np.linalg.det(turn))[..., None, None])


def _place(node: At) -> tuple[Array, Array, Array]:
    """Translation (3,), rotation (4,) and the linear part (3, 3) of a node."""
    if (matrix := node.get("matrix")) is not None:
        columns = matrix.numbers(16).reshape(4, 4).T
        return columns[:3, 3], split(columns[:3, :3]), columns[:3, :3]
    translation, turn, scale = np.zeros(3), rotation.IDENTITY, np.ones(3)
    if (at := node.get("translation")) is not None:
        translation = at.numbers(3)
    if (at := node.get("rotation")) is not None:
        x, y, z, w = at.numbers(4)
        turn = np.array([w, x, y, z])
        if not 0.5 < np.linalg.norm(turn) < 2.0:
            raise at.wrong("a quaternion x, y, z, w of length 1", str(at.value))
        turn = rotation.normalise(turn)
    if (at := node.get("scale")) is not None:
        scale = at.numbers(3)
    return translation, turn, rotation.to_matrix(turn) * scale
