"""Reads takes of FBX files, on the humanoid skeleton in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.formats import gltf_scene
from motion.formats.fbx_scene import FbxError, FbxScene, read_scene
from motion.formats.naming import NamingError, find_bones
from motion.rig import Rig
from motion.skeleton import REQUIRED_BONES
from motion.take import Take, UpAxis, guess_unit, metres_per_unit

Array = NDArray[np.floating]

MAX_JOINTS = 1024
"""Joints of the largest accepted skeleton."""
MAX_LISTED_JOINTS = 80
"""Joints that an error message lists at most."""
LEG_RANGE_M = (0.15, 4.0)
"""Lengths of a leg outside of which the unit that the file states is taken to be wrong."""
Z_TO_Y_UP = rotation.from_axis_angle((1.0, 0.0, 0.0), -np.pi / 2.0)


@dataclass(frozen=True)
class _Skeleton:
    """The joints of one skeleton in a scene."""

    nodes: tuple[int, ...]
    """Indices of the scene's nodes, parents first."""
    names: tuple[str, ...]
    parents: tuple[int, ...]
    bones: Mapping[str, int]


def read_takes(
    path: Path,
    unit: float | str | None = None,
    up: UpAxis | None = None,
    bones: Mapping[str, str] | None = None,
    rate: float | None = None,
    skeleton: str = "",
) -> dict[str, Take]:
    """The takes of a file by name, sampled at `rate` frames a second, or at the file's own rate.

    The rest pose is the bind pose, else the nodes' own; unit and axes are those that the file states. `unit` and `up`
    override these, `bones` the joints' bones, and `skeleton` names a joint of one skeleton among several. Raises
    FbxError, NamingError, ValueError for the unit, OSError.
    """
    scene = read_scene(path, rate)
    found = _skeleton(path, scene, bones, skeleton)
    turn, scale = _correction(scene, unit, up)
    rig = _rig(found, scene, turn, scale)
    if unit is None and not LEG_RANGE_M[0] < rig.t_pose.leg_m < LEG_RANGE_M[1]:
        scale *= guess_unit(rig.t_pose.leg_m)[1]
        rig = _rig(found, scene, turn, scale)
    takes: dict[str, Take] = {}
    for number, (stored_name, sampled) in enumerate(scene.takes):
        matrices = sampled[:, list(found.nodes)]
        places = scale * rotation.rotate(turn, matrices[:, :, 3])
        turns = rotation.continuous(rotation.multiply(turn, _rotations(matrices[:, :, :3])))
        name = stored_name or f"{path.stem} {number + 1}"
        takes[name if name not in takes else f"{name} {number + 1}"] = Take(rig, places, turns, scene.rate)
    return takes


def _skeleton(path: Path, scene: FbxScene, bone_map: Mapping[str, str] | None, wanted: str) -> _Skeleton:
    """The humanoid among the skeletons of the scene. Raises FbxError."""
    found: list[_Skeleton] = []
    refused = "holds no joints, expected a skeleton with its animation"
    for nodes in _trees(scene):
        names = tuple(scene.names[node] for node in nodes)
        if wanted and wanted not in names:
            refused = f"there is no skeleton with a joint {wanted!r}"
            continue
        if len(nodes) > MAX_JOINTS:
            raise FbxError(f"{path}: a skeleton of {len(nodes)} joints, expected at most {MAX_JOINTS}")
        at = {node: number for number, node in enumerate(nodes)}
        parents = tuple(at.get(scene.parents[node], -1) for node in nodes)
        try:
            bones = find_bones(names, parents, scene.rest[list(nodes), 3], bone_map)
        except NamingError as error:
            refused = str(error)
            continue
        if missing := sorted(REQUIRED_BONES - bones.keys()):
            listed = ", ".join(names[:MAX_LISTED_JOINTS])
            refused = f"no joint is known for {', '.join(missing)}; the joints are: {listed}"
            continue
        found.append(_Skeleton(nodes, names, parents, bones))
    if not found:
        raise FbxError(f"{path}: {refused}")
    if len(found) > 1:
        which = ", ".join(each.names[each.bones["hips"]] for each in found)
        raise FbxError(f"{path}: {len(found)} skeletons, expected one; name a joint of one of them: {which}")
    return found[0]


def _trees(scene: FbxScene) -> list[tuple[int, ...]]:
    """The nodes of each tree below the root, parents first, without meshes, lights and cameras.

    Those with joints; if there are none, all, for some exporters write joints as plain nodes.
    """
    top: dict[int, int] = {}
    trees: dict[int, list[int]] = {}
    for node, parent in enumerate(scene.parents):
        if parent < 0 or scene.is_other[node] or (scene.parents[parent] >= 0 and parent not in top):
            continue
        top[node] = top.get(parent, node)
        trees.setdefault(top[node], []).append(node)
    found = [tuple(nodes) for nodes in trees.values()]
    return [nodes for nodes in found if scene.is_joint[list(nodes)].any()] or found


def _correction(scene: FbxScene, unit: float | str | None, up: UpAxis | None) -> tuple[Array, float]:
    """The rotation (4,) and the scale that `up` and `unit` ask for, from what the file states."""
    scale = 1.0 if unit is None else metres_per_unit(unit) / scene.unit_m
    if up is None or up == scene.up:
        return rotation.IDENTITY, scale
    return (Z_TO_Y_UP if up == "Z" else rotation.conjugate(Z_TO_Y_UP)), scale


def _rig(skeleton: _Skeleton, scene: FbxScene, turn: Array, scale: float) -> Rig:
    matrices = scene.rest[list(skeleton.nodes)]
    places = scale * rotation.rotate(turn, matrices[:, 3])
    turns = rotation.multiply(turn, _rotations(matrices[:, :3]))
    return Rig(skeleton.names, skeleton.parents, places, turns, dict(skeleton.bones))


def _rotations(axes: Array) -> Array:
    """(..., 4) rotations nearest to axes (..., 3, 3), an axis a row."""
    return gltf_scene.nearest_rotation(np.swapaxes(axes, -1, -2))
