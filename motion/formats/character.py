"""Characters: glTF and VRM files as a rig in metres with meshes, and written back with new animations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motion import retarget, rotation
from motion.body import Motion
from motion.formats import gltf, gltf_animation, gltf_humanoid, gltf_mesh, gltf_scene, gltf_write
from motion.formats.gltf import GltfError, GltfFile
from motion.formats.gltf_humanoid import Humanoid
from motion.formats.gltf_mesh import Mesh
from motion.formats.gltf_scene import NodeTree, Skin
from motion.formats.gltf_write import Animation
from motion.rig import Rig
from motion.take import Take

Array = NDArray[np.floating]

GIANT_M = 20.0
"""A character that spans more is in centimetres, although the format demands metres."""
DWARF_M = 0.1
"""A character that spans less is in units of 100 m."""
MIN_SCALE = 1e-6
"""Scale of a joint below which it cannot be inverted."""
MAX_SAMPLES = 1 << 23
"""Joints times frames of the longest accepted animation."""
MIN_KEY_ROTATION = 1e-6
"""Radians by which a joint must leave its rotation in the file for its keys to be written."""
MIN_KEY_OFFSET_M = 1e-5
"""Metres by which it must leave its position in the file."""


@dataclass(frozen=True, eq=False)
class Character:
    """A humanoid with meshes that are bound by a skin or hang on its joints.

    Its rig is in metres; that of a VRM of either version faces +Z.
    """

    rig: Rig
    vrm: str
    """Version of VRM: "0", "1", or "" if the file is none."""
    meshes: tuple[Mesh, ...]
    joints: NDArray[np.intp]
    """(K,) the rig's joint of each entry of the skin, which all meshes share."""
    inverse_binds: Array
    """(K, 4, 4) from a mesh's space to the joint's own."""
    file: GltfFile
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
        """Names of the file's own animations; `animation_take` reads one."""
        return gltf_animation.animation_names(self.file)

    @cached_property
    def shapes(self) -> Array:
        """(K, 3, 4) from a mesh's space to the axes of each joint's rotation, metres."""
        turned = rotation.to_matrix(rotation.conjugate(self.rig.turns)) @ self.linear
        return turned[self.joints] @ self.inverse_binds[:, :3]

    @cached_property
    def parents_at_rest(self) -> tuple[Array, Array, Array]:
        """Each joint's parent at rest, the rig's space for a root: rotation (J, 4) and linear map (J, 3, 3); and the
        rotation (J, 4) between the joint's local rotation and its parent's frame, which uneven scales cause."""
        parents = list(self.rig.parents)
        turns = np.concatenate([self.rig.turns, gltf_scene.nearest_rotation(self.space[None, :3, :3])])[parents]
        linear = np.concatenate([self.linear, self.space[None, :3, :3]])[parents]
        odd = rotation.multiply(rotation.conjugate(self.rig.turns), rotation.multiply(turns, self.local_turns))
        return turns, linear, odd


def skin_matrices(character: Character, positions_m: Array, turns: Array) -> NDArray[np.float32]:
    """(..., K, 4, 4) from the meshes' space at bind pose to metres, for joints (..., J, 3) and turns (..., J, 4).

    Positions and turns are as `motion.retarget.pose_rig` returns them. A vertex is transformed by the weighted sum.
    """
    found = np.zeros((*turns.shape[:-2], len(character.joints), 4, 4), np.float32)
    found[..., :3, :] = rotation.to_matrix(turns[..., character.joints, :]) @ character.shapes
    found[..., :3, 3] += positions_m[..., character.joints, :]
    found[..., 3, 3] = 1.0
    return found


def skin_vertices(
    mesh: Mesh, matrices: NDArray[np.float32], selected: NDArray[Any] | slice = slice(None)
) -> NDArray[np.float32]:
    """(V, 3) vertices of a mesh in metres, or the `selected` ones, for `skin_matrices` (K, 4, 4)."""
    blended = (mesh.weights[selected, :, None, None] * matrices[mesh.joints[selected]]).sum(axis=1)
    skinned: NDArray[np.float32] = (blended[:, :3, :3] @ mesh.positions[selected, :, None])[..., 0] + blended[:, :3, 3]
    return skinned


def node_transforms(character: Character, positions_m: Array, turns: Array) -> tuple[Array, Array]:
    """Translations (..., J, 3) and rotations (..., J, 4) of the nodes in their parents' frames and the file's unit."""
    parents = list(character.rig.parents)
    rest, linear, odd = character.parents_at_rest
    root = np.array(parents) < 0
    above = np.where(root[:, None], rest, turns[..., parents, :])
    from_m = np.where(root[:, None], character.space[:3, 3], positions_m[..., parents, :])
    undone = rotation.multiply(rest, rotation.conjugate(above))
    steps = rotation.rotate(undone, positions_m - from_m)
    translations = (np.linalg.inv(linear) @ steps[..., None])[..., 0]
    return translations, rotation.multiply(rotation.multiply(rotation.conjugate(above), turns), odd)


