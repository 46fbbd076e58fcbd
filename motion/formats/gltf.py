"""Strict reader of glTF 2.0 containers, GLB or JSON with separate buffers: JSON values with paths, and accessors."""

from __future__ import annotations

import base64
import binascii
import copy
import json
import struct
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motion.formats import meshopt

Buffer = bytes | memoryview

MAX_BYTES = 1 << 30
"""Bytes of all buffers and images together; the JSON may have a sixteenth of this."""
MAX_ELEMENTS = 1 << 24
"""Elements of the largest accepted accessor."""
MAX_NUMBER = 1e9
"""Largest accepted length, weight or time."""
COMPONENT_TYPES = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
"""numpy types of accessor components by their number in glTF."""
TYPE_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
"""Components of an element by accessor type."""
COMPRESSION_EXTENSIONS = ("KHR_draco_mesh_compression",)
"""Extensions that are not supported: meshes that need them are rejected."""
MESHOPT_EXTENSIONS = ("EXT_meshopt_compression", "KHR_meshopt_compression")
"""Extensions whose buffer views are decoded when the file is read."""
MAGIC = b"glTF"
"""First bytes of a GLB."""
JSON_CHUNK = b"JSON"
BIN_CHUNK = b"BIN\0"


class GltfError(ValueError):
    """An invalid file; the message has the file, the path in its JSON, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A value in a file's JSON with its path, for error messages."""

    value: Any
    path: str
    """As "meshes[0].primitives"."""
    name: str
    """The file's."""

    def error(self, expected: str, found: str = "") -> GltfError:
        """The error to raise: what was expected here, and what was found if not the value itself."""
        return GltfError(
            f"{self.name}: {self.path or 'the JSON'}: found {found or _brief(self.value)}, expected {expected}"
        )

    def get(self, key: str) -> JsonValue | None:
        """A member of this object, or None."""
        if not isinstance(self.value, dict):
            raise self.error("an object {}")
        return JsonValue(self.value[key], f"{self.path}.{key}".lstrip("."), self.name) if key in self.value else None

    def __getitem__(self, key: str) -> JsonValue:
        found = self.get(key)
        if found is None:
            raise GltfError(f"{self.name}: {f'{self.path}.{key}'.lstrip('.')} is missing")
        return found

    def __iter__(self) -> Iterator[JsonValue]:
        if not isinstance(self.value, list):
            raise self.error("a list []")
        return (JsonValue(value, f"{self.path}[{i}]", self.name) for i, value in enumerate(self.value))

    def each(self, key: str) -> list[JsonValue]:
        """The elements of the list in a member that may be missing."""
        found = self.get(key)
        return [] if found is None else list(found)

    def integer(self, low: int = 0, high: int = 2**32) -> int:
        """The value as an integer low .. high."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high or value % 1:
            raise self.error(f"a whole number {low} to {high}")
        return int(value)

    def number(self, low: float = -MAX_NUMBER, high: float = MAX_NUMBER) -> float:
        """The value as a float low .. high."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)) or not low <= self.value <= high:
            raise self.error(f"a number {low:g} to {high:g}")
        return float(self.value)

    def numbers(self, count: int) -> NDArray[np.float64]:
        """The value as an array of `count` numbers."""
        if not isinstance(self.value, list) or len(self.value) != count:
            raise self.error(f"a list of {count} numbers")
        return np.array([item.number() for item in self])

    def text(self) -> str:
        """The value as a string."""
        if not isinstance(self.value, str):
            raise self.error("a text")
        return self.value


@dataclass(frozen=True)
class GltfFile:
    """A glTF file: its JSON and its buffers."""

    name: str
    json: dict[str, Any]
    buffers: tuple[Buffer, ...]
    folder: Path | None
    """The folder of files that it refers to."""

    @property
    def root(self) -> JsonValue:
        """The JSON's root object."""
        return JsonValue(self.json, "", self.name)

    def count(self, kind: str) -> int:
        """Number of elements of `kind` (nodes, meshes, accessors …)."""
        found = self.json.get(kind, [])
        return len(found) if isinstance(found, list) else 0

    def element(self, kind: str, index: int) -> JsonValue:
        """`kind[index]`; the index must be valid."""
        return JsonValue(self.json[kind][index], f"{kind}[{index}]", self.name)

    def resolve_index(self, at: JsonValue, kind: str) -> int:
        """The index of the element of `kind` that `at` refers to."""
        count = self.count(kind)
        if isinstance(at.value, bool) or not isinstance(at.value, int) or not 0 <= at.value < count:
            raise at.error(f"one of {kind}, 0 to {count - 1}" if count else f"nothing, as there are no {kind}")
        return int(at.value)

    def resolve(self, at: JsonValue, kind: str) -> JsonValue:
        """The element of `kind` that `at` refers to."""
        return self.element(kind, self.resolve_index(at, kind))


