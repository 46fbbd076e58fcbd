"""Knobs: typed parameters with range, unit, default and help, each at one address of one tree."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

logger = logging.getLogger(__name__)

Value = float | int | bool | str | tuple[float, float, float]

NORMALISED_PREFIX = "/n"
"""Prefix of normalised addresses: /n/scene/tide/swell takes 0..1 for the whole range of /scene/tide/swell."""

MAX_WHOLE_NUMBER = 2**31 - 1
"""The largest bound of a range: the largest whole number of OSC, 32 bits with a sign."""

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
    aliases: tuple[str, ...] = ()
    """Earlier names: beside the knob, or whole addresses when they begin with a slash. They go on working."""

    @property
    def kind(self) -> str:
        """ "number", "whole number", "switch", "choice" or "colour"."""
        return _KINDS[type(self.default)]


NO_KNOB_VALUES: Mapping[str, Value] = MappingProxyType({})

_KINDS = {bool: "switch", int: "whole number", float: "number", str: "choice", tuple: "colour"}


class InvalidMessageError(ValueError):
    """A value or message that a knob or command cannot take; the text says why."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        """`remedy` says what would be right; it is no part of the text, by which refusals are counted."""
        super().__init__(reason)
        self.remedy = remedy


def coerce(knob: Knob, value: object) -> Value:
    """`value` as this knob's type, clamped to its range; raises InvalidMessageError for what has no meaning.

    Numbers serve as switches (on from 0.5), and as choices counted from 1. A colour is three numbers, or four
    of which the last is not looked at; whole numbers with one above 1 are taken to be of 255.
    """
    if isinstance(knob.default, str):
        if isinstance(value, str):
            if value in knob.choices:
                return value
            raise InvalidMessageError("not one of the knob's choices")
        return knob.choices[round(_clamp(_number(value), 1, len(knob.choices))) - 1]
    if isinstance(knob.default, bool):
        return _number(value) >= 0.5
    if isinstance(knob.default, int):
        return round(_clamp(_number(value), math.ceil(knob.low), math.floor(knob.high)))
    if isinstance(knob.default, float):
        return float(_clamp(_number(value), knob.low, knob.high))
    if not isinstance(value, (tuple, list)) or len(value) not in (3, 4):
        raise InvalidMessageError("a colour needs three numbers")
    red, green, blue = (_number(channel) for channel in value[:3])
    if max(red, green, blue) > 1 and all(isinstance(channel, int) for channel in value[:3]):
        red, green, blue = red / 255, green / 255, blue / 255
    return float(_clamp(red, 0.0, 1.0)), float(_clamp(green, 0.0, 1.0)), float(_clamp(blue, 0.0, 1.0))


def from_normalised(knob: Knob, value: object) -> Value:
    """The knob's value at `value` in 0..1 of its range; raises InvalidMessageError."""
    if isinstance(knob.default, tuple) or isinstance(value, str):
        return coerce(knob, value)
    part = _clamp(_number(value), 0.0, 1.0)
    if isinstance(knob.default, bool):
        return coerce(knob, part)
    if isinstance(knob.default, str):
        return coerce(knob, 1 + part * (len(knob.choices) - 1))
    return coerce(knob, knob.low + part * (knob.high - knob.low))