def joints_from_nodes(character: Character, translations: Array, rotations: Array) -> tuple[Array, Array]:
    """Joints (..., J, 3) in metres and rotations (..., J, 4) for transforms of the nodes: inverts `node_transforms`."""
    rest, linear, odd = character.parents_at_rest
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


def is_moved_by(character: Character, animation: int) -> bool:
    """Whether one of the file's animations turns or moves a joint of the character. Raises GltfError."""
    return any(track.node in character.nodes for track in gltf_animation.read_tracks(character.file, animation))


def animation_take(character: Character, animation: int = 0, rate: float | None = None) -> Take:
    """A take of one of the file's animations, from its first key to its last, at `rate` frames a second or the
    animation's own. Raises GltfError."""
    file = character.file
    if not 0 <= animation < file.count("animations"):
        raise GltfError(f"{file.name}: animations: there are {file.count('animations')}, so none is number {animation}")
    tracks = [t for t in gltf_animation.read_tracks(file, animation) if t.node in character.nodes]
    if not tracks:
        raise GltfError(f"{file.name}: animations[{animation}].channels: none turns or moves a joint of the character")
    rate = rate or gltf_animation.key_rate(tracks)
    start, end = min(t.times[0] for t in tracks), max(t.times[-1] for t in tracks)
    count = int((end - start) * rate + 1e-3) + 1  # keys are single precision
    if count * len(character.nodes) > MAX_SAMPLES:
        raise GltfError(
            f"{file.name}: animations[{animation}]: {end - start:.0f} s at {rate:g} frames a second is too long"
        )
    times = start + np.arange(count) / rate
    joint = {node: i for i, node in enumerate(character.nodes)}
    tree = gltf_scene.read_nodes(file)
    translations = np.tile(tree.translations[list(character.nodes)], (count, 1, 1))
    rotations = np.tile(tree.rotations[list(character.nodes)], (count, 1, 1))
    for track in tracks:
        values = translations if track.path == "translation" else rotations
        values[:, joint[track.node]] = gltf_animation.sample_track(track, times)
    places, turns = joints_from_nodes(character, translations, rotations)
    return Take(character.rig, places, turns, rate)


def read(
    path: Path,
    bones: Mapping[str, str] | None = None,
    skeleton: str = "",
    drawn: bool = True,
) -> Character:
    """The character in a .glb, .gltf or .vrm file.

    `bones` maps bones to joints, overriding VRM, names and structure. `skeleton` is the name of a skin or joint of the
    skeleton to choose among several. Without `drawn` joints suffice, for motion alone: meshes may be missing, and are
    not read if they are compressed. Raises GltfError, OSError.
    """
    return from_file(gltf.read(path), bones, skeleton, drawn)


def from_file(
    file: GltfFile, bones: Mapping[str, str] | None = None, skeleton: str = "", drawn: bool = True
) -> Character:
    """The character in a parsed file; see `read`."""
    if drawn:
        gltf.refuse_compression(file)
    tree = gltf_scene.read_nodes(file)
    skins = gltf_scene.read_skins(file)
    humanoid = gltf_humanoid.find_humanoid(file, tree, skins, bones, skeleton)
    # The nodes of a VRM are in a T-pose by definition.
    posed = tree if humanoid.vrm else gltf_scene.bind_pose(tree, skins)
    found = _assemble(file, posed, skins if drawn or not gltf.is_compressed(file) else None, humanoid)
    if drawn and not skins and not found.meshes:
        raise GltfError(
            f"{file.name}: skins: there is none, and no mesh hangs on a joint; export the character with its meshes"
        )
    return found


def write(path: Path, character: Character, motions: Mapping[str, Take | Motion], still: bool = False) -> None:
    """Write the character's file with these animations before its own: .glb, .vrm or .gltf by the path's suffix.

    A take must be on the character's own rig; a motion is retargeted by `motion.retarget.pose_rig`. Keys are written
    for joints that leave their place in the file, or with `still` for all; only the hips have translations, and joints
    that leave their parents. Raises GltfError, ValueError for a take on another rig, OSError.
    """
    animations = []
    for name, motion in motions.items():
        if isinstance(motion, Take):
            if motion.rig is not character.rig:
                raise ValueError(f"{name!r} is on another rig than the character's: pass its motion")
            places, turns = motion.positions_m, motion.turns
        else:
            places, turns = retarget.pose_rig(motion, character.rig)
        animations.append(_animation(name, character, places, turns, motion.rate, still))
    gltf_write.write(path, character.file, animations)


