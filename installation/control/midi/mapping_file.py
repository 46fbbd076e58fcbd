"""File of learned controllers, learned.toml: each maps a controller to a knob or command; people may edit it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from installation.control.osc.codec import Argument
from installation.core import lenient_toml
from installation.core.diagnostics import Problem, shown
from installation.core.schema_problems import validate_leniently
from installation.core.schema_text import Described
from installation.core.settings_base import Section
from installation.core.toml_text import toml

MAX_MAPPINGS = 512
"""Controllers that a file may map."""
_HEAD = """\
# Which controller turns what. Written by the show whenever something is learned or forgotten, and read when it
# starts. `controller` is an OSC address, for MIDI "/midi/DEVICE/CHANNEL/cc/NUMBER" or the like; `turns` is the address
# of a knob or of a command, and `with` what is given to the command; `span` is what the controller sends at its two
# ends, [0, 1] when left out.
"""


@dataclass(frozen=True, slots=True)
class ControllerMapping:
    """A controller, and the knob or command that it turns."""

    controller: str
    """The OSC address of the controller's messages."""
    turns: str
    """Address of a knob or of a command."""
    arguments: tuple[Argument, ...] = ()
    """Arguments of the command."""
    span: tuple[float, float] = (0.0, 1.0)
    """What the controller sends at its two ends; the second may be the smaller."""

    def position(self, value: float) -> float:
        """The controller's position, 0..1, when it sends `value`."""
        start, end = self.span
        return min(max((value - start) / (end - start), 0.0), 1.0)

    def value(self, position: float) -> float:
        """What the controller sends at `position`."""
        start, end = self.span
        return start + position * (end - start)


@dataclass(frozen=True, slots=True)
class MappingFile:
    """What learned.toml contains."""

    mappings: dict[str, ControllerMapping]
    """By controller."""
    problems: tuple[Problem, ...]
    """What is wrong with the file; the rest of it holds."""
    unknown_address: dict[ControllerMapping, Problem]
    """The problem of each mapping, to be reported when there is no knob or command at the address that it turns."""
    broken_text: str = ""
    """The file's text when it has problems, to be saved under another name before the file is overwritten."""


def _require_different_ends(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] == span[1]:
        raise ValueError("give two numbers that differ, such as [0, 127]")
    return span


_CommandArgument = bool | int | Annotated[float, Field(allow_inf_nan=True)] | str


class _MappingTable(Section):
    """One [[learned]] table."""

    controller: Annotated[
        str, Field(pattern="^/"), Described('an address, which starts with /: "/midi/nanokontrol2/1/cc/7" or the like')
    ]
    turns: Annotated[
        str, Field(pattern="^/"), Described('an address, which starts with /: "/scene/tide/swell" or the like')
    ]
    arguments: Annotated[
        tuple[_CommandArgument, ...],
        Field(alias="with"),
        Described('a list of numbers and texts, such as ["dusk", 2.0]'),
    ] = ()
    span: Annotated[
        tuple[float, float],
        AfterValidator(_require_different_ends),
        Described("two numbers that differ, such as [0, 127]"),
    ] = (0.0, 1.0)


class _MappingTables(Section):
    """The whole file."""

    learned: Annotated[
        tuple[_MappingTable | None, ...], Field(max_length=MAX_MAPPINGS), Described("[[learned]] tables")
    ] = ()


def read(file: Path) -> MappingFile:
    """Read the mappings of `file`; there are none when there is no file. A table with any mistake is left out."""
    document = lenient_toml.read(file)
    tables, wrong = validate_leniently(document, _MappingTables, whole_items=True)
    problems = [*document.problems, *wrong]
    mappings: dict[str, ControllerMapping] = {}
    unknown: dict[ControllerMapping, Problem] = {}
    for index, table in enumerate(tables.learned if tables is not None else ()):
        if table is None:
            continue
        place = ("learned", index)
        if table.controller in mappings:
            problems.append(
                document.problem((*place, "controller"), "learned twice", "leave one of them; the first one holds")
            )
            continue
        mapping = ControllerMapping(table.controller, table.turns, table.arguments, table.span)
        mappings[mapping.controller] = mapping
        unknown[mapping] = document.problem(
            (*place, "turns"), f"found {shown(mapping.turns)}", "no knob or command is there; docs/osc.md has them all"
        )
    text = ""
    with contextlib.suppress(OSError):
        text = file.read_text(encoding="utf-8", errors="replace") if problems else ""
    return MappingFile(mappings, tuple(problems), unknown, text)


def to_text(mappings: Iterable[ControllerMapping]) -> str:
    """The text of a file with these mappings."""
    tables = []
    for mapping in mappings:
        tables.append(f"\n[[learned]]\ncontroller = {toml(mapping.controller)}\nturns = {toml(mapping.turns)}\n")
        if mapping.arguments:
            tables.append(f"with = {toml(mapping.arguments)}\n")
        if mapping.span != (0.0, 1.0):
            tables.append(f"span = {toml(mapping.span)}\n")
    return _HEAD + "".join(tables)
