"""Scenes of FBX files as plain arrays, read through the package ufbx in a process of its own.

ufbx resolves what the format piles up: units, axes, rotation orders, pre-rotations, pivots, layers. A damaged file can
end the process that reads it.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion.formats import fbx_process

Array = NDArray[np.floating]

READ_SECONDS = 600.0
"""Time for the longest accepted file, after which a damaged one is given up."""


class FbxError(ValueError):
    """A file that cannot be read, or the package for it is missing; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class FbxScene:
    """A scene with its takes. Matrices are (4, 3): three axes and the origin, in metres, right-handed, Y up."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each node's parent, always a smaller one; -1 for the root, which is no part of the file."""
    is_joint: NDArray[np.bool_]
    """(N,)"""
    is_other: NDArray[np.bool_]
    """(N,) whether a node is a mesh, a light or a camera."""
    rest: Array
    """(N, 4, 3) of the bind pose, or of the node itself where it has none."""
    takes: tuple[tuple[str, Array], ...]
    """Name and (T, N, 4, 3) matrices, NaN where `is_other`."""
    rate: float
    """Frames a second of the takes."""
    unit_m: float
    """Metres in the file's unit, as it states."""
    up: str
    """The axis that the file states to be up: X, Y or Z."""


def read_scene(path: Path, rate: float | None = None) -> FbxScene:
    """Read a file, its takes sampled at `rate` hertz or at its own. Raises FbxError, OSError."""
    data = path.read_bytes()
    if find_spec("ufbx") is None:
        raise FbxError(
            f"{path}: FBX needs the package ufbx: pip install 'visitant[fbx]', or save the motion as .glb or .bvh"
        )
    # It finds packages where this process does, and none in the working directory.
    paths = [folder for folder in sys.path if Path(folder).is_absolute()]
    code = f"import sys; sys.path[:] = {paths!r}; from {fbx_process.__name__} import main; main({rate!r})"
    try:
        ended = subprocess.run(
            [sys.executable, "-I", "-c", code], input=data, capture_output=True, timeout=READ_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FbxError(f"{path}: no FBX that can be read: no end after {READ_SECONDS:.0f} s") from error
    if ended.returncode:
        refused = ended.returncode == fbx_process.REFUSED
        reason = ended.stderr.decode(errors="replace").strip() if refused else "it is damaged (ufbx failed)"
        raise FbxError(f"{path}: no FBX that can be read: {reason}")
    with np.load(io.BytesIO(ended.stdout)) as arrays:
        header = json.loads(arrays["header"].tobytes())
        return FbxScene(
            tuple(header["names"]),
            tuple(header["parents"]),
            np.array(header["is_joint"], bool),
            np.array(header["is_other"], bool),
            arrays["rest"],
            tuple((name, arrays[f"take_{number}"]) for number, name in enumerate(header["takes"])),
            header["rate"],
            header["unit_m"],
            header["up"],
        )
