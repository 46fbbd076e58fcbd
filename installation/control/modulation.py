"""Knobs that follow a signal: a visitor's or the crowd's movement, the pulse, an oscillator, or an OSC value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from installation.core.errors import Trouble
from installation.interface.knobs import Knob, Knobs, Value, coerce
from installation.interface.moment import Moment
from installation.interface.visitor import Crowd, State, Visitor
from installation.venue.schema import ModulationSection


class VisitorSignal(NamedTuple):
    """What can be followed of one visitor."""

    read: Callable[[Visitor], float]
    help: str
    rest: float = 0.0
    """What it is while nobody holds the slot."""


class CrowdSignal(NamedTuple):
    """What can be followed of all visitors."""

    read: Callable[[Crowd], float]
    help: str


VISITOR: Mapping[str, VisitorSignal] = {
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

CROWD: Mapping[str, CrowdSignal] = {
    "count": CrowdSignal(lambda c: c.count, "how many visitors there are"),
    "energy": CrowdSignal(lambda c: c.energy, "0..1, their mean energy"),
    "x": CrowdSignal(lambda c: c.centre_screen[0], "0..1, their middle from left to right"),
    "y": CrowdSignal(lambda c: c.centre_screen[1], "0..1, their middle from bottom to top"),
}

PULSE: Mapping[str, str] = {
    "beat": "0..1 within the beat",
    "bar": "0..1 within the bar",
    "confidence": "0 in free run, 1 with a steady source",
}

WAVES: Mapping[str, Callable[[float], float]] = {
    "sine": lambda phase: 0.5 - 0.5 * math.cos(2 * math.pi * phase),
    "triangle": lambda phase: 1 - abs(1 - 2 * (phase % 1)),
    "saw": lambda phase: phase % 1,
    "square": lambda phase: float(phase % 1 < 0.5),
    "noise": lambda phase: _noise(phase),
}


class Modulation:
    """What each follower has come to; a function of the Moments that it was shown, in their order."""

    def __init__(self, follows: Sequence[ModulationSection]) -> None:
        """Raises Trouble naming the place in venue.toml where a signal has an unknown name."""
        for index, follow in enumerate(follows):
            if not known(follow.signal):
                raise Trouble(
                    f"venue.toml, modulation[{index}].signal: {follow.signal!r} is no signal; "
                    f"right are {', '.join(name for name, _ in signals())}"
                )
        self._follows = follows
        self._levels: list[float | None] = [None] * len(follows)
        self.heard: dict[str, float] = {
            follow.signal.removeprefix("signal/"): 0.0 for follow in follows if follow.signal.startswith("signal/")
        }
        """The newest value at each /signal/NAME that something follows."""

    def step(self, moment: Moment, knobs: Knobs) -> dict[str, Value]:
        """The knobs that follow something, and what they are at this Moment; its `step` is the time that passed."""
        values: dict[str, Value] = {}
        for index, follow in enumerate(self._follows):
            low, high = follow.span
            signal = read(follow, moment, self.heard, index)
            level = min(max((signal - low) / (high - low), 0.0), 1.0)
            self._levels[index] = level = _glide(self._levels[index], level, moment.step, follow)
            if follow.knob in knobs:
                values[follow.knob] = _turned(knobs[follow.knob], knobs.base(follow.knob), level, follow)
        return values


def signals() -> Iterator[tuple[str, str]]:
    """The name of every signal, and what it is."""
    yield from ((f"visitor/SLOT/{name}", signal.help) for name, signal in VISITOR.items())
    yield from ((f"crowd/{name}", signal.help) for name, signal in CROWD.items())
    yield from ((f"pulse/{name}", help) for name, help in PULSE.items())
    yield from ((f"lfo/{name}", f"0..1, {name}, `hertz` or one turn in `beats`") for name in WAVES)
    yield "signal/NAME", "what last came in over OSC at /signal/NAME"


def known(signal: str) -> bool:
    """Whether there is a signal of that name."""
    match signal.split("/"):
        case ["visitor", slot, name]:
            return slot.isdecimal() and int(slot) >= 1 and name in VISITOR
        case ["crowd", name]:
            return name in CROWD
        case ["pulse", name]:
            return name in PULSE
        case ["lfo", name]:
            return name in WAVES
        case ["signal", name]:
            return bool(name)
    return False


def read(follow: ModulationSection, moment: Moment, heard: Mapping[str, float], seed: int = 0) -> float:
    """What the signal is at a Moment; `seed` tells one noise from another."""
    match follow.signal.split("/"):
        case ["visitor", slot, name]:
            signal = VISITOR[name]
            for visitor in moment.visitors:
                if visitor.slot == int(slot) and visitor.state is not State.LEFT:
                    return signal.read(visitor)
            return signal.rest
        case ["crowd", name]:
            return CROWD[name].read(moment.crowd)
        case ["pulse", "confidence"]:
            return moment.pulse.confidence
        case ["pulse", name]:
            return moment.pulse.beat_phase if name == "beat" else moment.pulse.bar_phase
        case ["lfo", name]:
            phase = moment.pulse.beat / follow.beats if follow.beats else moment.time * follow.hertz
            return _noise(phase, moment.seed + seed) if name == "noise" else WAVES[name](phase)
    return heard[follow.signal.removeprefix("signal/")]


def _glide(level: float | None, goal: float, step: float, follow: ModulationSection) -> float:
    """An exponential that has gone nine tenths of the way after the attack or the release."""
    if level is None:
        return goal
    seconds = follow.attack if goal > level else follow.release
    return goal if seconds <= 0 else goal + (level - goal) * 0.1 ** (step / seconds)


def _turned(knob: Knob, base: Value, level: float, follow: ModulationSection) -> Value:
    match knob.kind:
        case "switch" | "colour":
            low, high = 0.0, 1.0
        case "choice":
            low, high = 1.0, float(len(knob.choices))
        case _:
            low, high = knob.low, knob.high
    low = low if follow.low is None else follow.low
    high = high if follow.high is None else follow.high
    amount = low + (high - low) * level**follow.curve
    return coerce(knob, tuple(channel * amount for channel in base) if isinstance(base, tuple) else amount)


def _noise(phase: float, seed: int = 0) -> float:
    """Value noise: a random height at every turn, with smooth ways between them."""
    turn = math.floor(phase)
    part = phase - turn
    before, after = _height(turn, seed), _height(turn + 1, seed)
    return before + (after - before) * part * part * (3 - 2 * part)


def _height(turn: int, seed: int) -> float:
    """0..1 from two whole numbers, mixed by the finaliser of MurmurHash3."""
    mixed = (turn * 0x9E3779B1 + seed * 0x85EBCA77) & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return (mixed ^ mixed >> 16) / 0xFFFFFFFF
