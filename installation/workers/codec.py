"""MessagePack codec of plain values, arrays and records, for mailboxes between processes and for files of Moments.

Arrays are (dtype, shape, bytes); records are the dataclasses that rooms registered with `installation.core.records`.
Reading builds nothing but these, so that bytes from elsewhere can only be rejected.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgpack
import numpy as np

from installation.core import records
from installation.core.records import WireError

__all__ = ["ARRAY", "RECORD", "TUPLE", "WireError", "pack", "unpack"]

ARRAY = 1
"""MessagePack extension type of arrays."""
RECORD = 2
"""MessagePack extension type of records."""
TUPLE = 3
"""MessagePack extension type of tuples."""
DTYPES = ("float32", "float64", "uint8", "int32", "int64", "bool")
"""NumPy types that an array may have."""


def pack(value: Any) -> bytes:
    """Encode a value made of None, numbers, strings, bytes, lists, tuples, dicts, arrays and records.

    Raises TypeError for anything else.
    """
    packed: bytes = msgpack.packb(value, default=_to_plain, strict_types=True)
    return packed


def unpack(data: bytes | memoryview) -> Any:
    """Decode what `pack` wrote. Raises WireError."""
    try:
        return msgpack.unpackb(data, ext_hook=_from_plain, strict_map_key=False)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, msgpack.UnpackException, RecursionError) as error:
        raise WireError(f"not readable: {error}") from error


def _to_plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        code = records.enum_code(type(value))
        if code is not None:
            return msgpack.ExtType(code, value.value.encode())
    if isinstance(value, np.ndarray):
        return msgpack.ExtType(ARRAY, msgpack.packb([value.dtype.name, value.shape, value.tobytes()]))
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return msgpack.ExtType(TUPLE, pack(list(value)))
    if isinstance(value, Mapping):
        return dict(value)
    known = records.of(type(value))
    if known is not None:
        fields = {name: getattr(value, field) for field, name in known.written.items()}
        return msgpack.ExtType(RECORD, pack([known.name, fields]))
    raise TypeError(f"{type(value).__name__} can't be written")


def _from_plain(code: int, data: bytes) -> Any:
    if code == ARRAY:
        dtype, shape, raw = msgpack.unpackb(data)
        if dtype not in DTYPES:
            raise WireError(f"an array of {dtype!r}")
        if math.prod(shape) * np.dtype(dtype).itemsize != len(raw):
            raise WireError(f"an array of shape {shape} in {len(raw)} bytes")
        return np.frombuffer(raw, dtype).reshape(shape)
    if code == TUPLE:
        return tuple(unpack(data))
    if code == RECORD:
        return _record(*unpack(data))
    enum = records.enum_of(code)
    if enum is not None:
        return enum(data.decode())
    raise WireError(f"an extension of type {code}")


def _record(name: str, fields: Mapping[str, Any]) -> Any:
    known = records.named(name)
    if known is None:
        raise WireError(f"a record of {name!r}")
    if known.check is not None:
        known.check(fields)
    return known.type(**known.attributes(fields))
