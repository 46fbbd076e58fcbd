"""glTF 2.0, the container of characters: GLB or JSON with buffers beside it, read strictly into JSON and arrays."""

from __future__ import annotations

import base64
import binascii
import json
import struct
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Buffer = bytes | memoryview

MAX_BYTES = 1 << 30
"""Bytes of all buffers and images together; the JSON may have a sixteenth of it."""
MAX_ELEMENTS = 1 << 24
"""Elements of the largest accessor."""
MAX_NUMBER = 1e9
"""The largest number that a length, a weight or a time can sensibly be."""
COMPONENT_TYPES = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
TYPE_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
COMPRESSION_EXTENSIONS = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")
MAGIC, JSON_CHUNK, BIN_CHUNK = b"glTF", b"JSON", b"BIN\0"


class GltfError(ValueError):
    """The file is no character; says the file, the place in its JSON, what stands there and what would be right."""


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A value in a file's JSON and where it stands, so that whatever is wrong with it can be said."""

    value: Any
    path: str
    name: str

    def wrong(self, right: str, found: str = "") -> GltfError:
        """The error that says what was expected here."""
        return GltfError(
            f"{self.name}: {self.path or 'the JSON'}: found {found or _brief(self.value)}, expected {right}"
        )

    def get(self, key: str) -> JsonValue | None:
        """A member of this object, if it has it."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object {}")
        return JsonValue(self.value[key], f"{self.path}.{key}".lstrip("."), self.name) if key in self.value else None

    def __getitem__(self, key: str) -> JsonValue:
        found = self.get(key)
        if found is None:
            raise GltfError(f"{self.name}: {f'{self.path}.{key}'.lstrip('.')} is missing")
        return found

    def __iter__(self) -> Iterator[JsonValue]:
        if not isinstance(self.value, list):
            raise self.wrong("a list []")
        return (JsonValue(value, f"{self.path}[{i}]", self.name) for i, value in enumerate(self.value))

    def each(self, key: str) -> list[JsonValue]:
        """The elements of a list that may be missing."""
        found = self.get(key)
        return [] if found is None else list(found)

    def integer(self, low: int = 0, high: int = 2**32) -> int:
        """A whole number low .. high."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high or value % 1:
            raise self.wrong(f"a whole number {low} to {high}")
        return int(value)

    def number(self, low: float = -MAX_NUMBER, high: float = MAX_NUMBER) -> float:
        """A number low .. high."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)) or not low <= self.value <= high:
            raise self.wrong(f"a number {low:g} to {high:g}")
        return float(self.value)

    def numbers(self, count: int) -> NDArray[np.float64]:
        """A list of `count` numbers."""
        if not isinstance(self.value, list) or len(self.value) != count:
            raise self.wrong(f"a list of {count} numbers")
        return np.array([item.number() for item in self])

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return self.value


@dataclass(frozen=True)
class GltfFile:
    """A glTF file: its JSON as it is, and its buffers."""

    name: str
    json: dict[str, Any]
    buffers: tuple[Buffer, ...]
    folder: Path | None
    """Where files that it names are."""

    @property
    def root(self) -> JsonValue:
        """The JSON's outermost object."""
        return JsonValue(self.json, "", self.name)

    def size(self, kind: str) -> int:
        """How many `kind` (nodes, meshes, accessors …) there are."""
        found = self.json.get(kind, [])
        return len(found) if isinstance(found, list) else 0

    def nth(self, kind: str, index: int) -> JsonValue:
        """`kind[index]`; the index must have been checked."""
        return JsonValue(self.json[kind][index], f"{kind}[{index}]", self.name)

    def index(self, at: JsonValue, kind: str) -> int:
        """What `at` points to among `kind`."""
        count = self.size(kind)
        if isinstance(at.value, bool) or not isinstance(at.value, int) or not 0 <= at.value < count:
            raise at.wrong(f"one of {kind}, 0 to {count - 1}" if count else f"nothing, as there are no {kind}")
        return int(at.value)

    def follow(self, at: JsonValue, kind: str) -> JsonValue:
        """The one of `kind` that `at` points to."""
        return self.nth(kind, self.index(at, kind))


