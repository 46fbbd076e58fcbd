"""Which controller turns what, as a file that people may mend: learned.toml."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installation.control.osc.codec import Argument
from installation.core import lenient_toml
from installation.core.diagnostics import Problem, near, shown
from installation.core.toml_text import toml

MOST = 512
"""Controllers that are remembered."""
KEYS = ("controller", "turns", "with", "span")
_HEAD = """\
# Which controller turns what. Written by the show whenever something is learned or forgotten, and read when it
# starts. `controller` is an OSC address, for MIDI "/midi/DEVICE/CHANNEL/cc/NUMBER" or the like; `turns` is the address
# of a knob or of a command, and `with` what is given to the command; `span` is what the controller sends at its two
# ends, [0, 1] when left out.
"""


@dataclass(frozen=True, slots=True)
class ControllerMapping:
    """One controller and what it turns."""

    controller: str
    """The OSC address at which it is heard."""
    turns: str
    """Address of a knob, or of a command that it gives."""
    given: tuple[Argument, ...] = ()
    """What is given to the command."""
    span: tuple[float, float] = (0.0, 1.0)
    """What it sends at its two ends; the second may be the smaller."""

    def part(self, value: float) -> float:
        """Where 0..1 of its way the controller stands when it sends `value`."""
        start, end = self.span
        return min(max((value - start) / (end - start), 0.0), 1.0)

    def sent(self, part: float) -> float:
        """What it sends at `part` of its way."""
        start, end = self.span
        return start + part * (end - start)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a file remembers."""

    learned: dict[str, ControllerMapping]
    """By controller."""
    problems: tuple[Problem, ...]
    """What is wrong with it; the rest holds."""
    strangers: dict[ControllerMapping, Problem]
    """What to say of each, should nobody know the address that it turns."""
    text: str = ""
    """The file as it was, where something is wrong with it: to be kept before it is written anew."""


def read(file: Path) -> Memory:
    """What `file` remembers; nothing where there is none."""
    found = lenient_toml.read(file)
    problems = list(found.problems)
    learned: dict[str, ControllerMapping] = {}
    strangers: dict[ControllerMapping, Problem] = {}
    for key in found.data:
        if key != "learned":
            problems.append(found.problem((key,), "unknown key", "the file holds [[learned]] tables"))
    tables = found.data.get("learned", [])
    if not isinstance(tables, list):
        problems.append(found.problem(("learned",), f"found {shown(tables)}", "write [[learned]] above each"))
        tables = []
    for index, table in enumerate(tables):
        wrong: list[tuple[str, str, str]] = []
        if not isinstance(table, dict):
            wrong = [("", f"found {shown(table)}", "write [[learned]] above each")]
        elif unknown := [key for key in table if key not in KEYS]:
            right = near(unknown[0], KEYS) + f"keys here: {', '.join(KEYS)}"
            wrong = [(unknown[0], "unknown key", right)]
        else:
            wrong = [(key, *fault) for key in KEYS if (fault := _wrong(key, table.get(key)))]
        if not wrong and table["controller"] in learned:
            wrong = [("controller", "learned twice", "leave one of them; the first one holds")]
        elif not wrong and len(learned) >= MOST:
            wrong = [("", f"more than {MOST} controllers", "the first ones hold")]
        place = ("learned", index)
        problems += [found.problem((*place, key) if key else place, what, right) for key, what, right in wrong]
        if not wrong:
            given, span = tuple(table.get("with", ())), _span(table.get("span", [0, 1]))
            one = ControllerMapping(table["controller"], table["turns"], given, span or (0.0, 1.0))
            learned[one.controller] = one
            strangers[one] = found.problem(
                (*place, "turns"), f"found {shown(one.turns)}", "no knob or command is there; docs/osc.md has them all"
            )
    text = ""
    with contextlib.suppress(OSError):
        text = file.read_text(encoding="utf-8", errors="replace") if problems else ""
    return Memory(learned, tuple(problems), strangers, text)


def written(learned: Iterable[ControllerMapping]) -> str:
    """The text of a file that remembers these."""
    tables = []
    for one in learned:
        tables.append(f"\n[[learned]]\ncontroller = {toml(one.controller)}\nturns = {toml(one.turns)}\n")
        if one.given:
            tables.append(f"with = {toml(one.given)}\n")
        if one.span != (0.0, 1.0):
            tables.append(f"span = {toml(one.span)}\n")
    return _HEAD + "".join(tables)


def _wrong(key: str, value: Any) -> tuple[str, str] | None:
    """What is found and what would be right; None where nothing is wrong."""
    if key == "span":
        if value is None or _span(value):
            return None
        return f"found {shown(value)}", "give two numbers that differ, such as [0, 127]"
    if key == "with":
        if value is None or (isinstance(value, list) and all(isinstance(item, (int, float, str)) for item in value)):
            return None
        return f"found {shown(value)}", 'give a list of numbers and texts, such as ["dusk", 2.0]'
    right = '"/midi/nanokontrol2/1/cc/7" or the like' if key == "controller" else '"/scene/tide/swell" or the like'
    if value is None:
        return "missing", f"add {key} = {right}"
    if not isinstance(value, str) or not value.startswith("/"):
        return f"found {shown(value)}", f"give an address, which starts with /: {right}"
    return None


def _span(value: Any) -> tuple[float, float] | None:
    """Two finite numbers that differ, or None."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    if any(isinstance(end, bool) or not isinstance(end, (int, float)) or not math.isfinite(end) for end in value):
        return None
    return (float(value[0]), float(value[1])) if value[0] != value[1] else None
