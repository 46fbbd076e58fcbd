"""One tree of knobs: every value that a person may turn, each at one address."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Value = float | int | bool | str | tuple[float, float, float]

TWIN = "/n"
"""A knob at /scene/tide/swell is also turned at /n/scene/tide/swell, where its whole range is 0..1."""

LARGEST = 2**31 - 1
"""The largest bound that a range may have: what OSC's whole numbers hold."""

_ADDRESS = re.compile(r"(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")


@dataclass(frozen=True, slots=True)
class Knob:
    """A typed value with a range, a default and a help line.

    The type of `default` is the type of the knob: float, int, bool, str (one of `choices`) or a colour
    (r, g, b), each 0..1 in display values (sRGB).
    """

    name: str
    default: Value
    low: float = 0.0
    high: float = 1.0
    help: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """ "number", "whole number", "switch", "choice" or "colour"."""
        return _KINDS[type(self.default)]


NO_KNOBS: Mapping[str, Value] = MappingProxyType({})

_KINDS = {bool: "switch", int: "whole number", float: "number", str: "choice", tuple: "colour"}


class Refused(ValueError):
    """Why a knob was not turned."""


def coerce(knob: Knob, value: object) -> Value:
    """`value` as this knob's type, clamped to its range; raises Refused for what has no meaning.

    Numbers serve as switches (on from 0.5), and as choices counted from 1. A colour is three numbers, or four
    of which the last is not looked at; whole numbers with one above 1 are taken to be of 255.
    """
    if isinstance(knob.default, str):
        if isinstance(value, str):
            if value in knob.choices:
                return value
            raise Refused("not one of the knob's choices")
        return knob.choices[round(_clamp(_number(value), 1, len(knob.choices))) - 1]
    if isinstance(knob.default, bool):
        return _number(value) >= 0.5
    if isinstance(knob.default, int):
        return round(_clamp(_number(value), math.ceil(knob.low), math.floor(knob.high)))
    if isinstance(knob.default, float):
        return float(_clamp(_number(value), knob.low, knob.high))
    if not isinstance(value, (tuple, list)) or len(value) not in (3, 4):
        raise Refused("a colour needs three numbers")
    red, green, blue = (_number(channel) for channel in value[:3])
    if max(red, green, blue) > 1 and all(isinstance(channel, int) for channel in value[:3]):
        red, green, blue = red / 255, green / 255, blue / 255
    return _clamp(red, 0.0, 1.0), _clamp(green, 0.0, 1.0), _clamp(blue, 0.0, 1.0)


def from_normalised(knob: Knob, value: object) -> Value:
    """The knob's value at `value` in 0..1 of its range; raises Refused."""
    if isinstance(knob.default, tuple) or isinstance(value, str):
        return coerce(knob, value)
    part = _clamp(_number(value), 0.0, 1.0)
    if isinstance(knob.default, bool):
        return coerce(knob, part)
    if isinstance(knob.default, str):
        return coerce(knob, 1 + part * (len(knob.choices) - 1))
    return coerce(knob, knob.low + part * (knob.high - knob.low))


