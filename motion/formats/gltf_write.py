"""Writes a glTF file with new animations; its contents stay, and buffers and images are merged into one buffer."""

from __future__ import annotations

import copy
import json
import mimetypes
import struct
import urllib.parse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.atomic_file import atomic_open
from motion.formats.gltf import BIN_CHUNK, JSON_CHUNK, MAGIC, MAX_BYTES, GltfError, GltfFile, JsonValue, read_uri

Array = NDArray[np.floating]

CONSTANT_TOLERANCE = 1e-6
"""A track whose values differ from its first by less is written as two keys."""
FLOAT = 5126


@dataclass(frozen=True)
class Animation:
    """Key frames of some nodes at common times, in the nodes' own frames and the file's unit."""

    name: str
    times: Array
    """(T,) seconds, ascending from 0"""
    rotations: dict[int, Array]
    """(T, 4) by node, w first"""
    translations: dict[int, Array] = field(default_factory=dict)
    """(T, 3) by node"""


def write(path: Path, file: GltfFile, animations: Sequence[Animation]) -> None:
    """Write the file with these animations before its own, atomically: for .gltf JSON and a .bin, else a GLB.

    Raises GltfError, OSError.
    """
    tree, data = merge_buffers(file)
    for animation in reversed(animations):
        _insert_animation(tree, data, animation)
    if len(data) > MAX_BYTES:
        raise GltfError(f"{path}: {len(data) >> 20} MiB of buffers, expected at most {MAX_BYTES >> 20} MiB")
    data += b"\0" * (-len(data) % 4)
    if data:
        tree["buffers"] = [{"byteLength": len(data)}]
    if path.suffix.lower() == ".gltf":
        if data:
            beside = path.with_suffix(".bin")
            tree["buffers"][0]["uri"] = urllib.parse.quote(beside.name)
            _put(beside, [data])
        _put(path, [json.dumps(tree, ensure_ascii=False, indent=1).encode()])
        return
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = [struct.pack("<I4s", len(text), JSON_CHUNK), text]
    if data:
        chunks += [struct.pack("<I4s", len(data), BIN_CHUNK), bytes(data)]
    head = struct.pack("<4sII", MAGIC, 2, 12 + sum(map(len, chunks)))
    _put(path, [head, *chunks])


def merge_buffers(file: GltfFile) -> tuple[dict[str, Any], bytearray]:
    """A copy of the JSON for one buffer, and that buffer: the file's buffers and external images, concatenated."""
    tree = copy.deepcopy(file.json)
    data = bytearray()
    starts = [_append(data, buffer) for buffer in file.buffers]
    if len(file.buffers) > 1:
        for i, at in enumerate(file.root.each("bufferViews")):
            offset = start.integer() if (start := at.get("byteOffset")) else 0
            moved = {"buffer": 0, "byteOffset": offset + starts[file.resolve_index(at["buffer"], "buffers")]}
            tree["bufferViews"][i] |= moved
    for i, image in enumerate(file.root.each("images")):
        if (uri := image.get("uri")) is not None:
            picture, inside = read_uri(file, uri), tree["images"][i]
            del inside["uri"]
            inside.setdefault("mimeType", _mime(uri, picture))
            inside["bufferView"] = _view(tree, _append(data, picture), len(picture))
    return tree, data


def _insert_animation(tree: dict[str, Any], data: bytearray, animation: Animation) -> None:
    """Insert an animation before the others."""
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []
    inputs: dict[int, int] = {}
    times = animation.times

    def track(node: int, path: str, values: Array, kind: str) -> None:
        still = len(values) > 2 and bool(np.abs(values - values[0]).max() < CONSTANT_TOLERANCE)
        kept = values[[0, -1]] if still else values
        if len(kept) not in inputs:
            keys = times[[0, -1]] if still else times
            inputs[len(kept)] = _accessor(tree, data, keys[:, None], "SCALAR", bounds=True)
        samplers.append(
            {"input": inputs[len(kept)], "interpolation": "LINEAR", "output": _accessor(tree, data, kept, kind)}
        )
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})
        _decompose_matrix(tree["nodes"][node])

    for node, values in sorted(animation.rotations.items()):
        track(node, "rotation", rotation.continuous(values)[:, [1, 2, 3, 0]], "VEC4")
    for node, values in sorted(animation.translations.items()):
        track(node, "translation", values, "VEC3")
    if not channels:
        raise GltfError(f"animation {animation.name!r}: nothing moves")
    made = {"name": animation.name, "samplers": samplers, "channels": channels}
    tree["animations"] = [made, *tree.get("animations", [])]


def _decompose_matrix(node: dict[str, Any]) -> None:
    """Replace the matrix of an animated node by translation, rotation and scale (glTF 2.0, 3.5.3)."""
    if "matrix" not in node:
        return
    columns = np.array(node.pop("matrix"), float).reshape(4, 4).T
    scale = np.linalg.norm(columns[:3, :3], axis=0)
    if np.linalg.det(columns[:3, :3]) < 0.0:
        scale = -scale
    w, x, y, z = rotation.from_matrix(columns[:3, :3] / scale).tolist()
    node |= {"translation": columns[:3, 3].tolist(), "rotation": [x, y, z, w], "scale": scale.tolist()}


def _accessor(tree: dict[str, Any], data: bytearray, values: Array, kind: str, bounds: bool = False) -> int:
    rows = np.ascontiguousarray(values, "<f4")
    start = _append(data, rows.tobytes())
    made: dict[str, Any] = {
        "bufferView": _view(tree, start, rows.nbytes),
        "componentType": FLOAT,
        "count": len(rows),
        "type": kind,
    }
    if bounds:
        made |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
    tree.setdefault("accessors", []).append(made)
    return len(tree["accessors"]) - 1


def _view(tree: dict[str, Any], start: int, size: int) -> int:
    tree.setdefault("bufferViews", []).append({"buffer": 0, "byteOffset": start, "byteLength": size})
    return len(tree["bufferViews"]) - 1


def _append(data: bytearray, more: bytes | memoryview) -> int:
    """Append bytes at the next multiple of four; returns their start."""
    data += b"\0" * (-len(data) % 4)
    start = len(data)
    data += more
    return start


def _mime(uri: JsonValue, picture: bytes) -> str:
    if picture[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if picture[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    return mimetypes.guess_type(uri.text()[:256])[0] or "image/png"


def _put(path: Path, parts: Iterable[bytes | bytearray]) -> None:
    with atomic_open(path, "wb") as out:
        out.writelines(parts)
