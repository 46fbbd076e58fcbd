"""File of learned controllers, learned.toml: each maps a controller to a knob or command; people may edit it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from installation.control.midi.relative import ENCODINGS, STEPS
from installation.control.osc.codec import Argument
from installation.control.osc.nearest_address import nearest_address
from installation.core import lenient_toml
from installation.core.diagnostics import Problem, shown
from installation.core.schema_problems import validate_leniently
from installation.core.schema_text import Described
from installation.core.settings_base import Section

MAX_MAPPINGS = 512
"""Controllers that a file may map."""
HEAD = """\
# Which controller turns what: docs/controllers.md explains it. A show adds and removes tables when something is learned
# or forgotten, and reads this file again within a second when it is edited; comments stay.
"""
"""The begin of a new file."""


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
    relative: str = ""
    """The encoding of the steps of an encoder without ends; empty for a controller that has a position."""

    @property
    def steps(self) -> Callable[[float], float]:
        """The steps by which the encoder was turned, from what it sends; a span from high to low turns them round."""
        decode = ENCODINGS[self.relative]
        scale = 127.0 if self.controller.startswith("/midi/") and self.relative != STEPS else 1.0
        way = -1.0 if self.span[1] < self.span[0] else 1.0
        return lambda value: way * decode(round(value * scale))

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
    is_partial: bool = False
    """Whether lines were left out that are no TOML, so that a mapping may lack some of its keys."""

    def unknown(self, addresses: Collection[str]) -> dict[ControllerMapping, Problem]:
        """The mappings that turn none of `addresses`, those of all knobs and commands, each with its problem."""
        return {
            mapping: replace(problem, right=_right(mapping.turns, addresses))
            for mapping, problem in self.unknown_address.items()
            if not is_plausible(mapping.turns, addresses)
        }


def is_plausible(address: str, addresses: Collection[str]) -> bool:
    """Whether an address is one of `addresses`, or one of a scene that has none of them, which does not play here."""
    if address in addresses:
        return True
    scene = "/".join(address.split("/")[:3]) + "/"
    return scene.startswith("/scene/") and not any(known.startswith(scene) for known in addresses)


def _right(address: str, addresses: Collection[str]) -> str:
    nearest = nearest_address(address, addresses)
    meant = f'did you mean "{nearest}"?' if nearest else "docs/osc.md has them all"
    return f"no knob or command is there; {meant}"


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
    relative: Annotated[
        Literal["", "twos-complement", "offset-binary", "sign-magnitude", "steps"],
        Described('"twos-complement", "offset-binary", "sign-magnitude" or "steps", for an encoder without ends'),
    ] = ""


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
        mapping = ControllerMapping(table.controller, table.turns, table.arguments, table.span, table.relative)
        mappings[mapping.controller] = mapping
        unknown[mapping] = document.problem(
            (*place, "turns"), f"found {shown(mapping.turns)}", _right(mapping.turns, ())
        )
    return MappingFile(mappings, tuple(problems), unknown, bool(document.problems))
