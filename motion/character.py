"""Characters: skinned glTF and VRM files as a rig in metres with meshes on it, and back with a new animation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motion import gltf, gltf_animation, gltf_scene, rotation, vrm
from motion.gltf import File, GltfError
from motion.gltf_mesh import Mesh, Meshes
from motion.gltf_scene import Skin, Tree
from motion.naming import NamingError, bones_of, located
from motion.rig import Rig
from motion.skeleton import BONES, REQUIRED
from motion.take import Take

Array = NDArray[np.floating]

JOINTS = 1024
"""How many joints, with all nodes above and below them, a character may have."""
GIANT_M, DWARF_M = 20.0, 0.1
"""Joints that span more are in centimetres although the format wants metres; those that span less are in hundreds."""
THINNEST = 1e-6
"""Scale of a joint below which it is as good as nothing and cannot be undone."""
SAMPLES = 1 << 23
"""Joints times frames of the longest animation that is read."""
SHOWN = 80
"""How many joints an error lists."""


@dataclass(frozen=True, eq=False)
class Character:
    """A humanoid with a skin. Its rig stands in metres and, where it is a VRM, faces +Z whatever its version."""

    rig: Rig
    vrm: str
    """"0" or "1" where the file is a VRM of that version, else ""."""
    meshes: tuple[Mesh, ...]
    joints: NDArray[np.intp]
    """(K,) the rig's joint of each entry of the skin: one skin for all meshes, of joints that vertices follow."""
    inverse_binds: Array
    """(K, 4, 4) from a mesh's space to the joint's own."""
    file: File
    nodes: tuple[int, ...]
    """(J,) the file's node of each joint of the rig."""
    space: Array
    """(4, 4) from the file's space to the rig's."""
    linear: Array
    """(J, 3, 3) rotation and scale of each joint at rest, in the rig's space."""
    local_turns: Array
    """(J, 4) rotations of the nodes at rest, in their parents' frames."""

    @property
    def animations(self) -> tuple[str, ...]:
        """Names of the file's own animations; `take` reads one."""
        return gltf_animation.names(self.file)

    @cached_property
    def shapes(self) -> Array:
        """(K, 3, 4) from a mesh's space to the axes of each joint's rotation, metres."""
        turned = rotation.to_matrix(rotation.conjugate(self.rig.turns)) @ self.linear
        return turned[self.joints] @ self.inverse_binds[:, :3]

    @cached_property
    def above(self) -> tuple[Array, Array, Array]:
        """Of each joint's parent at rest, the rig's space for a root: rotation (J, 4), linear (J, 3, 3), and what
        (J, 4) stands between the joint's local rotation and its parent's frame where a scale is uneven."""
        parents = list(self.rig.parents)
        turns = np.concatenate([self.rig.turns, gltf_scene.split(self.space[None, :3, :3])])[parents]
        linear = np.concatenate([self.linear, self.space[None, :3, :3]])[parents]
        odd = rotation.multiply(rotation.conjugate(self.rig.turns), rotation.multiply(turns, self.local_turns))
        return turns, linear, odd


def skin_matrices(character: Character, places_m: Array, turns: Array) -> NDArray[np.float32]:
    """(..., K, 4, 4) from the meshes' space at bind pose to metres, for joints (..., J, 3) and turns (..., J, 4).

    Places and turns are as `motion.retarget.pose` gives them. A vertex is the sum of these by its weights.
    """
    found = np.zeros((*turns.shape[:-2], len(character.joints), 4, 4), np.float32)
    found[..., :3, :] = rotation.to_matrix(turns[..., character.joints, :]) @ character.shapes
    found[..., :3, 3] += places_m[..., character.joints, :]
    found[..., 3, 3] = 1.0
    return found


