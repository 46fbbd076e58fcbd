"""OSC 1.0 and 1.1 on the wire: a decoder that survives any bytes, and an encoder."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 65_536
"""Bytes of a datagram."""
DEEPEST = 4
"""Levels of bundles, and of arrays."""
MOST_MESSAGES = 512
"""Messages and bundles in a datagram, good or bad: so many are acted on in about 2 ms."""
MOST_ARGUMENTS = 4_096
"""Type tags in a datagram."""

Argument = int | float | bool | str | bytes | None | tuple["Argument", ...]

NTP_TO_UNIX = 2_208_988_800
"""Seconds from 1900, where OSC's timetags begin, to 1970."""
LARGEST = 2**31 - 1
AT_ONCE = b"\0\0\0\0\0\0\0\1"
"""The timetag that asks for no delay."""

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


class Message(NamedTuple):
    """One address and what was sent to it."""

    address: str
    arguments: tuple[Argument, ...] = ()
    due: float | None = None
    """Unix time of the bundle around it, s; None is at once."""


class _Bad(Exception):
    """Why the rest of a message or a bundle is not read; never leaves this module."""


class _Decoding:
    """What one datagram has given, and what it may still give."""

    __slots__ = ("arguments", "drops", "elements", "messages")

    def __init__(self, drops: Counter[str]) -> None:
        self.drops = drops
        self.messages: list[Message] = []
        self.elements = MOST_MESSAGES
        self.arguments = MOST_ARGUMENTS


def decode(data: bytes, drops: Counter[str]) -> list[Message]:
    """The messages of a datagram in their order; each thing left out adds one to its reason in `drops`.

    Never raises. Arguments come as Python's own kinds: `i h` int, `f d` float, `s S c` str, `b` bytes, `T F`
    bool, `N` None, `I` (an impulse) True, `t` Unix time in s, `r m` a tuple of four bytes, `[ ]` a tuple.
    Infinities and NaN are passed on: the knob refuses them.
    """
    decoding = _Decoding(drops)
    if not data:
        drops["empty datagram"] += 1
    elif len(data) > LONGEST:
        drops["datagram too long"] += 1
    elif len(data) % 4:
        drops["length not a multiple of 4"] += 1
    else:
        _element(data, None, 0, decoding)
    return decoding.messages


def _element(data: bytes, due: float | None, depth: int, decoding: _Decoding) -> None:
    """Read a message or a bundle; what is wrong in it costs its neighbours nothing."""
    try:
        if data.startswith(b"#bundle\0"):
            _bundle(data, depth, decoding)
        else:
            decoding.messages.append(_message(data, due, decoding))
    except _Bad as bad:
        decoding.drops[str(bad)] += 1
    except struct.error:
        decoding.drops["cut short"] += 1


def _bundle(data: bytes, depth: int, decoding: _Decoding) -> None:
    if depth >= DEEPEST:
        raise _Bad("bundles too deep")
    due = None if data[8:16] == AT_ONCE else _unix(data, 8)
    at = 16
    while at < len(data):
        (size,) = _INT32(data, at)
        at += 4
        if size <= 0 or size % 4:
            raise _Bad("bundle element of an impossible size")
        if at + size > len(data):
            raise _Bad("cut short")
        if not decoding.elements:
            raise _Bad("too many messages in a datagram")
        decoding.elements -= 1
        _element(data[at : at + size], due, depth + 1, decoding)
        at += size


def _message(data: bytes, due: float | None, decoding: _Decoding) -> Message:
    address, at = _string(data, 0)
    if data[0] != _SLASH:
        raise _Bad("address without a leading slash")
    if at == len(data):
        return Message(address, (), due)
    if data[at] != _COMMA:
        raise _Bad("no type tags")
    tags, at = _string(data, at)
    decoding.arguments -= len(tags) - 1
    if decoding.arguments < 0:
        raise _Bad("too many arguments in a datagram")
    if tags == ",f":
        return Message(address, _FLOAT32(data, at), due)
    values: list[Argument] = []
    outer: list[list[Argument]] = []
    for tag in tags[1:]:
        if tag == "[":
            if len(outer) >= DEEPEST:
                raise _Bad("arrays too deep")
            outer.append(values)
            values = []
        elif tag == "]":
            if not outer:
                raise _Bad("array closed that was never opened")
            outer[-1].append(tuple(values))
            values = outer.pop()
        else:
            value, at = _argument(tag, data, at)
            values.append(value)
    if outer:
        raise _Bad("array never closed")
    return Message(address, tuple(values), due)


