"""Decoder of glTF buffer views that meshoptimizer compressed (EXT_meshopt_compression, version 0 of its codecs).

Source of the formats: the extension's specification, "Appendix A: Bitstream" and "Appendix B: Filters".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

ATTRIBUTES_HEADER = 0xA0
TRIANGLES_HEADER = 0xE1
INDICES_HEADER = 0xD1
GROUP = 16
"""Elements of a group, whose bytes have one width."""
MAX_BLOCK_BYTES = 8192
MAX_BLOCK_ELEMENTS = 256
TAIL_BYTES = 32
"""Bytes at least behind the last block of attributes; they end with the first element's predecessor."""
CODE_TABLE_BYTES = 16
"""Bytes behind triangles: the most frequent pairs of vertices."""
FIFO = 16
"""Recent edges and vertices that a triangle may refer to."""
FIRST_FREE_CODE = 13
"""Codes of the third vertex from which it is no recent one."""


def decode(data: bytes, count: int, stride: int, mode: str, kind: str) -> bytes:
    """`count` elements of `stride` bytes. Raises ValueError for data that are not of this format.

    `mode` is ATTRIBUTES, TRIANGLES or INDICES, `kind` the filter: NONE, OCTAHEDRAL, QUATERNION or EXPONENTIAL.
    """
    try:
        if mode == "ATTRIBUTES":
            found = _attributes(data, count, stride)
            return FILTERS[kind](found, stride) if kind != "NONE" else found.tobytes()
        values = _triangles(data, count) if mode == "TRIANGLES" else _indices(data, count)
    except (IndexError, KeyError) as error:
        raise ValueError(f"cut short or of an unknown kind ({error})") from None
    if stride not in (2, 4):
        raise ValueError(f"indices of {stride} bytes, expected 2 or 4")
    return np.array(values, np.int64).astype("<u2" if stride == 2 else "<u4").tobytes()


