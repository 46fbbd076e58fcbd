"""Scenes of FBX files as plain arrays, read through the package ufbx.

ufbx resolves what the format piles up: units, axes, rotation orders, pre-rotations, pivots, layers. In its version
0.0.5 every object that it hands out has to live until its scene is freed, and no longer than the scene's own object, or
the process crashes: nothing of it leaves this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

DEFAULT_RATE = 30.0
"""Frames a second of a file that states none."""
MAX_RATE = 240.0


class FbxError(ValueError):
    """A file that cannot be read, or the package for it is missing; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class FbxTake:
    """One animation of a scene."""

    name: str
    begin_s: float
    seconds: float


@dataclass
class FbxScene:
    """An open file. Matrices are (4, 3): three axes and the origin, in metres, right-handed, Y up."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each node's parent, always a smaller one; -1 for the root, which is no part of the file."""
    is_joint: NDArray[np.bool_]
    """(N,)"""
    is_other: NDArray[np.bool_]
    """(N,) whether a node is a mesh, a light or a camera."""
    rest: Array
    """(N, 4, 3) of the bind pose, or of the node itself where it has none."""
    takes: tuple[FbxTake, ...]
    rate: float
    unit_m: float
    """Metres in the file's unit, as it states."""
    up: str
    """The axis that the file states to be up: X, Y or Z."""
    _scene: Any = None
    _held: list[Any] = field(default_factory=list)
    """Objects of ufbx that have to outlive the scene; the first are the animations of the takes."""

    def sample(self, take: int, times_s: Array, nodes: Sequence[int]) -> Array:
        """(T, J, 4, 3) matrices of some nodes at times from the take's beginning."""
        matrices = np.empty((len(times_s), len(nodes), 4, 3))
        for frame, t in enumerate(times_s.tolist()):
            posed = self._scene.evaluate(self._held[take], self.takes[take].begin_s + t)
            held = list(posed.nodes)
            matrices[frame] = [_matrix(held[node].node_to_world) for node in nodes]
            posed.free()
            # The nodes go before the object that they belong to.
            del held, posed
        return matrices

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scene.free()
        self._held.clear()


def open_scene(path: Path) -> FbxScene:
    """Open a file, to be used as a context. Raises FbxError, OSError."""
    try:
        import ufbx  # an optional package
    except ImportError as error:
        raise FbxError(
            f"{path}: FBX needs the package ufbx: pip install 'visitant[fbx]', or save the motion as .glb or .bvh"
        ) from error
    data = path.read_bytes()
    try:
        scene = ufbx.load_memory(
            data,
            ignore_geometry=True,
            ignore_embedded=True,
            target_axes=ufbx.axes_right_handed_y_up,
            target_unit_meters=1.0,
            space_conversion=ufbx.SpaceConversion.TRANSFORM_ROOT,
        )
    except ufbx.UfbxError as error:
        raise FbxError(f"{path}: no FBX that can be read: {error}") from error
    nodes, stacks, poses = list(scene.nodes), list(scene.anim_stacks), list(scene.poses)
    animations, settings = [stack.anim for stack in stacks], scene.settings
    above = [node.parent for node in nodes]
    entries = [entry for pose in poses if pose.is_bind_pose for entry in pose.bone_poses]
    bound = [entry.bone_node for entry in entries]
    held = [*animations, nodes, stacks, poses, settings, above, entries, bound]
    index = {node.typed_id: number for number, node in enumerate(nodes)}
    rest = np.array([_matrix(node.node_to_world) for node in nodes])
    for entry, node in zip(entries, bound, strict=True):
        rest[index[node.typed_id]] = _matrix(entry.bone_to_world)
    kinds = ufbx.ElementType
    types = [node.attrib_type for node in nodes]
    longest = _longest_curve_s(scene, held) if any(stack.time_end <= stack.time_begin for stack in stacks) else 0.0
    rate = float(settings.frames_per_second)
    return FbxScene(
        tuple(node.name for node in nodes),
        tuple(-1 if node is None else index[node.typed_id] for node in above),
        np.array([kind == kinds.BONE for kind in types], bool),
        np.array([kind in (kinds.MESH, kinds.LIGHT, kinds.CAMERA) for kind in types], bool),
        rest,
        tuple(
            FbxTake(stack.name, float(stack.time_begin), float(stack.time_end - stack.time_begin) or longest)
            for stack in stacks
        ),
        rate if 1.0 <= rate <= MAX_RATE else DEFAULT_RATE,
        float(settings.original_unit_meters) or 0.01,
        "XXYYZZ"[int(settings.original_axis_up)] if 0 <= int(settings.original_axis_up) < 6 else "Y",
        scene,
        held,
    )


def _longest_curve_s(scene: Any, held: list[Any]) -> float:
    """Time of the last key of all curves, for files that do not state how long their takes are."""
    curves = list(scene.anim_curves)
    keys = [curve.keyframes for curve in curves]
    last = [row[len(row) - 1] for row in keys if len(row)]
    held += [curves, keys, last]
    return max((float(key.time) for key in last), default=0.0)


def _matrix(matrix: Any) -> list[Any]:
    return [matrix.c0, matrix.c1, matrix.c2, matrix.c3]
