"""How plain values become bytes: one form for mailboxes between processes and for files of moments.

MessagePack, with arrays as (dtype, shape, bytes) and the dataclasses of this house by name. Reading builds
nothing but these, so bytes from elsewhere can do no more than be refused.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgpack
import numpy as np

from installation.dance.request import Order
from installation.ear.pulse_tracker import Pulse
from installation.interface.dancer import Cast, Dance, Dancer
from installation.interface.dancer_knobs import Wishes
from installation.interface.moment import Health, Moment, Programme
from installation.interface.painted_figure import Figure
from installation.interface.painter_knobs import Wishes as Wished
from installation.interface.painting import Painted
from installation.interface.scenery_elements import ELEMENTS
from installation.interface.visitor import Crowd, Observation, State, Visitor
from installation.paint import request as paint
from motion.body import Body
from motion.skeleton import BONES, CORE

ARRAY, RECORD, TUPLE, STATE = 1, 2, 3, 4
_RECORDS = (
    Visitor, Body, Crowd, Observation, Pulse, Health, Programme, Moment, Dancer, Dance, Cast, Wishes, Order,
)  # fmt: skip
_OF_PAINTING = (paint.Order, paint.Work, Wished, Figure, Painted, *ELEMENTS)
RECORDS: Mapping[str, type] = MappingProxyType(
    {c.__name__: c for c in _RECORDS} | {f"paint.{c.__name__}": c for c in _OF_PAINTING}
)
NAMES: Mapping[type, str] = MappingProxyType({c: name for name, c in RECORDS.items()})
DTYPES = ("float32", "float64", "uint8", "int32", "int64", "bool")
SHAPES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "box_px": (4,),
        "landmarks_px": (33, 2),
        "landmarks_screen": (33, 2),
        "landmarks_m": (33, 3),
        "visibility": (33,),
        "floor_m": (2,),
        "velocity_m": (2,),
    }
)
"""What a visitor's arrays must look like before anybody draws them."""
PIXELS = {"Moment": frozenset({"picture", "painting"})}
"""Fields of records that hold pixels: they are never written."""


class WireError(ValueError):
    """The bytes are not what this version writes."""


def pack(value: Any) -> bytes:
    """Bytes of a value made of None, numbers, strings, bytes, lists, tuples, dicts, arrays and RECORDS.

    Raises TypeError for anything else.
    """
    return msgpack.packb(value, default=_down, strict_types=True)


def unpack(data: bytes | memoryview) -> Any:
    """The value that `pack` wrote. Raises WireError."""
    try:
        return msgpack.unpackb(data, ext_hook=_up, strict_map_key=False)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, msgpack.UnpackException, RecursionError) as error:
        raise WireError(f"not readable: {error}") from error


def _down(value: Any) -> Any:
    if isinstance(value, State):
        return msgpack.ExtType(STATE, value.value.encode())
    if isinstance(value, np.ndarray):
        return msgpack.ExtType(ARRAY, msgpack.packb([value.dtype.name, value.shape, value.tobytes()]))
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return msgpack.ExtType(TUPLE, pack(list(value)))
    if isinstance(value, Mapping):
        return dict(value)
    name = NAMES.get(type(value))
    if name is not None:
        left = PIXELS.get(name, frozenset())
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.name not in left}
        return msgpack.ExtType(RECORD, pack([name, fields]))
    raise TypeError(f"{type(value).__name__} can't be written")


def _up(code: int, data: bytes) -> Any:
    if code == ARRAY:
        dtype, shape, raw = msgpack.unpackb(data)
        if dtype not in DTYPES:
            raise WireError(f"an array of {dtype!r}")
        if math.prod(shape) * np.dtype(dtype).itemsize != len(raw):
            raise WireError(f"an array of shape {shape} in {len(raw)} bytes")
        return np.frombuffer(raw, dtype).reshape(shape)
    if code == TUPLE:
        return tuple(unpack(data))
    if code == STATE:
        return State(data.decode())
    if code == RECORD:
        name, fields = unpack(data)
        if name not in RECORDS:
            raise WireError(f"a record of {name!r}")
        if name in CHECKS:
            CHECKS[name](fields)
        return RECORDS[name](**fields)
    raise WireError(f"an extension of type {code}")


def _check_visitor(fields: Mapping[str, Any]) -> None:
    for name, shape in SHAPES.items():
        array = fields[name]
        if not isinstance(array, np.ndarray) or array.shape != shape or not np.isfinite(array).all():
            raise WireError(f"a visitor whose {name} is not {shape} finite numbers")
    for ring in fields["outline_screen"]:
        if not isinstance(ring, np.ndarray) or ring.ndim != 2 or ring.shape[1] != 2:
            raise WireError("a visitor whose outline is not made of points")
    if not isinstance(fields.get("body"), Body | None):
        raise WireError("a visitor whose body is none")


def _check_body(fields: Mapping[str, Any]) -> None:
    bones = len(fields["turns"])
    if bones not in (CORE, len(BONES)):
        raise WireError(f"a body of {bones} bones")
    for name, shape in (("hips_m", (3,)), ("turns", (bones, 4)), ("offsets_m", (bones, 3)), ("trust", (bones,))):
        array = fields[name]
        if not isinstance(array, np.ndarray) or array.shape != shape or not np.isfinite(array).all():
            raise WireError(f"a body whose {name} is not {shape} finite numbers")


def _check_dancer(fields: Mapping[str, Any]) -> None:
    if not isinstance(fields["body"], Body):
        raise WireError("a dancer whose body is none")


def _check_dance(fields: Mapping[str, Any]) -> None:
    _check_moment(fields)
    if not all(isinstance(body, Body) for body in fields["visitors"].values()):
        raise WireError("a dance whose visitors have no body")


def _check_moment(fields: Mapping[str, Any]) -> None:
    if not all(isinstance(dancer, Dancer) for dancer in fields["dancers"]):
        raise WireError("a moment or dance whose dancers are none")


CHECKS = MappingProxyType(
    {
        "Visitor": _check_visitor,
        "Body": _check_body,
        "Dancer": _check_dancer,
        "Dance": _check_dance,
        "Moment": _check_moment,
    }
)