def _argument(tag: str, data: bytes, at: int) -> tuple[Argument, int]:
    """The value of a type tag, and where the next begins."""
    if tag == "f":
        return _FLOAT32(data, at)[0], at + 4
    if tag == "i":
        return _INT32(data, at)[0], at + 4
    if tag in "sS":
        return _string(data, at)
    if tag in _CONSTANT:
        return _CONSTANT[tag], at
    if tag in _FIXED:
        numbers = _FIXED[tag].unpack_from(data, at)
        return numbers if tag in "rm" else numbers[0], at + _FIXED[tag].size
    if tag == "t":
        return _unix(data, at), at + 8
    if tag == "c":
        (code,) = _INT32(data, at)
        if not 0 <= code <= 0x10FFFF:
            raise _Bad("character that does not exist")
        return chr(code), at + 4
    if tag == "b":
        (size,) = _INT32(data, at)
        if not 0 <= size <= len(data) - at - 4:
            raise _Bad("cut short")
        return data[at + 4 : at + 4 + size], at + 4 + (size + 3 & ~3)
    raise _Bad("unknown type tag")


def _string(data: bytes, at: int) -> tuple[str, int]:
    """A string that ends in 1 to 4 zero bytes, and where the next thing begins."""
    end = data.find(b"\0", at)
    if end < 0:
        raise _Bad("text without an end")
    try:
        return data[at:end].decode(), end + 4 & ~3
    except UnicodeDecodeError:
        raise _Bad("text that is not UTF-8") from None


def _unix(data: bytes, at: int) -> float:
    """An NTP timetag (32 bits of seconds since 1900, 32 bits of fraction) as Unix time, s."""
    seconds, fraction = _TIMETAG(data, at)
    return seconds - NTP_TO_UNIX + fraction / 2**32


def text(value: str) -> bytes:
    """A string as it stands in a datagram: UTF-8, ended and filled to a multiple of 4 with zeros."""
    raw = value.encode(errors="replace")
    return raw + b"\0" * (4 - len(raw) % 4)


def encode(address: str, arguments: Iterable[int | float | str]) -> bytes:
    """A message of 32-bit numbers and strings; beyond 32 bits an int is clamped and a float infinite.

    A bool goes out as 0 or 1, which every controller can read.
    """
    tags, body = ",", b""
    for value in arguments:
        if isinstance(value, str):
            tags += "s"
            body += text(value)
        elif isinstance(value, int):
            tags += "i"
            body += struct.pack(">i", min(max(value, -LARGEST), LARGEST))
        else:
            tags += "f"
            body += _float32(value)
    return text(address) + text(tags) + body


def _float32(value: float) -> bytes:
    try:
        return struct.pack(">f", value)
    except OverflowError:
        return struct.pack(">f", math.copysign(math.inf, value))


def bundles(messages: Iterable[bytes], room: int = 1_400) -> list[bytes]:
    """Encoded messages in as few bundles as hold them, none above `room` bytes unless one message alone is.

    1,400 bytes fit an Ethernet frame, so that no network card has to cut a datagram in pieces.
    """
    head = b"#bundle\0" + AT_ONCE
    out: list[bytes] = []
    parts, size = [head], len(head)
    for message in messages:
        if size + 4 + len(message) > room and len(parts) > 1:
            out.append(b"".join(parts))
            parts, size = [head], len(head)
        parts += (struct.pack(">i", len(message)), message)
        size += 4 + len(message)
    if len(parts) > 1:
        out.append(b"".join(parts))
    return out