def normalised(knob: Knob, value: Value) -> float | tuple[float, float, float]:
    """Where in its range a value of this knob stands, 0..1; a colour as it is."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, str):
        return knob.choices.index(value) / max(1, len(knob.choices) - 1)
    if isinstance(knob.default, bool):
        return float(value)
    return (value - knob.low) / (knob.high - knob.low)


def _number(value: object) -> float:
    if not isinstance(value, (int, float)):
        raise Refused("not a number")
    if not math.isfinite(value):
        raise Refused("not a finite number")
    return value


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


class Knobs:
    """The knobs, what they are turned to, and what is modulated on top.

    `values` is what art sees: an immutable snapshot, made anew only when something has changed, so that a
    Moment may keep it. Controllers are told base values, without modulation.
    """

    def __init__(self) -> None:
        self._knobs: dict[str, Knob] = {}
        self._base: dict[str, Value] = {}
        self._modulated: Mapping[str, Value] = NO_KNOBS
        self._changes: dict[str, int] = {}
        """When each knob was turned last, in the order of that."""
        self._snapshot: Mapping[str, Value] | None = NO_KNOBS
        self.version = 0
        """Grows with every turn."""
        self.shape = 0
        """Grows when knobs are added or taken away."""

    def __contains__(self, address: object) -> bool:
        return address in self._knobs

    def __iter__(self) -> Iterator[str]:
        """The addresses in the order in which they were added."""
        return iter(self._knobs)

    def __len__(self) -> int:
        return len(self._knobs)

    def __getitem__(self, address: str) -> Knob:
        return self._knobs[address]

    def add(self, prefix: str, knobs: Iterable[Knob]) -> None:
        """Put knobs at `prefix`/NAME; one that is there already keeps what it is turned to where that fits.

        Raises ValueError naming the knob when its address, its range or its default is impossible.
        """
        for knob in knobs:
            address = f"{prefix.rstrip('/')}/{knob.name}"
            _check(address, knob)
            self._knobs[address] = knob
            self._set(address, self._kept(address, knob))
        self.shape += 1

    def remove(self, prefix: str) -> None:
        """Take away all knobs below `prefix`."""
        for address in [address for address in self._knobs if address.startswith(f"{prefix.rstrip('/')}/")]:
            del self._knobs[address], self._base[address], self._changes[address]
        self._snapshot = None
        self.shape += 1

    def turn(self, address: str, value: object) -> None:
        """Turn a knob to a value in its own units, coerced and clamped; raises Refused with the reason."""
        self._set(address, coerce(self._knob(address), value))

    def turn_normalised(self, address: str, value: object) -> None:
        """Turn a knob to where 0..1 of its range is; raises Refused with the reason."""
        self._set(address, from_normalised(self._knob(address), value))

    def base(self, address: str) -> Value:
        """What a knob is turned to, without modulation."""
        return self._base[address]

    def modulate(self, values: Mapping[str, Value]) -> None:
        """Lay these values over what the knobs are turned to, instead of those laid before."""
        if values != self._modulated:
            self._modulated = dict(values)
            self._snapshot = None

    @property
    def values(self) -> Mapping[str, Value]:
        """Address to value, modulated; the same object as long as nothing changes."""
        if self._snapshot is None:
            over = {address: value for address, value in self._modulated.items() if address in self._base}
            self._snapshot = MappingProxyType({**self._base, **over})
        return self._snapshot

    def changed_since(self, version: int, most: int = 256) -> tuple[list[str], int]:
        """At most `most` addresses of knobs turned after `version`, oldest first, and the version they reach.

        Without any, the version is the one given.
        """
        late: list[str] = []
        for address in reversed(self._changes):
            if self._changes[address] <= version:
                break
            late.append(address)
        late.reverse()
        told = late[:most]
        return told, self._changes[told[-1]] if told else version

    def _knob(self, address: str) -> Knob:
        try:
            return self._knobs[address]
        except KeyError:
            raise Refused("no knob at this address") from None

    def _kept(self, address: str, knob: Knob) -> Value:
        try:
            return coerce(knob, self._base.get(address, knob.default))
        except Refused:
            return knob.default

    def _set(self, address: str, value: Value) -> None:
        before = self._base.get(address)
        if type(before) is type(value) and before == value:
            return
        self._base[address] = value
        self._snapshot = None
        self.version += 1
        self._changes.pop(address, None)
        self._changes[address] = self.version


def _check(address: str, knob: Knob) -> None:
    if not _ADDRESS.fullmatch(address) or address.endswith("/get") or address.startswith(f"{TWIN}/"):
        raise ValueError(
            f"knob {address!r}: an address is made of letters, digits, '_', '-' and '.' between slashes, "
            f"and neither begins with {TWIN}/ nor ends with /get"
        )
    if isinstance(knob.default, str):
        fits = knob.default in knob.choices
        right = f"one of choices={knob.choices!r}"
    elif isinstance(knob.default, (bool, tuple)):
        fits = coerce(knob, knob.default) == knob.default
        right = "three numbers in 0..1"
    else:
        fits = -LARGEST <= knob.low < knob.high <= LARGEST and knob.low <= knob.default <= knob.high
        right = f"within low={knob.low} and high={knob.high}, low below high, and neither beyond {LARGEST}"
    if not fits:
        raise ValueError(f"knob {address}: default={knob.default!r} should be {right}")


class Turned:
    """The knobs below one address as attributes: `knobs.swell` is `/scene/tide/swell`."""

    __slots__ = ("_prefix", "_values")

    def __init__(self, values: Mapping[str, Value], prefix: str) -> None:
        self._values = values
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[f"{self._prefix}{name}"]
        except KeyError:
            raise AttributeError(f"no knob at {self._prefix}{name}") from None


@dataclass(frozen=True, slots=True)
class SelectedKnob:
    """The knob in hand, as the overlay shows it."""

    address: str
    """Empty while no knob is picked."""
    value: str = ""
    part: float | None = None
    """Where in its range it stands, 0..1; None for a colour or a command."""
    said: str = ""
    """What to do next, or what was done."""
    reach: float | None = None
    """Where a controller stands that has learned the knob and has no hold of it yet, 0..1."""