def read(path: Path) -> GltfFile:
    """The file, GLB or JSON by its content. Raises GltfError, OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise GltfError(f"{path}: larger than {MAX_BYTES >> 20} MiB")
    return parse(path.read_bytes(), str(path), path.parent)


def parse(data: bytes, name: str = "glTF", folder: Path | None = None) -> GltfFile:
    """The file in some bytes; error messages start with `name`, and files that it refers to are in `folder`."""
    text, binary = _chunks(data, name) if data[:4] == MAGIC else (memoryview(data), None)
    if len(text) > MAX_BYTES // 16:
        raise GltfError(f"{name}: its JSON is larger than {MAX_BYTES >> 24} MiB")
    try:
        tree = json.loads(str(text, "utf-8-sig"), parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else error
        raise GltfError(f"{name}: neither a GLB nor the JSON of a glTF: {reason}") from None
    if not isinstance(tree, dict):
        raise GltfError(f"{name}: the JSON is {_brief(tree)}, expected an object {{}}")
    file = GltfFile(name, tree, (), folder)
    version = file.root["asset"]["version"]
    if version.text().split(".")[0] != "2":
        raise version.error("version 2.0")
    return _decompressed(GltfFile(name, tree, _buffers(file, binary), folder))


def is_compressed(file: GltfFile) -> bool:
    """Whether meshes need an extension that is not supported."""
    required = [extension.text() for extension in file.root.each("extensionsRequired")]
    return any(extension in COMPRESSION_EXTENSIONS for extension in required)


def refuse_compression(file: GltfFile) -> None:
    """Raise GltfError for a file whose meshes need an extension that unpacks them; its animations may be plain."""
    for extension in file.root.each("extensionsRequired"):
        if extension.text() in COMPRESSION_EXTENSIONS:
            raise extension.error("meshes without compression: export them so")


def read_accessor(
    file: GltfFile, at: JsonValue, widths: tuple[str, ...], components: tuple[int, ...] = ()
) -> NDArray[Any]:
    """(N, W) a copy of the values of the accessor that `at` refers to; floats for normalised integers.

    `widths` are the accepted types, such as "VEC3", and `components` the accepted component types; empty accepts all.
    """
    it = file.resolve(at, "accessors")
    kind, component = it["type"], it["componentType"]
    if kind.text() not in widths:
        raise kind.error(" or ".join(widths))
    if component.value not in (components or tuple(COMPONENT_TYPES)) or isinstance(component.value, (bool, float)):
        raise component.error(" or ".join(map(str, components or COMPONENT_TYPES)))
    dtype, width = np.dtype(COMPONENT_TYPES[component.value]).newbyteorder("<"), TYPE_WIDTHS[kind.value]
    count = it["count"].integer(1, MAX_ELEMENTS)
    if it.get("bufferView") is None:
        values = np.zeros((count, width), dtype)
    else:
        values = _elements(file, it, count, dtype, width).copy()
    if (sparse := it.get("sparse")) is not None:
        _replace(file, sparse, values)
    if dtype.kind != "f":
        normalised = it.get("normalized")
        if normalised is not None and normalised.value is True and component.value != 5125:
            return np.maximum(values / float(2 ** (8 * dtype.itemsize - (dtype.kind == "i")) - 1), -1.0).astype(
                np.float32
            )
        return values
    good = np.abs(values) <= MAX_NUMBER
    if not good.all():
        element = int(np.argwhere(~good)[0, 0])
        raise it.error("finite numbers", f"{values[element].tolist()} as element {element}")
    return values.astype(np.float32, copy=False)


def buffer_view_bytes(file: GltfFile, at: JsonValue) -> bytes:
    """The bytes of the buffer view that `at` refers to."""
    start, end, buffer, _ = _span(file, at)
    return bytes(memoryview(file.buffers[buffer])[start:end])


def read_uri(file: GltfFile, uri: JsonValue, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a URI: base64 data in the URI itself, or a file in the folder of this one."""
    text = uri.text()
    if text.startswith("data:"):
        head, comma, body = text.partition(",")
        if not comma or not head.endswith(";base64"):
            raise uri.error("a data URI in base64", repr(text[:40]))
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise uri.error("a data URI in base64", "characters that are none of base64") from None
    relative = urllib.parse.unquote(text)
    if file.folder is None or ":" in relative or relative.startswith(("/", "\\")) or ".." in Path(relative).parts:
        raise uri.error("a file in the same folder")
    path = file.folder / relative
    try:
        if not path.is_file():
            raise uri.error(f"a file, but there is none at {path}")
        if path.stat().st_size > max_bytes:
            raise uri.error(f"a file of at most {max_bytes} bytes")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, GltfError):
            raise
        raise uri.error(f"a file that can be read, but {error}") from None


