"""The viewer page: one HTML file with characters and takes inside, which a browser plays without a network."""

from __future__ import annotations

import base64
import html
import io
import json
import os
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from installation.stage.bodies.model import decode_image
from motion import rotation
from motion.atomic_file import atomic_write
from motion.formats.character import Character, crown_ratio
from motion.formats.gltf_mesh import Image, Material, Mesh
from motion.rig import Rig
from motion.take import Take

Array = NDArray[np.floating]

TEMPLATE = Path(__file__).with_name("viewer.html")
"""The page, with the comment DATA_MARK where the data go."""
DATA_MARK = "/*DATA*/"
TITLE_MARK = "<!--TITLE-->"
MAX_VERTICES = 40_000
"""Vertices of a character beyond which its mesh is reduced."""
MAX_IMAGE_SIDE_PX = 1024
"""Longest side of a character's image in the page."""
MAX_RATE = 60.0
"""Frames a second of a take in the page at most."""
MAX_SAMPLES = 1_500_000
"""Joints times frames of a take in the page at most; a longer one gets fewer frames a second."""
SHORT = 32767
"""Largest 16-bit integer, for numbers from -1 to 1."""
BONE_WIDTH = 0.15
"""Width of a bone that is drawn in place of a mesh, as a share of its length."""
MAX_BONE_WIDTH_M = 0.05
SKULL_RATIO = 1.14
"""Height of a head relative to its joint's, where bones are shown."""
BONE_COLOUR = (0.72, 0.60, 0.50)
"""sRGB"""


@dataclass(frozen=True)
class ViewerTake:
    """A take in the page."""

    name: str
    take: Take
    character: Character | None = None
    """Whose mesh shows it; None for its bones."""
    file: Path | None = None
    """The file that the page links to."""


def write_page(path: Path, takes: Sequence[ViewerTake]) -> None:
    """Write the page, atomically. Raises ValueError without a take, OSError."""
    if not takes:
        raise ValueError(f"{path}: no take to show")
    models: list[dict[str, Any]] = []
    known: dict[int, int] = {}
    entries = []
    for shown in takes:
        key = id(shown.character) if shown.character is not None else id(shown.take.rig)
        if key not in known:
            known[key] = len(models)
            models.append(_model(shown))
        entries.append(_take_entry(shown, known[key], path))
    data = json.dumps({"models": models, "takes": entries}, separators=(",", ":"))
    title = html.escape(", ".join(dict.fromkeys(shown.name for shown in takes))[:80])
    # A "</" inside a script would end it.
    page = (
        TEMPLATE.read_text(encoding="utf-8").replace(TITLE_MARK, title).replace(DATA_MARK, data.replace("</", "<\\/"))
    )
    atomic_write(path, page)


