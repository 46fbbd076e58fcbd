"""Meshes of a glTF file for drawing: triangles, at most four joints a vertex, simple materials."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motion.formats.gltf import GltfFile, JsonValue, buffer_view_bytes, read_accessor, read_uri
from motion.formats.gltf_scene import NodeTree, Skin

Array = NDArray[np.floating]

MAX_VERTICES = 1 << 22
"""Vertices, and a third of the triangles' corners, of all meshes together."""
UNSIGNED_TYPES = (5121, 5123)
"""Component types of joint indices: unsigned bytes and shorts."""
# Modes of primitives, and texture wrap modes, by their numbers in glTF.
TRIANGLES = 4
FAN = 6
REPEAT = 10497
CLAMP_TO_EDGE = 33071
FIRST_JOINT_ONLY = np.array([1.0, 0.0, 0.0, 0.0], np.float32)
DEFAULT_NORMAL = np.array([0.0, 1.0, 0.0], np.float32)


@dataclass(frozen=True, eq=False)
class Image:
    """An encoded image from the file."""

    data: bytes
    mime: str
    """image/png, image/jpeg or image/webp; empty if the file does not specify it."""


@dataclass(frozen=True, eq=False)
class Material:
    """The properties of a surface that are drawn."""

    name: str = ""
    colour: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """Base colour factor, linear."""
    image: Image | None = None
    """Base colour texture, sRGB; materials may share it."""
    repeat: tuple[bool, bool] = (True, True)
    """Whether the texture repeats (mirrored or not) horizontally and vertically, or is clamped to its edge."""
    two_sided: bool = False
    alpha: str = "OPAQUE"
    """OPAQUE, MASK or BLEND."""
    cutoff: float = 0.5
    """Alpha below which MASK is transparent."""
    unlit: bool = False


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles of one material."""

    name: str
    positions: NDArray[np.float32]
    """(V, 3) in the space that the inverse bind matrices transform from."""
    normals: NDArray[np.float32]
    """(V, 3) unit"""
    uvs: NDArray[np.float32]
    """(V, 2) from the image's upper left corner; 0 if the file has none."""
    colours: NDArray[np.float32] | None
    """(V, 4) linear, to be multiplied with the material's"""
    joints: NDArray[np.uint16]
    """(V, 4) indices into the skin"""
    weights: NDArray[np.float32]
    """(V, 4) sum 1"""
    triangles: NDArray[np.uint32]
    """(F, 3) counter-clockwise from outside"""
    material: Material