def linked_files(path: Path) -> list[Path]:
    """The buffers and pictures beside a file that it refers to; none where it cannot be read as glTF."""
    try:
        with path.open("rb") as file:
            head = file.read(20)
            binary = head.startswith(MAGIC)
            text = file.read(struct.unpack_from("<I", head, 12)[0]) if binary else head + file.read(MAX_BYTES)
        tree = json.loads(text)
        elements = [element for kind in ("buffers", "images") for element in tree.get(kind, ())]
        uris = [str(element["uri"]) for element in elements if "uri" in element]
    except (OSError, ValueError, AttributeError, TypeError, struct.error, RecursionError):
        return []
    return [path.parent / urllib.parse.unquote(uri) for uri in uris if not uri.startswith("data:")]


def _chunks(data: bytes, name: str) -> tuple[memoryview, memoryview | None]:
    """The JSON chunk and the binary chunk of a GLB."""
    if len(data) < 20:
        raise GltfError(f"{name}: {len(data)} bytes, too few for a GLB")
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise GltfError(f"{name}: GLB version {version}, expected 2")
    if length > len(data):
        raise GltfError(f"{name}: truncated: {len(data)} bytes, but its header says {length}")
    whole, at = memoryview(data)[:length], 12
    parts: list[tuple[bytes, memoryview]] = []
    while at + 8 <= length and len(parts) < 2:
        size, kind = struct.unpack_from("<I4s", whole, at)
        if at + 8 + size > length:
            raise GltfError(f"{name}: a chunk of {size} bytes at byte {at}, but {length - at - 8} are left")
        parts.append((kind, whole[at + 8 : at + 8 + size]))
        at += 8 + size
    if not parts or parts[0][0] != JSON_CHUNK:
        raise GltfError(f"{name}: the first chunk of a GLB must be JSON")
    return parts[0][1], parts[1][1] if len(parts) > 1 and parts[1][0] == BIN_CHUNK else None


def _buffers(file: GltfFile, binary: memoryview | None) -> tuple[Buffer, ...]:
    found: list[Buffer] = []
    total = 0
    for i, buffer in enumerate(file.root.each("buffers")):
        size = buffer["byteLength"].integer(1, MAX_BYTES)
        total += size
        if total > MAX_BYTES:
            raise buffer.error(f"buffers of at most {MAX_BYTES >> 20} MiB together")
        uri = buffer.get("uri")
        if uri is not None:
            data: Buffer = read_uri(file, uri)
        elif i == 0 and binary is not None:
            data = binary
        elif buffer.get("extensions") is not None:
            data = b"\0" * size  # stands in for what an extension unpacks; `_span` refuses to read from it
        else:
            raise GltfError(f"{file.name}: {buffer.path}.uri is missing, and no binary chunk stands in for it")
        if len(data) < size:
            raise buffer["byteLength"].error(f"at most the {len(data)} bytes that are there")
        found.append(memoryview(data)[:size])
    return tuple(found)


