"""Knobs on their way: each glides to its goal in seconds or beats, unless a hand takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from installation.control.cues.musical_time import MusicalTime
from installation.control.cues.preset import Preset, mix
from installation.interface.knobs import InvalidMessageError, Knobs, Value, coerce

CURVES: Mapping[str, Callable[[float], float]] = {
    "linear": lambda part: part,
    "ease": lambda part: part * part * (3.0 - 2.0 * part),
    "ease-in": lambda part: part * part,
    "ease-out": lambda part: part * (2.0 - part),
}
"""How far a glide has come, by how much of its time has passed: steady, soft at both ends, at the start, at the end."""


@dataclass(frozen=True, slots=True)
class FadeTiming:
    """How a look is come to."""

    length: float = 0.0
    measure: str = "seconds"
    """One of instant.TIME_UNITS."""
    curve: str = "linear"


AT_ONCE = FadeTiming()


@dataclass(frozen=True, slots=True)
class _Way:
    """One knob's glide."""

    start: Value
    goal: Value
    begun: float
    course: FadeTiming
    turned: Value
    """What the glide turned the knob to last; where it stands elsewhere, a hand has it."""


class Fades:
    """All knobs that glide; at most one way for each knob of the tree."""

    def __init__(self, tree: Knobs) -> None:
        self._tree = tree
        self._ways: dict[str, _Way] = {}

    def __len__(self) -> int:
        return len(self._ways)

    def start(self, look: Preset, begun: MusicalTime, course: FadeTiming = AT_ONCE) -> None:
        """Send the knobs of a look on their way; those that the tree lacks, or has anew and different, are left out."""
        at = begun.read(course.measure)
        for address, goal in look.items():
            with suppress(InvalidMessageError):
                if address in self._tree:
                    base = self._tree.base(address)
                    self._ways[address] = _Way(base, coerce(self._tree[address], goal), at, course, base)

    def step(self, now: MusicalTime) -> None:
        """Turn every knob to where it is by now."""
        for address, way in list(self._ways.items()):
            if not self._held(address, way):
                del self._ways[address]
                continue
            length, past = way.course.length, now.read(way.course.measure) - way.begun
            part = 1.0 if past >= length else CURVES[way.course.curve](max(0.0, past / length))
            self._tree.turn(address, mix(self._tree[address], way.start, way.goal, part))
            if part >= 1.0:
                del self._ways[address]
            else:
                self._ways[address] = replace(way, turned=self._tree.base(address))

    def _held(self, address: str, way: _Way) -> bool:
        """Whether the knob is as the glide left it: not turned by a hand, nor made anew by an edited scene."""
        if address not in self._tree or self._tree.base(address) != way.turned:
            return False
        try:
            return coerce(self._tree[address], way.goal) == way.goal
        except InvalidMessageError:
            return False

    def stop(self) -> None:
        """Leave every knob where it is."""
        self._ways.clear()