def skinned(mesh: Mesh, matrices: NDArray[np.float32], some: NDArray[Any] | slice = slice(None)) -> NDArray[np.float32]:
    """(V, 3) a mesh's vertices in metres, or some of them, for `skin_matrices` (K, 4, 4)."""
    blended = (mesh.weights[some, :, None, None] * matrices[mesh.joints[some]]).sum(axis=1)
    return (blended[:, :3, :3] @ mesh.positions[some, :, None])[..., 0] + blended[:, :3, 3]


def local(character: Character, places_m: Array, turns: Array) -> tuple[Array, Array]:
    """Translations (..., J, 3) and rotations (..., J, 4) of the nodes in their parents' frames and the file's unit."""
    parents = list(character.rig.parents)
    rest, linear, odd = character.above
    root = np.array(parents) < 0
    above = np.where(root[:, None], rest, turns[..., parents, :])
    from_m = np.where(root[:, None], character.space[:3, 3], places_m[..., parents, :])
    undone = rotation.multiply(rest, rotation.conjugate(above))
    steps = rotation.rotate(undone, places_m - from_m)
    translations = (np.linalg.inv(linear) @ steps[..., None])[..., 0]
    return translations, rotation.multiply(rotation.multiply(rotation.conjugate(above), turns), odd)


def world(character: Character, translations: Array, rotations: Array) -> tuple[Array, Array]:
    """Joints (..., J, 3) in metres and rotations (..., J, 4) for what the nodes do: `local` backwards."""
    rest, linear, odd = character.above
    steps = (linear @ translations[..., None])[..., 0]
    turned = rotation.multiply(rotations, rotation.conjugate(odd))
    places, turns = np.empty_like(steps), np.empty_like(turned)
    for joint, parent in enumerate(character.rig.parents):
        above = rest[joint] if parent < 0 else turns[..., parent, :]
        start = character.space[:3, 3] if parent < 0 else places[..., parent, :]
        moved = rotation.multiply(above, rotation.conjugate(rest[joint]))
        places[..., joint, :] = start + rotation.rotate(moved, steps[..., joint, :])
        turns[..., joint, :] = rotation.multiply(above, turned[..., joint, :])
    return places, rotation.normalise(turns)


def take(character: Character, animation: int = 0, rate: float = 60.0) -> Take:
    """One of the file's own animations, from its first key to its last. Raises GltfError."""
    file = character.file
    if not 0 <= animation < file.size("animations"):
        raise GltfError(f"{file.name}: animations: there are {file.size('animations')}, so none is number {animation}")
    tracks = [t for t in gltf_animation.tracks(file, animation) if t.node in character.nodes]
    if not tracks:
        raise GltfError(f"{file.name}: animations[{animation}].channels: none turns or moves a joint of the character")
    start, end = min(t.times[0] for t in tracks), max(t.times[-1] for t in tracks)
    count = int((end - start) * rate + 1e-6) + 1
    if count * len(character.nodes) > SAMPLES:
        raise GltfError(
            f"{file.name}: animations[{animation}]: {end - start:.0f} s at {rate:g} frames a second is too long"
        )
    times = start + np.arange(count) / rate
    joint = {node: i for i, node in enumerate(character.nodes)}
    tree = gltf_scene.tree(file)
    translations = np.tile(tree.translations[list(character.nodes)], (count, 1, 1))
    rotations = np.tile(tree.rotations[list(character.nodes)], (count, 1, 1))
    for track in tracks:
        values = translations if track.path == "translation" else rotations
        values[:, joint[track.node]] = gltf_animation.sample(track, times)
    places, turns = world(character, translations, rotations)
    return Take(character.rig, places, turns, rate)


def read(
    path: Path,
    bones: Mapping[str, str] | None = None,
    skeleton: str = "",
    skinned: bool = True,
) -> Character:
    """The character in a .glb, .gltf or .vrm file.

    `bones` names the joint of each bone, for what neither VRM nor names and structure tell. `skeleton` names a skin
    or joint of the one that is meant where there are several. Without `skinned` joints alone will do, as a source
    of motion. Raises GltfError, or OSError where the file cannot be read.
    """
    return build(gltf.read(path), bones, skeleton, skinned)


