"""OSC 1.0 and 1.1 codec: a decoder that survives any bytes, and an encoder of messages and bundles."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

MAX_DATAGRAM_BYTES = 65_536
"""A longer datagram is dropped."""
MAX_NESTING = 4
"""Levels of bundles within bundles, and of arrays within arrays."""
MAX_ELEMENTS = 512
"""Messages and bundles in a datagram, valid or not; the loop handles this many in about 2 ms."""
MAX_ARGUMENTS = 4_096
"""Type tags in a datagram."""

Argument = int | float | bool | str | bytes | None | tuple["Argument", ...]

NTP_TO_UNIX = 2_208_988_800
"""Seconds from 1900, the epoch of OSC's timetags, to 1970."""
INT32_MAX = 2**31 - 1
"""The encoder clamps whole numbers to this magnitude."""
IMMEDIATELY = b"\0\0\0\0\0\0\0\1"
"""The timetag of a bundle without delay."""

_SLASH, _COMMA = b"/,"
_INT32 = struct.Struct(">i").unpack_from
_FLOAT32 = struct.Struct(">f").unpack_from
_TIMETAG = struct.Struct(">II").unpack_from
_FIXED = {
    "h": struct.Struct(">q"),
    "d": struct.Struct(">d"),
    "r": struct.Struct(">4B"),
    "m": struct.Struct(">4B"),
}
_CONSTANT: dict[str, Argument] = {"T": True, "F": False, "N": None, "I": True}


class OscMessage(NamedTuple):
    """A decoded message."""

    address: str
    arguments: tuple[Argument, ...] = ()
    due: float | None = None
    """Unix time of the enclosing bundle's timetag, s; None for no delay."""


class _MalformedError(Exception):
    """The reason why the rest of a message or bundle is skipped; caught in this module."""


class _DecodeState:
    """Messages decoded from one datagram so far, and the numbers of elements and arguments that it may still have."""

    __slots__ = ("arguments", "drops", "elements", "messages")

    def __init__(self, drops: Counter[str]) -> None:
        self.drops = drops
        self.messages: list[OscMessage] = []
        self.elements = MAX_ELEMENTS
        self.arguments = MAX_ARGUMENTS


def decode(data: bytes, drops: Counter[str]) -> list[OscMessage]:
    """Decode the messages of a datagram, in order; each part that is skipped adds one to its reason in `drops`.

    Never raises. Type tags become Python types: `i h` int, `f d` float, `s S c` str, `b` bytes, `T F` bool, `N` None,
    `I` (an impulse) True, `t` Unix time in s, `r m` a tuple of four bytes, `[ ]` a tuple. Infinities and NaN are
    passed on: knobs refuse them.
    """
    state = _DecodeState(drops)
    if not data:
        drops["empty datagram"] += 1
    elif len(data) > MAX_DATAGRAM_BYTES:
        drops["datagram too long"] += 1
    elif len(data) % 4:
        drops["length not a multiple of 4"] += 1
    else:
        _decode_element(data, None, 0, state)
    return state.messages


def _decode_element(data: bytes, due: float | None, depth: int, state: _DecodeState) -> None:
    """Decode a message or a bundle; an error in it leaves its neighbours intact."""
    try:
        if data.startswith(b"#bundle\0"):
            _decode_bundle(data, depth, state)
        else:
            state.messages.append(_decode_message(data, due, state))
    except _MalformedError as bad:
        state.drops[str(bad)] += 1
    except struct.error:
        state.drops["cut short"] += 1


def _decode_bundle(data: bytes, depth: int, state: _DecodeState) -> None:
    if depth >= MAX_NESTING:
        raise _MalformedError("bundles too deep")
    due = None if data[8:16] == IMMEDIATELY else _unix_seconds(data, 8)
    at = 16
    while at < len(data):
        (size,) = _INT32(data, at)
        at += 4
        if size <= 0 or size % 4:
            raise _MalformedError("bundle element of an impossible size")
        if at + size > len(data):
            raise _MalformedError("cut short")
        if not state.elements:
            raise _MalformedError("too many messages in a datagram")
        state.elements -= 1
        _decode_element(data[at : at + size], due, depth + 1, state)
        at += size


