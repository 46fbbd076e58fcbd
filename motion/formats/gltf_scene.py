"""Nodes and skins of a glTF file: the tree of transforms, groups of skins by skeleton, and the bind pose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.formats.gltf import GltfError, GltfFile, JsonValue, read_accessor

Array = NDArray[np.floating]

MAX_NODES = 1 << 14
"""Nodes of the largest accepted file."""
MAX_SKINS = 256
"""Skins of the largest accepted file."""
MIN_SCALE = 1e-9
"""Scale below which a matrix cannot be inverted."""
SAME_POSE_TOLERANCE = 0.01
"""Largest rotation of joints, radians, between two poses that count as the same."""
SAME_LENGTH_TOLERANCE = 0.03
"""Largest difference of bone lengths, as a share, between two poses of the same skeleton."""
MAX_DEPTH = 256
"""Depth of the deepest accepted tree."""


@dataclass(frozen=True)
class NodeTree:
    """The nodes of a file, in the file's order."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    order: tuple[int, ...]
    """Indices of the nodes in depth-first order."""
    translations: Array
    """(N, 3) in the parent's frame, as are the next two."""
    rotations: Array
    """(N, 4)"""
    linear: Array
    """(N, 3, 3) rotation and scale."""

    def world(self) -> Array:
        """(N, 4, 4) from each node's frame to the file's space."""
        found = np.tile(np.eye(4), (len(self.names), 1, 1))
        found[:, :3, :3], found[:, :3, 3] = self.linear, self.translations
        for node in self.order:
            if self.parents[node] >= 0:
                found[node] = found[self.parents[node]] @ found[node]
        return found


@dataclass(frozen=True)
class Skin:
    """Joints, and the matrices from a mesh's space to their frames."""

    name: str
    joints: tuple[int, ...]
    """Indices of nodes."""
    inverse_binds: Array
    """(K, 4, 4)"""