def _attributes(data: bytes, count: int, stride: int) -> NDArray[np.uint8]:
    """(count, stride) bytes of vertex attributes."""
    if not data or data[0] != ATTRIBUTES_HEADER:
        raise ValueError(f"attributes begin with {data[:1].hex()}, expected a0, version 0 of the codec")
    raw = np.frombuffer(data, np.uint8)
    found = np.empty((count, stride), np.uint8)
    last = raw[len(raw) - stride :].copy()
    at, end = 1, len(raw) - max(stride, TAIL_BYTES)
    size = min(MAX_BLOCK_BYTES // stride // GROUP * GROUP, MAX_BLOCK_ELEMENTS)
    for start in range(0, count, size):
        block = min(size, count - start)
        groups = -(-block // GROUP)
        for byte in range(stride):
            if at + -(-groups // 4) > end:
                raise IndexError("attributes")
            head = raw[at : at + -(-groups // 4)]
            widths = (np.repeat(head, 4) >> np.tile([0, 2, 4, 6], len(head))) & 3
            at += len(head)
            deltas = np.zeros(groups * GROUP, np.uint8)
            for group in np.flatnonzero(widths[:groups]).tolist():
                at = _group(raw, at, int(widths[group]), deltas[group * GROUP : (group + 1) * GROUP])
            # Zigzag: the sign is the lowest bit.
            steps = (deltas >> 1) ^ (0 - (deltas & 1)).astype(np.uint8)
            found[start : start + block, byte] = last[byte] + np.cumsum(steps[:block], dtype=np.uint8)
        last = found[start + block - 1]
    return found


def _group(raw: NDArray[np.uint8], at: int, width: int, out: NDArray[np.uint8]) -> int:
    """Decode 16 bytes of width code 1, 2 or 3: two, four or eight bits each; return where the next group begins."""
    if width == 3:
        out[:] = raw[at : at + GROUP]
        return at + GROUP
    bits = 2 * width
    packed = raw[at : at + 2 * bits]
    shifts = np.arange(8 - bits, -1, -bits)
    out[:] = ((packed[:, None] >> shifts) & ((1 << bits) - 1)).ravel()
    # The largest value stands for a whole byte that follows.
    large = np.flatnonzero(out == (1 << bits) - 1)
    at += 2 * bits
    out[large] = raw[at : at + len(large)]
    return at + len(large)


class _Varints:
    """Reads integers of seven bits a byte."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def next(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def after(self, last: int) -> int:
        """The index whose difference from the last one comes next."""
        return last + _signed(self.next())


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


class _Fifo:
    """The most recent items, the newest at 0."""

    def __init__(self) -> None:
        self._items: list[Any] = [(0, 0)] * FIFO
        self._next = 0

    def push(self, item: Any) -> None:
        self._items[self._next] = item
        self._next = (self._next + 1) % FIFO

    def __getitem__(self, age: int) -> Any:
        return self._items[(self._next - 1 - age) % FIFO]


def _triangles(data: bytes, count: int) -> list[int]:
    """Vertices of `count` / 3 triangles."""
    if not data or data[0] != TRIANGLES_HEADER or count % 3:
        raise ValueError(f"triangles begin with {data[:1].hex()}, expected e1")
    table = data[len(data) - CODE_TABLE_BYTES :]
    read = _Varints(data, 1 + count // 3)
    edges, vertices = _Fifo(), _Fifo()
    found: list[int] = []
    fresh = last = 0
    for code in data[1 : 1 + count // 3]:
        if code < 0xF0:
            a, b = edges[code >> 4]
            third = code & 15
            if third == 0:
                c, fresh = fresh, fresh + 1
            elif third < FIRST_FREE_CODE:
                c = vertices[third]
            else:
                c = last = read.after(last) if third == 15 else last + third - (third ^ 3)
            if third == 0 or third >= FIRST_FREE_CODE:
                vertices.push(c)
            edges.push((c, b))
            edges.push((a, c))
        else:
            pair = table[code & 15] if code < 0xFE else read.byte()
            if code >= 0xFE and pair == 0:
                fresh = 0
            corners: list[int] = []
            kept: list[bool] = []
            codes = (15 if code == 0xFF else 0, pair >> 4, pair & 15)
            for corner in codes:
                is_free = corner == 15 and code >= 0xFE
                if corner == 0:
                    corners.append(fresh)
                    fresh += 1
                elif is_free:
                    corners.append(last := read.after(last))
                else:
                    corners.append(vertices[corner - 1])
                kept.append(corner == 0 or is_free)
            a, b, c = corners
            for vertex, is_new in zip(corners, kept, strict=True):
                if is_new:
                    vertices.push(vertex)
            edges.push((b, a))
            edges.push((c, b))
            edges.push((a, c))
        found += [a, b, c]
    return found


def _indices(data: bytes, count: int) -> list[int]:
    """Any indices."""
    if not data or data[0] != INDICES_HEADER:
        raise ValueError(f"indices begin with {data[:1].hex()}, expected d1")
    read = _Varints(data, 1)
    last = [0, 0]
    found = []
    for _ in range(count):
        value = read.next()
        base = value & 1
        last[base] += _signed(value >> 1)
        found.append(last[base])
    return found


def _octahedral(found: NDArray[np.uint8], stride: int) -> bytes:
    """Unit vectors that were folded onto an octahedron; the fourth component stays."""
    kind = {4: "<i1", 8: "<i2"}[stride]
    values = found.view(kind).astype(float)
    x, y, one = values[:, 0], values[:, 1], values[:, 2]
    z = one - np.abs(x) - np.abs(y)
    fold = np.maximum(-z, 0.0)
    x, y = x - np.where(x >= 0.0, fold, -fold), y - np.where(y >= 0.0, fold, -fold)
    full = 2.0 ** (8 * np.dtype(kind).itemsize - 1) - 1.0
    size = full / np.maximum(np.sqrt(x * x + y * y + z * z), 1e-9)
    units = np.rint(np.stack([x * size, y * size, z * size, values[:, 3]], axis=1))
    return bytes(units.astype(kind).tobytes())


def _quaternion(found: NDArray[np.uint8], stride: int) -> bytes:
    """Unit quaternions of which the largest component was left out."""
    if stride != 8:
        raise ValueError(f"quaternions of {stride} bytes, expected 8")
    values = found.view("<i2").astype(np.int64)
    largest = values[:, 3] & 3
    three = values[:, :3] / ((values[:, 3] | 3) * np.sqrt(2.0))[:, None]
    rest = np.sqrt(np.maximum(1.0 - (three**2).sum(axis=1), 0.0))
    whole = np.empty((len(values), 4))
    rows = np.arange(len(values))
    for i in range(3):
        whole[rows, (largest + 1 + i) % 4] = three[:, i]
    whole[rows, largest] = rest
    return np.rint(32767.0 * whole).astype("<i2").tobytes()


def _exponential(found: NDArray[np.uint8], stride: int) -> bytes:
    """Floats as a signed exponent of 8 bits and a signed mantissa of 24."""
    if stride % 4:
        raise ValueError(f"floats in {stride} bytes, expected a multiple of 4")
    values = found.view("<i4").astype(np.int64)
    mantissa = ((values & 0xFFFFFF) ^ 0x800000) - 0x800000
    return bytes(np.ldexp(mantissa.astype(float), values >> 24).astype("<f4").tobytes())


FILTERS: dict[str, Callable[[NDArray[np.uint8], int], bytes]] = {
    "OCTAHEDRAL": _octahedral,
    "QUATERNION": _quaternion,
    "EXPONENTIAL": _exponential,
}
"""What undoes each filter."""