def _decode_message(data: bytes, due: float | None, state: _DecodeState) -> OscMessage:
    address, at = _decode_string(data, 0)
    if data[0] != _SLASH:
        raise _MalformedError("address without a leading slash")
    if at == len(data):
        return OscMessage(address, (), due)
    if data[at] != _COMMA:
        raise _MalformedError("no type tags")
    tags, at = _decode_string(data, at)
    state.arguments -= len(tags) - 1
    if state.arguments < 0:
        raise _MalformedError("too many arguments in a datagram")
    if tags == ",f":
        return OscMessage(address, _FLOAT32(data, at), due)
    values: list[Argument] = []
    outer: list[list[Argument]] = []
    for tag in tags[1:]:
        if tag == "[":
            if len(outer) >= MAX_NESTING:
                raise _MalformedError("arrays too deep")
            outer.append(values)
            values = []
        elif tag == "]":
            if not outer:
                raise _MalformedError("array closed that was never opened")
            outer[-1].append(tuple(values))
            values = outer.pop()
        else:
            value, at = _decode_argument(tag, data, at)
            values.append(value)
    if outer:
        raise _MalformedError("array never closed")
    return OscMessage(address, tuple(values), due)


def _decode_argument(tag: str, data: bytes, at: int) -> tuple[Argument, int]:
    """Decode the value of a type tag; return it with the offset of the next value."""
    if tag == "f":
        return _FLOAT32(data, at)[0], at + 4
    if tag == "i":
        return _INT32(data, at)[0], at + 4
    if tag in "sS":
        return _decode_string(data, at)
    if tag in _CONSTANT:
        return _CONSTANT[tag], at
    if tag in _FIXED:
        numbers = _FIXED[tag].unpack_from(data, at)
        return numbers if tag in "rm" else numbers[0], at + _FIXED[tag].size
    if tag == "t":
        return _unix_seconds(data, at), at + 8
    if tag == "c":
        (code,) = _INT32(data, at)
        if not 0 <= code <= 0x10FFFF:
            raise _MalformedError("character that does not exist")
        return chr(code), at + 4
    if tag == "b":
        (size,) = _INT32(data, at)
        if not 0 <= size <= len(data) - at - 4:
            raise _MalformedError("cut short")
        return data[at + 4 : at + 4 + size], at + 4 + (size + 3 & ~3)
    raise _MalformedError("unknown type tag")


def _decode_string(data: bytes, at: int) -> tuple[str, int]:
    """Decode a string that ends in 1 to 4 zero bytes; return it with the offset behind them."""
    end = data.find(b"\0", at)
    if end < 0:
        raise _MalformedError("text without an end")
    try:
        return data[at:end].decode(), end + 4 & ~3
    except UnicodeDecodeError:
        raise _MalformedError("text that is not UTF-8") from None


def _unix_seconds(data: bytes, at: int) -> float:
    """Convert an NTP timetag (32 bits of seconds since 1900, 32 bits of fraction) to Unix time, s."""
    seconds, fraction = _TIMETAG(data, at)
    unix_seconds: float = seconds - NTP_TO_UNIX + fraction / 2**32
    return unix_seconds


def encode_string(value: str) -> bytes:
    """Encode a string as UTF-8, ended by a zero and padded with zeros to a multiple of 4 bytes."""
    raw = value.encode(errors="replace")
    return raw + b"\0" * (4 - len(raw) % 4)


def encode(address: str, arguments: Iterable[int | float | str]) -> bytes:
    """Encode a message of 32-bit numbers and strings; beyond 32 bits an int is clamped and a float infinite.

    A bool is sent as 0 or 1, which every controller can read.
    """
    tags, body = ",", b""
    for value in arguments:
        if isinstance(value, str):
            tags += "s"
            body += encode_string(value)
        elif isinstance(value, int):
            tags += "i"
            body += struct.pack(">i", min(max(value, -INT32_MAX), INT32_MAX))
        else:
            tags += "f"
            body += _float32(value)
    return encode_string(address) + encode_string(tags) + body


def as_sent(value: float) -> float:
    """A number as it arrives where it was sent to: rounded to 32 bits."""
    return float(struct.unpack(">f", _float32(value))[0])


def _float32(value: float) -> bytes:
    try:
        return struct.pack(">f", value)
    except OverflowError:
        return struct.pack(">f", math.copysign(math.inf, value))


def encode_bundles(messages: Iterable[bytes], max_bytes: int = 1_400) -> list[bytes]:
    """Pack encoded messages into as few bundles as possible, each at most `max_bytes` long.

    A longer message gets a bundle of its own. 1,400 bytes fit an Ethernet frame, which avoids IP fragmentation.
    """
    head = b"#bundle\0" + IMMEDIATELY
    out: list[bytes] = []
    parts, size = [head], len(head)
    for message in messages:
        if size + 4 + len(message) > max_bytes and len(parts) > 1:
            out.append(b"".join(parts))
            parts, size = [head], len(head)
        parts += (struct.pack(">i", len(message)), message)
        size += 4 + len(message)
    if len(parts) > 1:
        out.append(b"".join(parts))
    return out
