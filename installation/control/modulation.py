"""Modulation: knobs that follow a signal of a visitor, the crowd, pulse, sound, an oscillator, or an OSC value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from installation.control.osc.arguments import number_argument
from installation.control.osc.receiver import SIGNAL_PREFIX, ReceivedMessage
from installation.core.errors import UserError
from installation.interface.knobs import InvalidMessageError, Knob, Knobs, Value, coerce
from installation.interface.moment import Moment
from installation.interface.sound_values import SOUND_VALUES
from installation.interface.visitor import Crowd, State, Visitor
from installation.venue.schema import ModulationSection

HAND_SECONDS = 5.0
"""For how long a knob that a hand, a preset or a cue has turned keeps that value before its signal returns."""
RETURN_SECONDS = 2.0
"""How long the signal takes to return."""


class VisitorSignal(NamedTuple):
    """A signal of one visitor."""

    read: Callable[[Visitor], float]
    help: str
    rest: float = 0.0
    """The value while no visitor has the slot."""


class CrowdSignal(NamedTuple):
    """A signal of all visitors."""

    read: Callable[[Crowd], float]
    help: str


VISITOR_SIGNALS: Mapping[str, VisitorSignal] = {
    "energy": VisitorSignal(lambda v: v.energy, "0..1, how much the limbs move"),
    "openness": VisitorSignal(lambda v: v.openness, "0..1, how wide the limbs are spread"),
    "symmetry": VisitorSignal(lambda v: v.symmetry, "0..1, how well left and right mirror each other"),
    "hand_left": VisitorSignal(lambda v: v.hands[0], "0..1, left hand from the hip to above the head"),
    "hand_right": VisitorSignal(lambda v: v.hands[1], "0..1, right hand from the hip to above the head"),
    "x": VisitorSignal(lambda v: float(v.landmarks_screen[23:25, 0].mean()), "0..1, hips from left to right", 0.5),
    "y": VisitorSignal(lambda v: float(v.landmarks_screen[23:25, 1].mean()), "0..1, hips from bottom to top", 0.5),
    "distance": VisitorSignal(lambda v: float(v.floor_m[1]), "m from the wall", 3.0),
    "speed": VisitorSignal(lambda v: math.hypot(*v.velocity_m.tolist()), "m/s on the floor"),
    "facing": VisitorSignal(lambda v: v.facing, "radians, 0 faces the wall"),
}

CROWD_SIGNALS: Mapping[str, CrowdSignal] = {
    "count": CrowdSignal(lambda c: c.count, "how many visitors there are"),
    "energy": CrowdSignal(lambda c: c.energy, "0..1, their mean energy"),
    "x": CrowdSignal(lambda c: c.centre_screen[0], "0..1, their middle from left to right"),
    "y": CrowdSignal(lambda c: c.centre_screen[1], "0..1, their middle from bottom to top"),
}

PULSE_SIGNALS: Mapping[str, str] = {
    "beat": "0..1 within the beat",
    "bar": "0..1 within the bar",
    "confidence": "0 in free run, 1 with a steady source",
}

OSCILLATORS: Mapping[str, Callable[[float], float]] = {
    "sine": lambda phase: 0.5 - 0.5 * math.cos(2 * math.pi * phase),
    "triangle": lambda phase: 1 - abs(1 - 2 * (phase % 1)),
    "saw": lambda phase: phase % 1,
    "square": lambda phase: float(phase % 1 < 0.5),
    "noise": lambda phase: _noise(phase),
}


class Modulation:
    """The smoothed level of each modulated knob; a function of the sequence of Moments and of the knobs' base values.

    A knob that is turned keeps the value to which it was turned for HAND_SECONDS; then its signal returns.
    """

    def __init__(self, sections: Sequence[ModulationSection]) -> None:
        """Raises UserError naming the place in venue.toml of an unknown signal."""
        for index, section in enumerate(sections):
            if not is_signal(section.signal):
                raise UserError(
                    f"venue.toml, modulation[{index}].signal: {section.signal!r} is no signal; "
                    f"right are {', '.join(name for name, _ in signal_docs())}"
                )
        self._sections = sections
        self._levels: list[float | None] = [None] * len(sections)
        self._bases: dict[str, Value] = {}
        """The base value of each modulated knob at the last Moment."""
        self._turned: dict[str, float] = {}
        """Show time at which each of them was turned last."""
        self.osc_signals: dict[str, float] = {
            section.signal.removeprefix("signal/"): 0.0 for section in sections if section.signal.startswith("signal/")
        }
        """The newest value of each /signal/NAME that a knob follows."""

    def receive(self, message: ReceivedMessage) -> None:
        """Set an OSC signal to the message's number; raises InvalidMessageError when no knob follows it."""
        name = message.address.removeprefix(SIGNAL_PREFIX)
        if name not in self.osc_signals:
            raise InvalidMessageError("no knob follows this signal")
        self.osc_signals[name] = number_argument(message)

    def step(self, moment: Moment, knobs: Knobs) -> dict[str, Value]:
        """The values of the modulated knobs at this Moment, by address; its `step` is the time that passed."""
        values: dict[str, Value] = {}
        for index, section in enumerate(self._sections):
            low, high = section.span
            signal = signal_value(section, moment, self.osc_signals, index)
            level = min(max((signal - low) / (high - low), 0.0), 1.0)
            self._levels[index] = level = _smooth(self._levels[index], level, moment.step, section)
            if section.knob in knobs:
                values[section.knob] = self._value(section, knobs, level, moment.time)
        return values

    def _value(self, section: ModulationSection, knobs: Knobs, level: float, t: float) -> Value:
        """The modulated value of a knob, or that to which it was turned, or one between the two."""
        knob, base = knobs[section.knob], knobs.base(section.knob)
        modulated = _modulated_value(knob, base, level, section)
        if self._bases.setdefault(section.knob, base) != base:
            self._bases[section.knob], self._turned[section.knob] = base, t
        since = t - self._turned.get(section.knob, -math.inf) - HAND_SECONDS
        # A colour is its base dimmed by the signal, so that a hand is seen in any case.
        if since >= RETURN_SECONDS or isinstance(base, tuple):
            return modulated
        part = max(0.0, since) / RETURN_SECONDS
        if isinstance(base, (bool, str)) or isinstance(modulated, (bool, str, tuple)):
            return base if part < 1.0 else modulated
        return coerce(knob, base + (modulated - base) * part * part * (3.0 - 2.0 * part))