def read(path: Path) -> GltfFile:
    """The file, GLB or JSON by its content. Raises GltfError, or OSError where it cannot be read."""
    if path.stat().st_size > MAX_BYTES:
        raise GltfError(f"{path}: larger than {MAX_BYTES >> 20} MiB")
    return parse(path.read_bytes(), str(path), path.parent)


def parse(data: bytes, name: str = "glTF", folder: Path | None = None) -> GltfFile:
    """The file in some bytes; `name` opens the messages, files that it names are looked for in `folder`."""
    text, binary = _chunks(data, name) if data[:4] == MAGIC else (memoryview(data), None)
    if len(text) > MAX_BYTES // 16:
        raise GltfError(f"{name}: its JSON is larger than {MAX_BYTES >> 24} MiB")
    try:
        tree = json.loads(str(text, "utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        said = "nested too deep" if isinstance(error, RecursionError) else error
        raise GltfError(f"{name}: neither a GLB nor the JSON of a glTF: {said}") from None
    if not isinstance(tree, dict):
        raise GltfError(f"{name}: the JSON is {_brief(tree)}, expected an object {{}}")
    file = GltfFile(name, tree, (), folder)
    version = file.root["asset"]["version"]
    if version.text().split(".")[0] != "2":
        raise version.wrong("version 2.0")
    for extension in file.root.each("extensionsRequired"):
        if extension.text() in COMPRESSION_EXTENSIONS:
            raise extension.wrong("meshes without compression: export them so")
    return GltfFile(name, tree, _buffers(file, binary), folder)


def read_accessor(
    file: GltfFile, at: JsonValue, widths: tuple[str, ...], components: tuple[int, ...] = ()
) -> NDArray[Any]:
    """(N, W) what the accessor that `at` points to holds, a copy; floats for whole numbers that stand for them.

    `widths` are the types (such as "VEC3") and `components` the component types that are right; all where empty.
    """
    it = file.follow(at, "accessors")
    kind, component = it["type"], it["componentType"]
    if kind.text() not in widths:
        raise kind.wrong(" or ".join(widths))
    if component.value not in (components or tuple(COMPONENT_TYPES)) or isinstance(component.value, (bool, float)):
        raise component.wrong(" or ".join(map(str, components or COMPONENT_TYPES)))
    dtype, width = np.dtype(COMPONENT_TYPES[component.value]).newbyteorder("<"), TYPE_WIDTHS[kind.value]
    count = it["count"].integer(1, MAX_ELEMENTS)
    view = it.get("bufferView")
    if view is None:
        values = np.zeros((count, width), dtype)
    else:
        values = _elements(file, it, view, it.get("byteOffset"), count, dtype, width).copy()
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
        raise it.wrong("finite numbers", f"{values[element].tolist()} as element {element}")
    return values.astype(np.float32, copy=False)


def buffer_view_bytes(file: GltfFile, at: JsonValue) -> bytes:
    """The bytes of a buffer view that `at` points to."""
    start, end, buffer, _ = _span(file, at)
    return bytes(memoryview(file.buffers[buffer])[start:end])


def read_uri(file: GltfFile, uri: JsonValue, most: int = MAX_BYTES) -> bytes:
    """The bytes behind a URI: data in the URI itself, or a file in the folder of this one."""
    text = uri.text()
    if text.startswith("data:"):
        head, comma, body = text.partition(",")
        if not comma or not head.endswith(";base64"):
            raise uri.wrong("a data URI in base64", repr(text[:40]))
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise uri.wrong("a data URI in base64", "characters that are none of base64") from None
    relative = urllib.parse.unquote(text)
    if file.folder is None or ":" in relative or relative.startswith(("/", "\\")) or ".." in Path(relative).parts:
        raise uri.wrong("a file in the same folder")
    path = file.folder / relative
    try:
        if not path.is_file():
            raise uri.wrong(f"a file, but there is none at {path}")
        if path.stat().st_size > most:
            raise uri.wrong(f"a file of at most {most} bytes")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, GltfError):
            raise
        raise uri.wrong(f"a file that can be read, but {error}") from None


def _chunks(data: bytes, name: str) -> tuple[memoryview, memoryview | None]:
    """The JSON and the binary part of a GLB."""
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
            raise buffer.wrong(f"buffers of at most {MAX_BYTES >> 20} MiB together")
        uri = buffer.get("uri")
        if uri is not None:
            data: Buffer = read_uri(file, uri)
        elif i == 0 and binary is not None:
            data = binary
        else:
            raise GltfError(f"{file.name}: {buffer.path}.uri is missing, and no binary chunk stands in for it")
        if len(data) < size:
            raise buffer["byteLength"].wrong(f"at most the {len(data)} bytes that are there")
        found.append(memoryview(data)[:size])
    return tuple(found)


def _span(file: GltfFile, at: JsonValue) -> tuple[int, int, int, JsonValue]:
    """Start and end of a buffer view in its buffer, the buffer, and the view."""
    view = file.follow(at, "bufferViews")
    if extensions := view.get("extensions"):
        for extension in COMPRESSION_EXTENSIONS:
            if extensions.get(extension) is not None:
                raise extensions[extension].wrong("a view without compression: export it so")
    buffer = file.index(view["buffer"], "buffers")
    size = len(file.buffers[buffer])
    start = offset.integer(0, size) if (offset := view.get("byteOffset")) else 0
    length = view["byteLength"].integer(1)
    if start + length > size:
        raise view["byteLength"].wrong(f"at most {size - start}, as buffers[{buffer}] has {size} bytes")
    return start, start + length, buffer, view


def _elements(
    file: GltfFile,
    it: JsonValue,
    view_at: JsonValue,
    offset_at: JsonValue | None,
    count: int,
    dtype: np.dtype[Any],
    width: int,
) -> NDArray[Any]:
    """(count, width) the elements in a buffer view, in place."""
    start, end, buffer, view = _span(file, view_at)
    size = dtype.itemsize * width
    stride = given.integer(4, 252) if (given := view.get("byteStride")) else size
    if stride < size:
        raise view["byteStride"].wrong(f"at least the {size} bytes of an element of {it.path}")
    offset = offset_at.integer(0, end - start) if offset_at else 0
    if offset + stride * (count - 1) + size > end - start:
        raise it.wrong(
            f"all of them in {view.path}, which has {end - start} bytes",
            f"{count} elements of {size} bytes, {stride} apart, from byte {offset}",
        )
    return np.ndarray(
        (count, width), dtype, file.buffers[buffer], start + offset, (stride, dtype.itemsize)
    )  # fmt: skip


def _replace(file: GltfFile, sparse: JsonValue, values: NDArray[Any]) -> None:
    """Puts the values of a sparse accessor in their places."""
    count = sparse["count"].integer(1, len(values))
    where, what = sparse["indices"], sparse["values"]
    component = where["componentType"]
    if component.value not in (5121, 5123, 5125):
        raise component.wrong("5121, 5123 or 5125")
    dtype = np.dtype(COMPONENT_TYPES[component.value]).newbyteorder("<")
    places = _elements(file, where, where["bufferView"], where.get("byteOffset"), count, dtype, 1)[:, 0]
    if int(places.max()) >= len(values):
        raise where.wrong(f"indices below {len(values)}", str(int(places.max())))
    values[places] = _elements(
        file, what, what["bufferView"], what.get("byteOffset"), count, values.dtype, values.shape[1]
    )  # fmt: skip


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**40 else "a huge number"
    return text if len(text) < 80 else text[:76] + "..."