def build(file: File, bones: Mapping[str, str] | None = None, skeleton: str = "", skinned: bool = True) -> Character:
    """The character in a file that is read; see `read`."""
    tree = gltf_scene.tree(file)
    skins = gltf_scene.skins(file)
    if not skins and skinned:
        raise GltfError(
            f"{file.name}: skins: there is none, expected a mesh that is bound to joints: export it with its armature"
        )
    version, humanoid = vrm.humanoid(file)
    groups = gltf_scene.skeletons(tree, skins) or [frozenset(range(len(tree.names)))]
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
            found.append((group, nodes, _bones(tree, world, nodes, humanoid, bones)))
        except NamingError as error:
            refused = str(error)
    if not found:
        raise GltfError(f"{file.name}: {refused}")
    good = [one for one in found if one[2].keys() >= REQUIRED]
    if not good:
        raise _no_humanoid(file, tree, *max((one[1:] for one in found), key=lambda one: len(one[1])))
    if len(good) > 1:
        which = ", ".join(" or ".join(called[group]) for group, *_ in good)
        raise GltfError(f"{file.name}: skins: {len(good)} skeletons, expected one; name the one that is meant: {which}")
    return _assemble(file, tree, skins, version, *good[0][1:])


def _nodes(file: File, tree: Tree, group: Collection[int]) -> tuple[int, ...]:
    """A skeleton's joints with all nodes above and below them, parents first."""
    wanted = set(group)
    for node in reversed(tree.order):
        if node in wanted and tree.parents[node] >= 0:
            wanted.add(tree.parents[node])
    held = set(group)
    for node in tree.order:
        if tree.parents[node] in held:
            held.add(node)
    nodes = tuple(node for node in tree.order if node in wanted | held)
    if len(nodes) > JOINTS:
        raise GltfError(f"{file.name}: skins: a skeleton of {len(nodes)} nodes, expected at most {JOINTS}")
    return nodes


def _bones(
    tree: Tree, world: Array, nodes: tuple[int, ...], humanoid: Mapping[str, int], told: Mapping[str, str] | None
) -> dict[str, int]:
    """The rig's joint of each bone: as the VRM has it, changed by what was told; else by names and structure."""
    names = [tree.names[node] for node in nodes]
    at = {node: joint for joint, node in enumerate(nodes)}
    if humanoid:
        bones = {bone: at[node] for bone, node in humanoid.items()} | located(told or {}, names)
        return {bone: joint for bone, joint in bones.items() if (told or {}).get(bone) != ""}
    parents = [at.get(tree.parents[node], -1) for node in nodes]
    return bones_of(names, parents, world[list(nodes), :3, 3], told)


def _no_humanoid(file: File, tree: Tree, nodes: tuple[int, ...], bones: Mapping[str, int]) -> GltfError:
    names = [tree.names[node] for node in nodes]
    missing = [bone for bone in BONES if bone in REQUIRED and bone not in bones]
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    return GltfError(
        f"{file.name}: nodes: no humanoid: no joint is known for {', '.join(missing)}. The joints are: {shown}. "
        f'Say which is which in a TOML file of bones: [bones], then lines such as {missing[0]} = "{names[-1]}"'
    )


def _assemble(
    file: File, tree: Tree, skins: Sequence[Skin], version: str, nodes: tuple[int, ...], bones: Mapping[str, int]
) -> Character:
    at = {node: joint for joint, node in enumerate(nodes)}
    world = tree.world()
    space = _space(version, world[[nodes[joint] for joint in bones.values()], :3, 3])
    there = (space @ world)[list(nodes)]
    linear = there[:, :3, :3]
    sizes = np.linalg.svd(linear, compute_uv=False)
    if not (np.isfinite(there).all() and sizes.min() > THINNEST and np.abs(there).max() < gltf.MAGNITUDE):
        worst = nodes[int(np.argmin(np.nan_to_num(sizes[:, -1])))]
        raise GltfError(
            f"{file.name}: nodes[{worst}].scale: with those above it a size of {np.nan_to_num(sizes.min()):g}, "
            f"expected one of at least {THINNEST:g} that can be undone"
        )
    parents = tuple(at.get(tree.parents[node], -1) for node in nodes)
    names = tuple(tree.names[node] for node in nodes)
    rig = Rig(names, parents, there[:, :3, 3], gltf_scene.split(linear), dict(bones))
    meshes, joints, binds = _skin(file, tree, skins, at, bones)
    character = Character(
        rig, version, meshes, joints, binds, file, nodes, space, linear, tree.rotations[list(nodes)]
    )  # fmt: skip
    return replace(character, rig=replace(rig, floor_m=_floor(character)))


