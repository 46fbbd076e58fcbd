"""Fades of knobs: each goes to its target value in seconds, beats or bars, until another controller turns it."""

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
"""Progress of a fade, 0..1, by the part of its time that has passed: linear, soft at both ends, at one end."""


@dataclass(frozen=True, slots=True)
class FadeTiming:
    """Length and curve of a fade."""

    length: float = 0.0
    unit: str = "seconds"
    """The unit of `length`: one of TIME_UNITS."""
    curve: str = "linear"
    """One of CURVES."""


IMMEDIATE = FadeTiming()


@dataclass(frozen=True, slots=True)
class _KnobFade:
    """The fade of one knob."""

    start: Value
    target: Value
    begin: float
    """In the unit of `timing`."""
    timing: FadeTiming
    last_value: Value
    """The value to which the fade turned the knob last; at any other value, a controller has turned it since."""


SendCommand = Callable[[str, Value, float], None]
"""Sends a value to a command or signal, as if it came at a show time."""


class Fades:
    """All knobs that fade, each at most once."""

    def __init__(self, tree: Knobs, send: SendCommand | None = None) -> None:
        """`send` takes the values of a preset that are not those of knobs; without it they are left out."""
        self._tree = tree
        self._send = send
        self._fades: dict[str, _KnobFade] = {}

    def __len__(self) -> int:
        return len(self._fades)

    def start(self, preset: Preset, begin: MusicalTime, timing: FadeTiming = IMMEDIATE) -> None:
        """Fade knobs to the values of a preset, and send it to commands at once; knobs that cannot have a value are
        left out."""
        at = begin.value(timing.unit)
        for address, target in preset.items():
            with suppress(InvalidMessageError):
                if address in self._tree:
                    base = self._tree.base(address)
                    self._fades[address] = _KnobFade(base, coerce(self._tree[address], target), at, timing, base)
                elif self._send is not None:
                    self._send(address, target, begin.seconds)

    def step(self, now: MusicalTime) -> None:
        """Turn every knob to its value at `now`."""
        for address, fade in list(self._fades.items()):
            if not self._is_current(address, fade):
                del self._fades[address]
                continue
            length, past = fade.timing.length, now.value(fade.timing.unit) - fade.begin
            part = 1.0 if past >= length else CURVES[fade.timing.curve](max(0.0, past / length))
            self._tree.turn(address, mix(self._tree[address], fade.start, fade.target, part))
            if part >= 1.0:
                del self._fades[address]
            else:
                self._fades[address] = replace(fade, last_value=self._tree.base(address))

    def stop(self) -> None:
        """Stop all fades; knobs keep their values."""
        self._fades.clear()

    def _is_current(self, address: str, fade: _KnobFade) -> bool:
        """Whether neither a controller has turned the knob since, nor an edited scene has replaced it."""
        if address not in self._tree or self._tree.base(address) != fade.last_value:
            return False
        try:
            return coerce(self._tree[address], fade.target) == fade.target
        except InvalidMessageError:
            return False