def read_nodes(file: GltfFile) -> NodeTree:
    """All nodes. Raises GltfError if they are no tree."""
    nodes = file.root.each("nodes")
    if len(nodes) > MAX_NODES:
        raise file.root["nodes"].error(f"at most {MAX_NODES} nodes")
    parents = [-1] * len(nodes)
    children: list[list[int]] = []
    for i, node in enumerate(nodes):
        children.append([])
        for at in node.each("children"):
            child = file.resolve_index(at, "nodes")
            if parents[child] >= 0 or child == i:
                raise at.error(
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
            if depth[child] > MAX_DEPTH:
                raise nodes[child].error(f"at most {MAX_DEPTH} nodes in a row", "one that is deeper")
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
    return NodeTree(names, tuple(parents), tuple(order), translations, rotations, linear)


def read_skins(file: GltfFile) -> tuple[Skin, ...]:
    """All skins. Raises GltfError."""
    if file.count("skins") > MAX_SKINS:
        raise file.root["skins"].error(f"at most {MAX_SKINS} skins")
    found = []
    for skin in file.root.each("skins"):
        joints = tuple(file.resolve_index(at, "nodes") for at in skin["joints"])
        if not joints or len(set(joints)) < len(joints):
            raise skin["joints"].error("joints, each of them once")
        binds = np.tile(np.eye(4), (len(joints), 1, 1))
        if (at := skin.get("inverseBindMatrices")) is not None:
            columns = read_accessor(file, at, ("MAT4",), (5126,))
            if len(columns) < len(joints):
                raise at.error(f"a matrix for each of the {len(joints)} joints", f"{len(columns)} matrices")
            binds[:] = columns[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
            binds[:, 3] = (0.0, 0.0, 0.0, 1.0)
        found.append(Skin(at.text() if (at := skin.get("name")) else skin.path, joints, binds))
    return tuple(found)


def group_skeletons(tree: NodeTree, skins: Sequence[Skin]) -> list[frozenset[int]]:
    """The nodes of all skins, grouped into skeletons: joints that share a skin or an ancestor that is a joint."""
    leader = list(range(len(tree.names)))

    def top(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    joints = {joint for skin in skins for joint in skin.joints}
    above = [-1] * len(tree.names)
    for node in tree.order:
        # The nearest ancestor that is a joint; other nodes may lie between.
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


def bind_pose(tree: NodeTree, skins: Sequence[Skin]) -> NodeTree:
    """The nodes in the pose in which the meshes were bound to them, if the file has them in another.

    Many exporters leave the nodes in a frame of an animation; the inverse bind matrices still hold the bind pose. If
    that is no pose of the same bones, the nodes stay as they are.
    """
    world = tree.world()
    bound: dict[int, Array] = {}
    for skin in skins:
        bound = _bound(tree, world, skin) | bound
    if not bound:
        return tree
    local = np.tile(np.eye(4), (len(tree.names), 1, 1))
    local[:, :3, :3], local[:, :3, 3] = tree.linear, tree.translations
    for node in tree.order:
        above = world[tree.parents[node]] if tree.parents[node] >= 0 else np.eye(4)
        if node in bound:
            local[node] = np.linalg.solve(above, bound[node])
        world[node] = above @ local[node]
    moved = sorted(bound)
    rotations = tree.rotations.copy()
    rotations[moved] = nearest_rotation(local[moved, :3, :3])
    return replace(tree, translations=local[:, :3, 3], rotations=rotations, linear=local[:, :3, :3])


def _bound(tree: NodeTree, world: Array, skin: Skin) -> dict[int, Array]:
    """World matrices of a skin's joints in the bind pose; empty if the nodes are in it already, or if it is invalid."""
    joints = list(skin.joints)
    sizes = np.abs(np.linalg.det(skin.inverse_binds[:, :3, :3]))
    if min(sizes.min(), np.abs(np.linalg.det(world[joints, :3, :3])).min()) < MIN_SCALE**3:
        return {}
    spaces = world[joints] @ skin.inverse_binds
    index = {joint: i for i, joint in enumerate(joints)}
    space = spaces[next(i for i, joint in enumerate(joints) if tree.parents[joint] not in index)]
    size = float(np.cbrt(abs(np.linalg.det(space[:3, :3]))))
    if np.abs(spaces[:, :3, :3] - space[:3, :3]).max() < SAME_POSE_TOLERANCE * size:
        return {}
    # The topmost joint may be posed, too, but the space of a mesh is rarely rotated by other than quarter turns.
    quarter = np.round(space[:3, :3] / size)
    if np.array_equal(quarter @ quarter.T, np.eye(3)):
        space = np.eye(4)
        space[:3, :3] = size * quarter
    binds = space @ np.linalg.inv(skin.inverse_binds)
    pairs = [(index[tree.parents[joint]], i) for i, joint in enumerate(joints) if tree.parents[joint] in index]
    if not pairs:
        return {}
    a, b = np.array(pairs).T
    lengths = [np.linalg.norm(m[b, :3, 3] - m[a, :3, 3], axis=-1) for m in (binds, world[joints])]
    same = np.abs(lengths[0] - lengths[1]) <= SAME_LENGTH_TOLERANCE * np.maximum(
        lengths[1], lengths[1].max() * SAME_LENGTH_TOLERANCE
    )
    return dict(zip(joints, binds, strict=True)) if same.mean() > 0.8 else {}


def nearest_rotation(linear: Array) -> Array:
    """The nearest rotations (..., 4) to linear maps (..., 3, 3), or to the inverted map if it mirrors."""
    u, _, v = np.linalg.svd(linear)
    turn = u @ v
    return rotation.from_matrix(turn * np.sign(np.linalg.det(turn))[..., None, None])


def _place(node: JsonValue) -> tuple[Array, Array, Array]:
    """Translation (3,), rotation (4,) and the linear part (3, 3) of a node."""
    if (matrix := node.get("matrix")) is not None:
        columns = matrix.numbers(16).reshape(4, 4).T
        return columns[:3, 3], nearest_rotation(columns[:3, :3]), columns[:3, :3]
    translation, turn, scale = np.zeros(3), rotation.IDENTITY, np.ones(3)
    if (at := node.get("translation")) is not None:
        translation = at.numbers(3)
    if (at := node.get("rotation")) is not None:
        x, y, z, w = at.numbers(4)
        turn = np.array([w, x, y, z])
        if not 0.5 < np.linalg.norm(turn) < 2.0:
            raise at.error("a quaternion x, y, z, w of length 1", str(at.value))
        turn = rotation.normalise(turn)
    if (at := node.get("scale")) is not None:
        scale = at.numbers(3)
    return translation, turn, rotation.to_matrix(turn) * scale
