"""Looks: what knobs are turned to, mixed, and written down as presets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from installation.control.osc.patterns import PatternMatcher, is_pattern
from installation.core.diagnostics import Problem, near, shown
from installation.core.lenient_toml import Document
from installation.core.toml_positions import Path as KeyPath
from installation.core.toml_text import toml
from installation.interface.colour import display, light
from installation.interface.knobs import InvalidMessageError, Knob, Value, coerce

Preset = Mapping[str, Value]
"""Values by the addresses of their knobs."""

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
"""What a preset may be called: also a file's name, alike on systems that tell capitals apart and on others."""
NAMED = "small letters, digits, - and _, at most 40 of them"
_OPERATING = re.compile(r"/(visitant|programme|preset|cue)/.*|/scene/[^/]*")


def mix(knob: Knob, before: Value, after: Value, part: float) -> Value:
    """`before` at 0 and `after` at 1, exactly; between them numbers glide, colours in linear light, and what is
    one thing or the other changes half-way."""
    if part <= 0.0 or part >= 1.0 or isinstance(knob.default, (bool, str)):
        return after if part >= 0.5 else before
    if isinstance(before, tuple) and isinstance(after, tuple):
        red, green, blue = (a + (b - a) * part for a, b in zip(light(before), light(after), strict=True))
        return coerce(knob, display((red, green, blue)))
    assert isinstance(before, (int, float)) and isinstance(after, (int, float))
    return coerce(knob, before + (after - before) * part)


def operates(address: str) -> bool:
    """Whether a knob runs the show rather than makes its look; such are saved only where they are named."""
    return _OPERATING.fullmatch(address) is not None


def picked(addresses: Collection[str], patterns: PatternMatcher, pattern: str) -> list[str]:
    """Those of `addresses` that a pattern of OSC means, or that stand below a plain address; with an empty pattern
    all that make the look. Raises PatternError for a pattern that can't be, and Refused when there are none."""
    if not pattern:
        found = [address for address in addresses if not operates(address)]
    elif is_pattern(pattern):
        meant = set(patterns.find(pattern))
        found = [address for address in addresses if address in meant]
    else:
        below = f"{pattern.rstrip('/')}/"
        found = [address for address in addresses if f"{address}/".startswith(below)]
    if not found:
        raise InvalidMessageError("no knob at this address")
    return found


def written(look: Preset) -> str:
    """A look as TOML, a line for each knob and a gap between groups."""
    lines: list[str] = []
    group = ""
    for address, value in look.items():
        above = address.rpartition("/")[0]
        if lines and above != group:
            lines.append("")
        group = above
        lines.append(f"{toml(address)} = {toml(value)}")
    return "\n".join(lines) + "\n"


def look_of(
    kept: Document, place: KeyPath, table: Mapping[str, Any], knobs: Mapping[str, Knob]
) -> tuple[Preset, list[Problem]]:
    """The look that the `table` at `place` of a file holds, and what is wrong with it.

    What fits no knob is left out; knobs of scenes that are not played here are left out in silence.
    """
    look: dict[str, Value] = {}
    problems = []
    for address, value in table.items():
        at = (*place, address)
        if address not in knobs:
            beside = [known for known in knobs if known.rpartition("/")[0] == address.rpartition("/")[0]]
            if beside or not address.startswith("/"):
                right = near(address, knobs) + (f"knobs here: {', '.join(beside)}" if beside else "give an address")
                problems.append(kept.problem(at, "no such knob", right))
            continue
        try:
            look[address] = coerce(knobs[address], value)
        except InvalidMessageError:
            problems.append(kept.problem(at, f"found {shown(value)}", f"give {right_for(knobs[address])}"))
            continue
        if look[address] != (tuple(value) if isinstance(value, list) else value):
            right = f"give {right_for(knobs[address])}; {toml(look[address])} is taken"
            problems.append(kept.problem(at, f"found {shown(value)}", right))
    return look, problems


def right_for(knob: Knob) -> str:
    """What a knob may be turned to, in words."""
    match knob.kind:
        case "switch":
            return "true or false"
        case "choice":
            return f"one of {', '.join(map(toml, knob.choices))}"
        case "colour":
            return "three numbers from 0 to 1"
        case kind:
            return f"a {kind} from {knob.low:g} to {knob.high:g}"