def _space(version: str, joints: Array) -> Array:
    """(4, 4) from the file's space to metres in which a VRM faces +Z."""
    unit = 1.0
    tall = float(np.ptp(joints, axis=0).max())
    if tall > GIANT_M:
        unit = 0.01
    elif 0.0 < tall < DWARF_M:
        unit = 100.0
    turn = -1.0 if version == "0" else 1.0
    return np.diag([turn * unit, unit, turn * unit, 1.0])


def _skin(
    file: File, tree: Tree, skins: Sequence[Skin], at: Mapping[int, int], bones: Mapping[str, int]
) -> tuple[tuple[Mesh, ...], NDArray[np.intp], Array]:
    """The meshes that the joints carry, bound to one skin, which is made of what their vertices follow."""
    read = Meshes(file)
    entries: dict[tuple[int, bytes], int] = {}
    joints: list[int] = []
    binds: list[Array] = []

    def entry(joint: int, bind: Array) -> int:
        key = (joint, bind.astype(np.float32).tobytes())
        if key not in entries:
            entries[key] = len(joints)
            joints.append(joint)
            binds.append(bind)
        return entries[key]

    def bound(mesh: Mesh, owners: Sequence[int], matrices: Array) -> Mesh:
        used = np.unique(mesh.joints[mesh.weights > 0.0])
        table = np.zeros(len(owners), np.uint16)
        table[used] = [entry(owners[i], matrices[i]) for i in used.tolist()]
        return replace(mesh, joints=table[mesh.joints])

    meshes: list[Mesh] = []
    carried = set(bones.values())
    for node in tree.order:
        if node in at and at.get(tree.parents[node], -1) in carried:
            carried.add(at[node])
        element = file.nth("nodes", node)
        if (mesh := element.get("mesh")) is None:
            continue
        if (index := element.get("skin")) is not None:
            skin = skins[file.index(index, "skins")]
            if all(joint in at for joint in skin.joints):
                owners = [at[joint] for joint in skin.joints]
                parts = read.read(file.follow(mesh, "meshes"), len(owners))
                meshes += [bound(part, owners, skin.inverse_binds) for part in parts]
        elif node in at and at[node] in carried:
            parts = read.read(file.follow(mesh, "meshes"), 0)
            meshes += [bound(part, [at[node]], np.eye(4)[None]) for part in parts]
    return tuple(meshes), np.array(joints, np.intp), np.array(binds).reshape(-1, 4, 4)


def _floor(character: Character) -> float | None:
    """The height of the lowest vertex that follows a foot, at rest."""
    rig = character.rig
    soles = {rig.bones[bone] for bone in ("leftFoot", "rightFoot", "leftToes", "rightToes") if bone in rig.bones}
    for joint, parent in enumerate(rig.parents):
        if parent in soles:
            soles.add(joint)
    matrices = skin_matrices(character, rig.places_m, rig.turns)
    entries = np.isin(character.joints, list(soles))
    lowest = []
    for mesh in character.meshes:
        first = np.take_along_axis(mesh.joints, mesh.weights.argmax(axis=1)[:, None], 1)[:, 0]
        on = entries[first]
        if on.any():
            lowest.append(skinned(mesh, matrices, on)[:, 1].min())
    return float(min(lowest)) if lowest else None