def _take_entry(shown: ViewerTake, model: int, page: Path) -> dict[str, Any]:
    """A take as 16-bit numbers: positions within their range, and quaternions, x y z w."""
    take = shown.take
    step = max(1, round(take.rate / MAX_RATE), -(-len(take) * len(take.rig.names) // MAX_SAMPLES))
    places, turns = take.positions_m[::step], take.turns[::step]
    low, high = places.min(axis=(0, 1)), places.max(axis=(0, 1))
    span = np.maximum(high - low, 1e-6)
    quantised = np.round((places - low) / span * (2 * SHORT) - SHORT)
    link = ""
    if shown.file is not None:
        link = urllib.parse.quote(os.path.relpath(shown.file, page.parent).replace(os.sep, "/"))
    return {
        "name": shown.name,
        "model": model,
        "rate": take.rate / step,
        "frames": len(places),
        "low": low.tolist(),
        "span": span.tolist(),
        "places": _packed(quantised.astype("<i2")),
        "turns": _packed(np.round(rotation.continuous(turns)[..., [1, 2, 3, 0]] * SHORT).astype("<i2")),
        "file": link,
        "fileName": shown.file.name if shown.file else "",
    }


def _model(shown: ViewerTake) -> dict[str, Any]:
    """A character, or the bones of a rig, as a skin and its meshes."""
    rig = shown.take.rig
    character = shown.character
    if character is None or not character.meshes:
        character = None
        meshes, joints, shapes = [_bones_mesh(rig)], np.arange(len(rig.names)), _bone_shapes(rig)
    else:
        meshes, joints, shapes = list(character.meshes), character.joints, character.shapes
    size = sum(len(mesh.positions) for mesh in meshes)
    share = min(1.0, MAX_VERTICES / max(size, 1))
    images = list(dict.fromkeys(mesh.material.image for mesh in meshes if mesh.material.image is not None))
    return {
        "joints": len(rig.names),
        "parents": list(rig.parents),
        "bones": sorted(rig.bones.values()),
        "thighs": [rig.bones["leftUpperLeg"], rig.bones["rightUpperLeg"]],
        "crown": SKULL_RATIO if character is None else crown_ratio(character),
        "skin": [int(joint) for joint in joints],
        "shapes": _packed(shapes.astype("<f4")),
        "images": [_data_url(image) for image in images],
        "meshes": [_mesh(reduced(mesh, share), images) for mesh in meshes if len(mesh.triangles)],
    }


def _mesh(mesh: Mesh, images: Sequence[Image]) -> dict[str, Any]:
    low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
    span = np.maximum(high - low, 1e-9)
    wide = len(mesh.positions) > 65535
    weights = np.round(mesh.weights * 255.0)
    # The rounded weights of a vertex have to add up.
    weights[np.arange(len(weights)), weights.argmax(axis=1)] += 255.0 - weights.sum(axis=1)
    return {
        "low": low.tolist(),
        "span": span.tolist(),
        "positions": _packed(np.round((mesh.positions - low) / span * 65535.0).astype("<u2")),
        "normals": _packed(np.round(mesh.normals * 127.0).astype("i1")),
        "colours": _packed(_vertex_colours(mesh)),
        "uvs": _packed(mesh.uvs.astype("<f4")),
        "image": -1 if mesh.material.image is None else list(images).index(mesh.material.image),
        "joints": _packed(mesh.joints.astype("<u2")),
        "weights": _packed(np.clip(weights, 0.0, 255.0).astype("u1")),
        "triangles": _packed(mesh.triangles.astype("<u4" if wide else "<u2")),
        "wide": wide,
    }


def _vertex_colours(mesh: Mesh) -> NDArray[np.uint8]:
    """(V, 3) sRGB of the material at each vertex, without its image."""
    linear = np.tile(np.array(mesh.material.colour[:3]), (len(mesh.positions), 1))
    if mesh.colours is not None:
        linear = linear * mesh.colours[:, :3]
    colours: NDArray[np.uint8] = np.round(np.clip(linear, 0.0, 1.0) ** (1.0 / 2.2) * 255.0).astype(np.uint8)
    return colours


def reduced(mesh: Mesh, share: float) -> Mesh:
    """The mesh with about this share of its vertices: those in one cell of a grid become the first of them."""
    if share >= 1.0:
        return mesh
    wanted = max(int(share * len(mesh.positions)), 8)
    low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
    cell = float((high - low).max()) / 16.0
    first, inverse = _cells(mesh.positions - low, cell)
    while len(first) < wanted and cell > 1e-9:
        finer = _cells(mesh.positions - low, 0.85 * cell)
        if len(finer[0]) > wanted:
            break
        (first, inverse), cell = finer, 0.85 * cell
    triangles = inverse[mesh.triangles]
    a, b, c = triangles.T
    kept = triangles[(a != b) & (b != c) & (a != c)].astype(np.uint32)
    return Mesh(
        mesh.name,
        mesh.positions[first],
        mesh.normals[first],
        mesh.uvs[first],
        None if mesh.colours is None else mesh.colours[first],
        mesh.joints[first],
        mesh.weights[first],
        kept,
        mesh.material,
    )


def _cells(positions: Array, cell: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first vertex in each cell of a grid, and the cell of each vertex."""
    places = np.floor(positions / cell).astype(np.int64)
    keys = (places[:, 0] << 42) | (places[:, 1] << 21) | places[:, 2]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first, inverse.ravel()


def _data_url(image: Image) -> str:
    """An image, scaled down, as a URL that holds it."""
    pixels = decode_image(image)
    picture = Pillow.fromarray(pixels).convert("RGB")
    picture.thumbnail((MAX_IMAGE_SIDE_PX, MAX_IMAGE_SIDE_PX))
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.getvalue()).decode()}"


def _bone_shapes(rig: Rig) -> Array:
    """(J, 3, 4) from the rest space to the axes of each joint: the mesh of bones is built around the joints."""
    turned = rotation.to_matrix(rotation.conjugate(rig.turns))
    return np.concatenate([turned, -(turned @ rig.positions_m[..., None])], axis=-1)


def _bones_mesh(rig: Rig) -> Mesh:
    """An octahedron from each joint to each of its children, in the rig's rest pose."""
    corners: list[Array] = []
    normals: list[Array] = []
    joints: list[int] = []
    for child, parent in enumerate(rig.parents):
        if parent < 0:
            continue
        start, way = rig.positions_m[parent], rig.positions_m[child] - rig.positions_m[parent]
        length = float(np.linalg.norm(way))
        if length < 1e-4:
            continue
        along = way / length
        aside = np.cross(along, (1.0, 0.0, 0.0) if abs(along[0]) < 0.8 else (0.0, 0.0, 1.0))
        aside = aside / np.linalg.norm(aside)
        other = np.cross(along, aside)
        width = min(BONE_WIDTH * length, MAX_BONE_WIDTH_M)
        waist = start + 0.2 * way
        ring = [waist + width * side for side in (aside, other, -aside, -other)]
        for one, two in zip(ring, [*ring[1:], ring[0]], strict=True):
            for triangle in ((start, two, one), (start + way, one, two)):
                normal = np.cross(triangle[1] - triangle[0], triangle[2] - triangle[0])
                corners += triangle
                normals += [normal / max(float(np.linalg.norm(normal)), 1e-12)] * 3
                joints += [parent] * 3
    count = len(corners)
    held = np.zeros((count, 4), np.uint16)
    held[:, 0] = joints
    weights = np.zeros((count, 4), np.float32)
    weights[:, 0] = 1.0
    colours = np.ones((count, 4), np.float32)
    colours[:, :3] = np.array(BONE_COLOUR) ** 2.2
    return Mesh(
        "bones",
        np.array(corners, np.float32).reshape(-1, 3),
        np.array(normals, np.float32).reshape(-1, 3),
        np.zeros((count, 2), np.float32),
        colours,
        held,
        weights,
        np.arange(count, dtype=np.uint32).reshape(-1, 3),
        Material(),
    )


def _packed(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