def signal_docs() -> Iterator[tuple[str, str]]:
    """Yield the name of every signal, and its meaning."""
    yield from ((f"visitor/SLOT/{name}", signal.help) for name, signal in VISITOR_SIGNALS.items())
    yield from ((f"crowd/{name}", signal.help) for name, signal in CROWD_SIGNALS.items())
    yield from ((f"pulse/{name}", help) for name, help in PULSE_SIGNALS.items())
    yield from ((f"sound/{name}", value.help) for name, value in SOUND_VALUES.items())
    yield "timecode/seconds", "seconds of MTC or LTC, as `span` names them"
    yield from ((f"lfo/{name}", f"0..1, {name}, `hertz` or one turn in `beats`") for name in OSCILLATORS)
    yield "signal/NAME", "what last came in over OSC at /signal/NAME"


def is_signal(signal: str) -> bool:
    """Whether there is a signal of this name."""
    match signal.split("/"):
        case ["visitor", slot, name]:
            return slot.isdecimal() and int(slot) >= 1 and name in VISITOR_SIGNALS
        case ["crowd", name]:
            return name in CROWD_SIGNALS
        case ["pulse", name]:
            return name in PULSE_SIGNALS
        case ["sound", name]:
            return name in SOUND_VALUES
        case ["timecode", "seconds"]:
            return True
        case ["lfo", name]:
            return name in OSCILLATORS
        case ["signal", name]:
            return bool(name)
    return False


def signal_value(section: ModulationSection, moment: Moment, osc_signals: Mapping[str, float], seed: int = 0) -> float:
    """The value of a signal at a Moment; `seed` distinguishes several noises."""
    match section.signal.split("/"):
        case ["visitor", slot, name]:
            signal = VISITOR_SIGNALS[name]
            for visitor in moment.visitors:
                if visitor.slot == int(slot) and visitor.state is not State.LEFT:
                    return signal.read(visitor)
            return signal.rest
        case ["crowd", name]:
            return CROWD_SIGNALS[name].read(moment.crowd)
        case ["pulse", "confidence"]:
            return moment.pulse.confidence
        case ["pulse", name]:
            return moment.pulse.beat_phase if name == "beat" else moment.pulse.bar_phase
        case ["sound", name]:
            return SOUND_VALUES[name].read(moment.sound)
        case ["timecode", _]:
            return moment.pulse.timecode.seconds
        case ["lfo", name]:
            phase = moment.pulse.beat / section.beats if section.beats else moment.time * section.hertz
            return _noise(phase, moment.seed + seed) if name == "noise" else OSCILLATORS[name](phase)
    return osc_signals[section.signal.removeprefix("signal/")]


def _smooth(level: float | None, goal: float, step: float, section: ModulationSection) -> float:
    """Approach `goal` exponentially: nine tenths of the way after the attack or release time."""
    if level is None:
        return goal
    seconds = section.attack if goal > level else section.release
    return goal if seconds <= 0 else goal + (level - goal) * 0.1 ** (step / seconds)


def _modulated_value(knob: Knob, base: Value, level: float, section: ModulationSection) -> Value:
    match knob.kind:
        case "switch" | "colour":
            low, high = 0.0, 1.0
        case "choice":
            low, high = 1.0, float(len(knob.choices))
        case _:
            low, high = knob.low, knob.high
    low = low if section.low is None else section.low
    high = high if section.high is None else section.high
    amount = low + (high - low) * level**section.curve
    return coerce(knob, tuple(channel * amount for channel in base) if isinstance(base, tuple) else amount)


def _noise(phase: float, seed: int = 0) -> float:
    """Value noise: a random height at every integer phase, with smoothstep interpolation between them."""
    turn = math.floor(phase)
    part = phase - turn
    before, after = _height(turn, seed), _height(turn + 1, seed)
    return before + (after - before) * part * part * (3 - 2 * part)


def _height(turn: int, seed: int) -> float:
    """Hash two integers to 0..1 with the finaliser of MurmurHash3."""
    mixed = (turn * 0x9E3779B1 + seed * 0x85EBCA77) & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return (mixed ^ mixed >> 16) / 0xFFFFFFFF
