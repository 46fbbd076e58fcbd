"""The process that reads an FBX with ufbx: the file on standard input, plain arrays on standard output.

In its version 0.0.5, ufbx ends its process where its objects go in another order than it expects, as they do when an
exception is raised between them. It has this process for itself; `fbx_scene` starts it.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

REFUSED = 3
"""Exit status for a file that cannot be read; the reason stands on standard error."""
MAX_SAMPLES = 1 << 23
"""Nodes times frames of the longest accepted take."""
DEFAULT_RATE = 30.0
"""Frames a second of a file that states none."""
MAX_RATE = 240.0


def main(rate: float | None) -> None:
    """Read the file and end the process; takes are sampled at `rate` hertz, or at the file's own."""
    try:
        stored = read(sys.stdin.buffer.read(), rate)
    except Exception as error:
        print(error or type(error).__name__, file=sys.stderr, flush=True)
        os._exit(REFUSED)
    sys.stdout.buffer.write(stored)
    sys.stdout.buffer.flush()
    # Objects of ufbx that are still alive must not be collected.
    os._exit(0)


def read(data: bytes, rate: float | None) -> bytes:
    """The scene of a file as an .npz: `header`, JSON in bytes; `rest`, (N, 4, 3); `take_0`…, (T, N, 4, 3).

    Matrices of meshes, lights and cameras are NaN in the takes. Raises UfbxError, ValueError.
    """
    import ufbx  # an optional package

    scene = ufbx.load_memory(
        data,
        ignore_geometry=True,
        ignore_embedded=True,
        target_axes=ufbx.axes_right_handed_y_up,
        target_unit_meters=1.0,
        space_conversion=ufbx.SpaceConversion.TRANSFORM_ROOT,
    )
    # Every object that ufbx hands out is held until all are read, and goes before the scene.
    nodes, stacks, settings = list(scene.nodes), list(scene.anim_stacks), scene.settings
    held: list[Any] = [nodes, stacks, settings]
    kinds = ufbx.ElementType
    types = [node.attrib_type for node in nodes]
    is_other = np.array([kind in (kinds.MESH, kinds.LIGHT, kinds.CAMERA) for kind in types], bool)
    own_rate, axis = float(settings.frames_per_second), int(settings.original_axis_up)
    rate = rate or (own_rate if 1.0 <= own_rate <= MAX_RATE else DEFAULT_RATE)
    header = {
        "names": [node.name for node in nodes],
        "parents": _parents(nodes, held),
        "is_joint": [kind == kinds.BONE for kind in types],
        "is_other": is_other.tolist(),
        "takes": [stack.name for stack in stacks],
        "rate": rate,
        "unit_m": float(settings.original_unit_meters) or 0.01,
        "up": "XXYYZZ"[axis] if 0 <= axis < 6 else "Y",
    }
    arrays: dict[str, Any] = {"rest": _rest(scene, nodes, held)}
    for number, times_s in enumerate(_take_times(scene, stacks, rate, int((~is_other).sum()), held)):
        animation = stacks[number].anim
        held.append(animation)
        arrays[f"take_{number}"] = _sampled(scene, animation, times_s, is_other)
    file = io.BytesIO()
    np.savez(file, header=np.frombuffer(json.dumps(header).encode(), np.uint8), **arrays)
    return file.getvalue()


def _parents(nodes: Sequence[Any], held: list[Any]) -> list[int]:
    """Index of each node's parent; -1 for the root."""
    parents = [node.parent for node in nodes]
    held.append(parents)
    index = {node.typed_id: number for number, node in enumerate(nodes)}
    return [-1 if node is None else index[node.typed_id] for node in parents]


def _rest(scene: Any, nodes: Sequence[Any], held: list[Any]) -> Array:
    """(N, 4, 3) of the bind pose, or of the node itself where it has none."""
    poses = list(scene.poses)
    entries = [entry for pose in poses if pose.is_bind_pose for entry in pose.bone_poses]
    bound = [entry.bone_node for entry in entries]
    held += [poses, entries, bound]
    index = {node.typed_id: number for number, node in enumerate(nodes)}
    rest = np.array([_matrix(node.node_to_world) for node in nodes])
    for entry, node in zip(entries, bound, strict=True):
        rest[index[node.typed_id]] = _matrix(entry.bone_to_world)
    return rest


def _take_times(scene: Any, stacks: Sequence[Any], rate: float, joints: int, held: list[Any]) -> list[Array]:
    """The times of the frames of each take, s in the file's time. Raises ValueError."""
    longest_s = _longest_curve_s(scene, held) if any(stack.time_end <= stack.time_begin for stack in stacks) else 0.0
    times_s: list[Array] = []
    for stack in stacks:
        seconds = float(stack.time_end - stack.time_begin) or longest_s
        if not 0.0 <= seconds * rate * joints < MAX_SAMPLES:
            raise ValueError(f"take {stack.name!r}: {seconds:.0f} s at {rate:g} frames a second is too long")
        times_s.append(float(stack.time_begin) + np.arange(int(seconds * rate + 1e-3) + 1) / rate)
    return times_s


def _sampled(scene: Any, animation: Any, times_s: Array, is_other: NDArray[np.bool_]) -> Array:
    """(T, N, 4, 3) matrices of all nodes but the others, which are NaN."""
    chosen = np.flatnonzero(~is_other)
    matrices = np.full((len(times_s), len(is_other), 4, 3), np.nan)
    for frame, t in enumerate(times_s.tolist()):
        posed = scene.evaluate(animation, t)
        nodes = list(posed.nodes)
        matrices[frame, chosen] = [_matrix(nodes[node].node_to_world) for node in chosen]
        posed.free()
        # The nodes go before the object that they belong to.
        del nodes, posed
    return matrices


def _longest_curve_s(scene: Any, held: list[Any]) -> float:
    """Time of the last key of all curves, for files that do not state how long their takes are."""
    curves = list(scene.anim_curves)
    keys = [curve.keyframes for curve in curves]
    last = [row[len(row) - 1] for row in keys if len(row)]
    held += [curves, keys, last]
    return max((float(key.time) for key in last), default=0.0)


def _matrix(matrix: Any) -> list[Any]:
    return [matrix.c0, matrix.c1, matrix.c2, matrix.c3]
