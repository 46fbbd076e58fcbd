"""Edits of the text of learned.toml: one mapping is added, changed or removed, and all else stays as it was written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable
from typing import Any

from installation.control.midi.mapping_file import HEAD, ControllerMapping
from installation.core.toml_text import toml

_HEADER = re.compile(r"\s*\[{1,2}\s*[A-Za-z0-9_.-]+\s*\]{1,2}\s*(#.*)?")
_KEY = re.compile(
    r"""(?P<key>\s*(?P<name>turns|with|span|relative)\s*=\s*)
    (?P<value>(?:"(?:\\.|[^"\\])*"|'[^']*'|[^#"'])*?)(?P<comment>\s*(?:\#.*)?)""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[^#"'])*(?P<comment>#.*)""")


def edited(text: str, removed: Collection[str] = (), added: ControllerMapping | None = None) -> str:
    """The text without the tables of the controllers `removed`, and with `added`.

    Comments, the order and what is no table of a mapping stay; so does all else in the table of a controller that is
    mapped anew. An empty text begins with the explanation of the file.
    """
    blocks = _blocks(text)
    kept: list[str] = []
    is_added = added is None
    for block in blocks:
        controller = _controller(block)
        if added is not None and controller == added.controller and not is_added:
            kept += _changed(block, added)
            is_added = True
        elif controller and controller in removed:
            kept += _remains(block)
        else:
            kept += block
    result = "\n".join(kept).rstrip("\n") + "\n" if any(line.strip() for line in kept) else HEAD
    if added is not None and not is_added:
        result += "\n" + "\n".join(table(added)) + "\n"
    return result


def table(mapping: ControllerMapping) -> list[str]:
    """The lines of a mapping's table."""
    return ["[[learned]]", f"controller = {toml(mapping.controller)}", *_key_lines(mapping).values()]


def to_text(mappings: Iterable[ControllerMapping]) -> str:
    """The text of a file with these mappings."""
    text = HEAD
    for mapping in mappings:
        text = edited(text, (), mapping)
    return text


def _key_lines(mapping: ControllerMapping) -> dict[str, str]:
    """The lines after that of the controller, by key; those of defaults are left out."""
    values: dict[str, Any] = {"turns": mapping.turns}
    if mapping.arguments:
        values["with"] = mapping.arguments
    if mapping.span != (0.0, 1.0):
        values["span"] = mapping.span
    if mapping.relative:
        values["relative"] = mapping.relative
    return {key: f"{key} = {toml(value)}" for key, value in values.items()}


def _blocks(text: str) -> list[list[str]]:
    """The lines of a text, divided before each table; comments right above a table belong to it."""
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _HEADER.fullmatch(line):
            above = blocks[-1]
            first = len(above)
            while first and above[first - 1].lstrip().startswith("#"):
                first -= 1
            blocks[-1:] = [above[:first], [*above[first:], line]]
        else:
            blocks[-1].append(line)
    return blocks


def _parsed(block: list[str]) -> dict[str, Any]:
    """The mapping's table in a block; empty for anything else."""
    try:
        tables = tomllib.loads("\n".join(block)).get("learned")
    except (ValueError, RecursionError):
        return {}
    return tables[0] if isinstance(tables, list) and tables and isinstance(tables[0], dict) else {}


def _controller(block: list[str]) -> str:
    controller = _parsed(block).get("controller")
    return controller if isinstance(controller, str) else ""


def _remains(block: list[str]) -> list[str]:
    """What stays of a block whose table is removed: the comments after it."""
    last = max((place for place, line in enumerate(block) if line.strip() and not line.lstrip().startswith("#")))
    return block[last + 1 :]


def _changed(block: list[str], mapping: ControllerMapping) -> list[str]:
    """The block with the mapping's values; its comments stay."""
    wanted = _key_lines(mapping)
    missing = dict(wanted)
    lines: list[str] = []
    for line in block:
        match = _KEY.fullmatch(line)
        if match is None:
            lines.append(line)
        elif match["name"] in missing:
            value = missing.pop(match["name"]).partition(" = ")[2]
            lines.append(f"{match['key']}{value}{match['comment']}")
    last = max(place for place, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
    lines[last + 1 : last + 1] = missing.values()
    if _parsed(lines) == _parsed(table(mapping)):
        return lines
    # A value stands over several lines: the table is written anew below its comments.
    comments = [match["comment"] for line in block if (match := _COMMENT.fullmatch(line))]
    return [*comments, *table(mapping), ""]
