"""One tree of knobs: every value that a person may turn, each at one address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Value = float | int | bool | str | tuple[float, float, float]


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


class Turned:
    """The knobs below one address as attributes: `knobs.swell` is `/scene/tide/swell`."""

    __slots__ = ("_prefix", "_values")

    def __init__(self, values: Mapping[str, Value], prefix: str) -> None:
        self._values = values
        self._prefix = prefix

    def __getattr__(self, name: str) -> Value:
        try:
            return self._values[f"{self._prefix}{name}"]
        except KeyError:
            raise AttributeError(f"no knob at {self._prefix}{name}") from None


NO_KNOBS: Mapping[str, Value] = MappingProxyType({})