def _decompressed(file: GltfFile) -> GltfFile:
    """The file with buffer views decoded that meshoptimizer compressed, and without a word of that in its JSON."""
    used = [at.text() for at in file.root.each("extensionsUsed")]
    if not any(extension in used for extension in MESHOPT_EXTENSIONS):
        return file
    tree = copy.deepcopy(file.json)
    buffers = [bytearray(buffer) for buffer in file.buffers]
    for number, view in enumerate(file.root.each("bufferViews")):
        extensions = view.get("extensions")
        for name in MESHOPT_EXTENSIONS if extensions is not None else ():
            if extensions is None or (it := extensions.get(name)) is None:
                continue
            start, end, buffer, _ = _span(file, JsonValue(number, view.path, file.name))
            buffers[buffer][start:end] = _decoded(file, it, end - start)
            del tree["bufferViews"][number]["extensions"][name]
    for buffer_tree in tree.get("buffers", []):
        for name in MESHOPT_EXTENSIONS:
            buffer_tree.get("extensions", {}).pop(name, None)
    for key in ("extensionsUsed", "extensionsRequired"):
        if key in tree:
            tree[key] = [name for name in tree[key] if name not in MESHOPT_EXTENSIONS]
    return GltfFile(file.name, tree, tuple(memoryview(data) for data in buffers), file.folder)


def _decoded(file: GltfFile, it: JsonValue, size: int) -> bytes:
    """The `size` bytes of a buffer view with the extension `it`."""
    data = file.buffers[file.resolve_index(it["buffer"], "buffers")]
    start = at.integer(0, len(data)) if (at := it.get("byteOffset")) else 0
    length = it["byteLength"].integer(1, len(data) - start)
    count, stride = it["count"].integer(1, MAX_ELEMENTS), it["byteStride"].integer(1, 256)
    if count * stride != size:
        raise it.error(f"the {size} bytes of its view", f"{count} elements of {stride} bytes")
    kind = at.text() if (at := it.get("filter")) else "NONE"
    try:
        return meshopt.decode(bytes(data[start : start + length]), count, stride, it["mode"].text(), kind)
    except ValueError as error:
        raise it.error("data that meshoptimizer compressed", str(error)) from None


def _span(file: GltfFile, at: JsonValue) -> tuple[int, int, int, JsonValue]:
    """Start and end of a buffer view in its buffer, the buffer, and the view."""
    view = file.resolve(at, "bufferViews")
    buffer = file.resolve_index(view["buffer"], "buffers")
    size = len(file.buffers[buffer])
    start = offset.integer(0, size) if (offset := view.get("byteOffset")) else 0
    length = view["byteLength"].integer(1)
    if start + length > size:
        raise view["byteLength"].error(f"at most {size - start}, as buffers[{buffer}] has {size} bytes")
    return start, start + length, buffer, view


def _elements(file: GltfFile, it: JsonValue, count: int, dtype: np.dtype[Any], width: int) -> NDArray[Any]:
    """(count, width) a view of the elements in the buffer view of `it`, an accessor or a part of a sparse one."""
    start, end, buffer, view = _span(file, it["bufferView"])
    size = dtype.itemsize * width
    stride = given.integer(4, 252) if (given := view.get("byteStride")) else size
    if stride < size:
        raise view["byteStride"].error(f"at least the {size} bytes of an element of {it.path}")
    offset = at.integer(0, end - start) if (at := it.get("byteOffset")) else 0
    if offset + stride * (count - 1) + size > end - start:
        raise it.error(
            f"all of them in {view.path}, which has {end - start} bytes",
            f"{count} elements of {size} bytes, {stride} apart, from byte {offset}",
        )
    return np.ndarray((count, width), dtype, file.buffers[buffer], start + offset, (stride, dtype.itemsize))


def _replace(file: GltfFile, sparse: JsonValue, values: NDArray[Any]) -> None:
    """Overwrite values with those of a sparse accessor."""
    count = sparse["count"].integer(1, len(values))
    where, what = sparse["indices"], sparse["values"]
    component = where["componentType"]
    if component.value not in (5121, 5123, 5125):
        raise component.error("5121, 5123 or 5125")
    dtype = np.dtype(COMPONENT_TYPES[component.value]).newbyteorder("<")
    places = _elements(file, where, count, dtype, 1)[:, 0]
    if int(places.max()) >= len(values):
        raise where.error(f"indices below {len(values)}", str(int(places.max())))
    values[places] = _elements(file, what, count, values.dtype, values.shape[1])


def _reject_constant(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**40 else "a huge number"
    return text if len(text) < 80 else text[:76] + "..."