def _animation(name: str, character: Character, places: Array, turns: Array, rate: float, still: bool) -> Animation:
    tree, nodes = gltf_scene.read_nodes(character.file), list(character.nodes)
    translations, rotations = node_transforms(character, places, turns)
    apart = rotation.angle(rotations, tree.rotations[nodes]).max(axis=0)
    # Compared in metres, whatever the unit of the file.
    scale = np.linalg.norm(character.parents_at_rest[1], axis=(1, 2))
    away = np.linalg.norm(translations - tree.translations[nodes], axis=-1).max(axis=0) * scale
    hips = character.rig.bones["hips"]
    return Animation(
        name,
        np.arange(len(places)) / rate,
        {node: rotations[:, joint] for joint, node in enumerate(nodes) if still or apart[joint] > MIN_KEY_ROTATION},
        {
            node: translations[:, joint]
            for joint, node in enumerate(nodes)
            if joint == hips or away[joint] > MIN_KEY_OFFSET_M
        },
    )


def _assemble(file: GltfFile, tree: NodeTree, skins: Sequence[Skin] | None, humanoid: Humanoid) -> Character:
    """The character of a humanoid; without `skins` it has no meshes."""
    nodes = humanoid.nodes
    at = {node: joint for joint, node in enumerate(nodes)}
    world = tree.world()
    space = _space(humanoid.vrm, world[[nodes[joint] for joint in humanoid.bones.values()], :3, 3])
    there = (space @ world)[list(nodes)]
    linear = there[:, :3, :3]
    sizes = np.linalg.svd(linear, compute_uv=False)
    if not (np.isfinite(there).all() and sizes.min() > MIN_SCALE and np.abs(there).max() < gltf.MAX_NUMBER):
        worst = nodes[int(np.argmin(np.nan_to_num(sizes[:, -1])))]
        raise GltfError(
            f"{file.name}: nodes[{worst}].scale: with those above it a size of {np.nan_to_num(sizes.min()):g}, "
            f"expected one of at least {MIN_SCALE:g} that can be undone"
        )
    parents = tuple(at.get(tree.parents[node], -1) for node in nodes)
    names = tuple(tree.names[node] for node in nodes)
    rig = Rig(names, parents, there[:, :3, 3], gltf_scene.nearest_rotation(linear), dict(humanoid.bones))
    if skins is None:
        skin = gltf_mesh.NO_MESHES
    else:
        skin = gltf_mesh.read_skinned_meshes(file, tree, skins, at, humanoid.bones.values())
    turns = tree.rotations[list(nodes)]
    character = Character(
        rig, humanoid.vrm, skin.meshes, skin.joints, skin.inverse_binds, file, nodes, space, linear, turns
    )
    return replace(character, rig=replace(rig, floor_m=_floor(character)))


def _space(version: str, joints: Array) -> Array:
    """(4, 4) from the file's space to metres, with a VRM facing +Z."""
    unit = 1.0
    tall = float(np.ptp(joints, axis=0).max())
    if tall > GIANT_M:
        unit = 0.01
    elif 0.0 < tall < DWARF_M:
        unit = 100.0
    turn = -1.0 if version == "0" else 1.0
    return np.diag([turn * unit, unit, turn * unit, 1.0])


def crown_ratio(character: Character) -> float:
    """Height of the mesh at rest over the floor, relative to that of the highest joint of a bone."""
    rig = character.rig
    matrices = skin_matrices(character, rig.positions_m, rig.turns)
    top = max((float(skin_vertices(mesh, matrices)[:, 1].max()) for mesh in character.meshes), default=0.0)
    floor = rig.floor_m or 0.0
    return max((top - floor) / (float(rig.positions_m[list(rig.bones.values()), 1].max()) - floor), 1.0)


def _floor(character: Character) -> float | None:
    """The height at rest of the lowest vertex of the feet; None without one."""
    rig = character.rig
    soles = {rig.bones[bone] for bone in ("leftFoot", "rightFoot", "leftToes", "rightToes") if bone in rig.bones}
    for joint, parent in enumerate(rig.parents):
        if parent in soles:
            soles.add(joint)
    matrices = skin_matrices(character, rig.positions_m, rig.turns)
    entries = np.isin(character.joints, list(soles))
    lowest = []
    for mesh in character.meshes:
        first = np.take_along_axis(mesh.joints, mesh.weights.argmax(axis=1)[:, None], 1)[:, 0]
        on = entries[first]
        if on.any():
            lowest.append(skin_vertices(mesh, matrices, on)[:, 1].min())
    return float(min(lowest)) if lowest else None