def normalised(knob: Knob, value: Value) -> float | tuple[float, float, float]:
    """The position of a value in its knob's range, 0..1; a colour is returned unchanged."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, str):
        return knob.choices.index(value) / max(1, len(knob.choices) - 1)
    if isinstance(knob.default, bool):
        return float(value)
    return (value - knob.low) / (knob.high - knob.low)


def _number(value: object) -> float:
    if not isinstance(value, (int, float)):
        raise InvalidMessageError("not a number")
    if not math.isfinite(value):
        raise InvalidMessageError("not a finite number")
    return value


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


class AddressAliases:
    """Earlier addresses of knobs, each with the address of today."""

    def __init__(self) -> None:
        self._current: dict[str, str] = {}
        self._reported: set[str] = set()
        """Earlier addresses whose use was logged."""

    def __contains__(self, address: object) -> bool:
        return address in self._current

    def __iter__(self) -> Iterator[str]:
        return iter(self._current)

    def add(self, address: str, prefix: str, aliases: Iterable[str]) -> None:
        """Add the earlier names of the knob at `address`: whole addresses, or names beside it below `prefix`."""
        for alias in aliases:
            self._current[alias if alias.startswith("/") else f"{prefix.rstrip('/')}/{alias}"] = address

    def keep(self, addresses: Container[str]) -> None:
        """Drop the aliases of knobs that are not among `addresses`."""
        self._current = {old: new for old, new in self._current.items() if new in addresses}

    def canonical(self, address: str) -> str:
        """The address of today of an earlier one, whose first use is logged; every other address unchanged."""
        current = self._current.get(address)
        if current is None:
            return address
        if address not in self._reported:
            self._reported.add(address)
            logger.warning("%s is called %s now", address, current)
        return current

    def canonical_values(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """`values` by the addresses of today; the same object when all are."""
        if not any(address in self._current for address in values):
            return values
        return {self.canonical(address): value for address, value in values.items()}


# Sixteen methods: four of them make it a mapping from addresses to knobs.
class Knobs:
    """The tree of knobs with their base values, and modulation on top.

    `values` is what scenes see: an immutable snapshot, made anew only after a change, so that a Moment may keep it.
    Controllers are sent base values, without modulation. Earlier addresses of a knob are accepted everywhere.
    """

    def __init__(self) -> None:
        self._knobs: dict[str, Knob] = {}
        self._base: dict[str, Value] = {}
        self._modulated: Mapping[str, Value] = NO_KNOB_VALUES
        self.aliases = AddressAliases()
        self._changes: dict[str, int] = {}
        """The version at which each knob changed last, in that order."""
        self._snapshot: Mapping[str, Value] | None = NO_KNOB_VALUES
        self.version = 0
        """Grows with every turn."""
        self.shape = 0
        """Grows when knobs are added or taken away."""

    def __contains__(self, address: object) -> bool:
        return address in self._knobs or address in self.aliases

    def __iter__(self) -> Iterator[str]:
        """The addresses in the order in which they were added."""
        return iter(self._knobs)

    def __len__(self) -> int:
        return len(self._knobs)

    def __getitem__(self, address: str) -> Knob:
        return self._knobs[self.aliases.canonical(address)]

    def add(self, prefix: str, knobs: Iterable[Knob]) -> None:
        """Add knobs at `prefix`/NAME; a knob that exists keeps its value where that fits.

        Raises ValueError naming the knob when its address, its range or its default is impossible.
        """
        for knob in knobs:
            address = f"{prefix.rstrip('/')}/{knob.name}"
            _check(address, knob)
            self._knobs[address] = knob
            self.aliases.add(address, prefix, knob.aliases)
            self._set(address, self._kept(address, knob))
        self.shape += 1

    def remove(self, prefix: str, keep: Container[str] = ()) -> None:
        """Remove all knobs below `prefix` but those whose addresses are in `keep`."""
        below = [address for address in self._knobs if address.startswith(f"{prefix.rstrip('/')}/")]
        for address in [address for address in below if address not in keep]:
            del self._knobs[address], self._base[address], self._changes[address]
        self.aliases.keep(self._knobs)
        self._snapshot = None
        self.shape += 1

    def turn(self, address: str, value: object) -> None:
        """Turn a knob to a value in its own units, coerced and clamped; raises InvalidMessageError with the reason."""
        address = self.aliases.canonical(address)
        self._set(address, coerce(self._knob(address), value))

    def turn_normalised(self, address: str, value: object) -> None:
        """Turn a knob to where 0..1 of its range is; raises InvalidMessageError with the reason."""
        address = self.aliases.canonical(address)
        self._set(address, from_normalised(self._knob(address), value))

    def base(self, address: str) -> Value:
        """The value of a knob without modulation."""
        return self._base[self.aliases.canonical(address)]

    def modulate(self, values: Mapping[str, Value]) -> None:
        """Replace the modulated values, which stand over the base values."""
        values = self.aliases.canonical_values(values)
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
        oldest = late[:most]
        return oldest, self._changes[oldest[-1]] if oldest else version

    def _knob(self, address: str) -> Knob:
        try:
            return self._knobs[address]
        except KeyError:
            raise InvalidMessageError("no knob at this address") from None

    def _kept(self, address: str, knob: Knob) -> Value:
        try:
            return coerce(knob, self._base.get(address, knob.default))
        except InvalidMessageError:
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
    if not _ADDRESS.fullmatch(address) or address.endswith("/get") or address.startswith(f"{NORMALISED_PREFIX}/"):
        raise ValueError(
            f"knob {address!r}: an address is made of letters, digits, '_', '-' and '.' between slashes, "
            f"and neither begins with {NORMALISED_PREFIX}/ nor ends with /get"
        )
    if isinstance(knob.default, str):
        fits = knob.default in knob.choices
        right = f"one of choices={knob.choices!r}"
    elif isinstance(knob.default, (bool, tuple)):
        fits = coerce(knob, knob.default) == knob.default
        right = "three numbers in 0..1"
    else:
        fits = -MAX_WHOLE_NUMBER <= knob.low < knob.high <= MAX_WHOLE_NUMBER and knob.low <= knob.default <= knob.high
        right = f"within low={knob.low} and high={knob.high}"
        if not knob.low < knob.high:
            right += ", and low below high"
        elif not -MAX_WHOLE_NUMBER <= knob.low < knob.high <= MAX_WHOLE_NUMBER:
            right += f", and both of them from -{MAX_WHOLE_NUMBER} to {MAX_WHOLE_NUMBER}"
    if not fits:
        raise ValueError(f"knob {address}: default={knob.default!r} should be {right}")


class KnobValues:
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
    """The knob that is picked, as the operator's panel shows it."""

    address: str
    """Empty while no knob is picked."""
    value: str = ""
    part: float | None = None
    """Where in its range it stands, 0..1; None for a colour or a command."""
    said: str = ""
    """The next step for the user, or the last change."""
    reach: float | None = None
    """Position of a learned controller that has not reached the knob's value yet (soft takeover), 0..1."""