class _Reader:
    """Reads meshes, each image and material once, and limits their total size."""

    def __init__(self, file: GltfFile) -> None:
        self._file = file
        self._images: dict[int, Image] = {}
        self._materials: dict[int, Material] = {}
        self._vertices = self._corners = 0

    def read(self, mesh: JsonValue, joints: int) -> list[Mesh]:
        """The mesh, a part for each primitive with triangles, bound to a skin of `joints` joints.

        With 0 joints the mesh is rigid and bound to joint 0. Raises GltfError.
        """
        name = at.text() if (at := mesh.get("name")) else mesh.path
        parts = [self._part(primitive, name, joints) for primitive in mesh["primitives"]]
        return [part for part in parts if part is not None]

    def _part(self, primitive: JsonValue, name: str, joints: int) -> Mesh | None:
        file = self._file
        mode = at.integer(0, 6) if (at := primitive.get("mode")) else TRIANGLES
        attributes = primitive["attributes"]
        position = attributes.get("POSITION")
        if mode < TRIANGLES or position is None:
            return None
        count = file.resolve(position, "accessors")["count"].integer(1)
        self._vertices += count
        if self._vertices > MAX_VERTICES:
            raise primitive.error(f"at most {MAX_VERTICES} vertices in all meshes", f"the {self._vertices}th vertex")
        positions = read_accessor(file, position, ("VEC3",)).astype(np.float32, copy=False)
        triangles = self._triangles(primitive, mode, count)
        normals = self._attribute(attributes, "NORMAL", ("VEC3",), count)
        uvs, material = None, Material()
        if (at := primitive.get("material")) is not None:
            material = self._material(at)
            uvs = self._attribute(attributes, self._uv_set(at), ("VEC2",), count)
        colours = self._attribute(attributes, "COLOR_0", ("VEC3", "VEC4"), count)
        if colours is not None and colours.shape[1] == 3:
            colours = np.concatenate([colours, np.ones((count, 1), np.float32)], axis=1)
        bound, weights = self._binding(attributes, joints, count)
        return Mesh(
            name,
            positions,
            _normals(positions, triangles) if normals is None else _unit(normals),
            np.zeros((count, 2), np.float32) if uvs is None else uvs,
            colours,
            bound,
            weights,
            triangles,
            material,
        )

    def _attribute(self, attributes: JsonValue, key: str, widths: tuple[str, ...], count: int) -> NDArray[Any] | None:
        at = attributes.get(key)
        return None if at is None else self._same(at, read_accessor(self._file, at, widths), count).astype(np.float32)

    def _same(self, at: JsonValue, values: NDArray[Any], count: int) -> NDArray[Any]:
        if len(values) != count:
            raise at.error(f"as many as there are positions, {count}", f"{len(values)} elements")
        return values

    def _triangles(self, primitive: JsonValue, mode: int, count: int) -> NDArray[np.uint32]:
        at = primitive.get("indices")
        if at is None:
            corners = np.arange(count, dtype=np.uint32)
        else:
            size = self._file.resolve(at, "accessors")["count"].integer(1)
            self._corners += size
            if self._corners > 3 * MAX_VERTICES:
                raise at.error(f"at most {3 * MAX_VERTICES} corners of triangles in all meshes", f"{size} more")
            corners = read_accessor(self._file, at, ("SCALAR",), (5121, 5123, 5125))[:, 0].astype(np.uint32)
            if int(corners.max()) >= count:
                raise at.error(f"indices below {count}, the number of vertices", str(int(corners.max())))
        if mode == TRIANGLES:
            return corners[: len(corners) // 3 * 3].reshape(-1, 3)
        if mode == FAN:
            return np.stack([corners[1:-1], corners[2:], np.broadcast_to(corners[0], len(corners[2:]))], axis=1)
        strip = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
        strip[1::2] = strip[1::2][:, [1, 0, 2]]
        return strip

    def _binding(
        self, attributes: JsonValue, joints: int, count: int
    ) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
        """The four joints with the largest weights of each vertex (V, 4), and the weights (V, 4)."""
        sets: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
        while joints and (at := attributes.get(f"JOINTS_{len(sets)}")) is not None:
            index = self._same(at, read_accessor(self._file, at, ("VEC4",), UNSIGNED_TYPES), count).astype(np.int64)
            weight_at = attributes[f"WEIGHTS_{len(sets)}"]
            weight = self._same(weight_at, read_accessor(self._file, weight_at, ("VEC4",)), count).astype(np.float32)
            weight = np.maximum(weight, 0.0)
            if int(index[weight > 0.0].max(initial=0)) >= joints:
                raise at.error(f"joints below {joints}, the size of the skin", str(int(index[weight > 0.0].max())))
            sets.append((np.where(weight > 0.0, index, 0), weight))
        if not sets:
            return np.zeros((count, 4), np.uint16), np.tile(FIRST_JOINT_ONLY, (count, 1))
        index = np.concatenate([one for one, _ in sets], axis=1)
        weight = np.concatenate([one for _, one in sets], axis=1)
        if len(sets) > 1:
            best = np.argsort(-weight, axis=1, kind="stable")[:, :4]
            index, weight = np.take_along_axis(index, best, 1), np.take_along_axis(weight, best, 1)
        total = weight.sum(axis=1, keepdims=True)
        # A vertex without weights would collapse to the origin and tear the surface: it gets its first joint.
        weight = np.where(total > 1e-6, weight / np.maximum(total, 1e-6), FIRST_JOINT_ONLY)
        return index.astype(np.uint16), weight.astype(np.float32)

    def _uv_set(self, at: JsonValue) -> str:
        texture = _texture(self._file.resolve(at, "materials"))
        return f"TEXCOORD_{number.integer(0, 7) if texture and (number := texture.get('texCoord')) else 0}"

    def _material(self, at: JsonValue) -> Material:
        index = self._file.resolve_index(at, "materials")
        if index not in self._materials:
            self._materials[index] = self._read_material(self._file.element("materials", index))
        return self._materials[index]

    def _read_material(self, it: JsonValue) -> Material:
        colour = (1.0, 1.0, 1.0, 1.0)
        if (basic := it.get("pbrMetallicRoughness")) and (factor := basic.get("baseColorFactor")):
            red, green, blue, alpha = np.clip(factor.numbers(4), 0.0, 1.0).tolist()
            colour = (red, green, blue, alpha)
        image, repeat = None, (True, True)
        if texture := _texture(it):
            image, repeat = self._texture_image(self._file.resolve(texture["index"], "textures"))
        extensions = it.get("extensions")
        return Material(
            name=at.text() if (at := it.get("name")) else it.path,
            colour=colour,
            image=image,
            repeat=repeat,
            two_sided=bool(at.value) if (at := it.get("doubleSided")) else False,
            alpha=at.text() if (at := it.get("alphaMode")) else "OPAQUE",
            cutoff=at.number() if (at := it.get("alphaCutoff")) else 0.5,
            unlit=extensions is not None and extensions.get("KHR_materials_unlit") is not None,
        )

    def _texture_image(self, texture: JsonValue) -> tuple[Image | None, tuple[bool, bool]]:
        repeat = (True, True)
        if at := texture.get("sampler"):
            sampler = self._file.resolve(at, "samplers")
            wraps = [wrap.integer() if (wrap := sampler.get(key)) else REPEAT for key in ("wrapS", "wrapT")]
            repeat = (wraps[0] != CLAMP_TO_EDGE, wraps[1] != CLAMP_TO_EDGE)
        source = texture.get("source")
        if (extensions := texture.get("extensions")) and (webp := extensions.get("EXT_texture_webp")):
            source = source or webp["source"]
        if source is None:
            return None, repeat
        index = self._file.resolve_index(source, "images")
        if index not in self._images:
            image = self._file.element("images", index)
            mime = at.text() if (at := image.get("mimeType")) else ""
            view = image.get("bufferView")
            data = read_uri(self._file, image["uri"]) if view is None else buffer_view_bytes(self._file, view)
            self._images[index] = Image(data, mime)
        return self._images[index], repeat


@dataclass(frozen=True, eq=False)
class SkinnedMeshes:
    """Meshes bound to one skin that has only the joints with weights."""

    meshes: tuple[Mesh, ...]
    joints: NDArray[np.intp]
    """(K,) the joint of each entry of the skin."""
    inverse_binds: Array
    """(K, 4, 4) from a mesh's space to the joint's own."""


NO_MESHES = SkinnedMeshes((), np.zeros(0, np.intp), np.zeros((0, 4, 4)))


def read_skinned_meshes(
    file: GltfFile, tree: NodeTree, skins: Sequence[Skin], joints: Mapping[int, int], bones: Collection[int]
) -> SkinnedMeshes:
    """The meshes of a skeleton, bound by a skin or rigid below one of its bones. Raises GltfError.

    `joints` are the indices of its joints by node, `bones` the indices of those that are bones.
    """
    reader = _Reader(file)
    entries: dict[tuple[int, bytes], int] = {}
    binds: list[Array] = []
    meshes: list[Mesh] = []

    def bind(mesh: JsonValue, owners: Sequence[int], matrices: Array, rigid: bool) -> None:
        for part in reader.read(mesh, 0 if rigid else len(owners)):
            table = np.zeros(len(owners), np.uint16)
            for i in np.unique(part.joints[part.weights > 0.0]).tolist():
                key = (owners[i], matrices[i].astype(np.float32).tobytes())
                if key not in entries:
                    entries[key] = len(binds)
                    binds.append(matrices[i])
                table[i] = entries[key]
            meshes.append(replace(part, joints=table[part.joints]))

    carried = set(bones)
    for node in tree.order:
        if node in joints and joints.get(tree.parents[node], -1) in carried:
            carried.add(joints[node])
        element = file.element("nodes", node)
        if (at := element.get("mesh")) is None:
            continue
        mesh = file.resolve(at, "meshes")
        if (index := element.get("skin")) is not None:
            skin = skins[file.resolve_index(index, "skins")]
            if all(joint in joints for joint in skin.joints):
                bind(mesh, [joints[joint] for joint in skin.joints], skin.inverse_binds, False)
        elif joints.get(node, -1) in carried:
            bind(mesh, [joints[node]], np.eye(4)[None], True)
    return SkinnedMeshes(
        tuple(meshes), np.array([joint for joint, _ in entries], np.intp), np.array(binds).reshape(-1, 4, 4)
    )


def _texture(material: JsonValue) -> JsonValue | None:
    basic = material.get("pbrMetallicRoughness")
    return basic.get("baseColorTexture") if basic else None


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > 1e-9, vectors / np.maximum(length, 1e-9), DEFAULT_NORMAL).astype(np.float32)


def _normals(positions: NDArray[np.float32], triangles: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Smooth normals: the triangles' normals around each vertex, weighted by area."""
    a, b, c = (positions[triangles[:, i]].astype(float) for i in range(3))
    across = np.cross(b - a, c - a)
    total = np.zeros((len(positions), 3))
    for corner in range(3):
        np.add.at(total, triangles[:, corner], across)
    return _unit(total.astype(np.float32))
