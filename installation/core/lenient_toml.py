"""Small TOML files that people and the program both write, read as far as they make sense."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from installation.core.diagnostics import Problem, not_text, syntax, unread
from installation.core.toml_document import Document
from installation.core.toml_positions import lines_of

MOST_BYTES = 1 << 20
"""A larger file is not read."""
MOST_FAULTS = 20
"""Broken statements that are left out; a file with more is left out whole."""
LOOK_BACK = 40
"""Lines that a broken statement may span."""


def read(path: Path) -> Document:
    """What `path` holds, statements that are no TOML left out and told of; nothing where there is no file."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            size = Problem(path, 0, "", f"a file of more than {MOST_BYTES:,} bytes", "it is a page of text")
            return Document(path, problems=(size,))
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        return Document(path)
    except UnicodeDecodeError as error:
        return Document(path, problems=(not_text(path, data, error),))
    except OSError as error:
        return Document(path, problems=(unread(path, error),))
    return parse(path, text)


def parse(path: Path, text: str) -> Document:
    """What `text` holds, as if it stood in `path`."""
    rows = text.split("\n")
    problems: list[Problem] = []
    while len(problems) <= MOST_FAULTS:
        try:
            whole = "\n".join(rows)
            return Document(path, tomllib.loads(whole), lines_of(whole), tuple(problems))
        except RecursionError:
            problems.append(Problem(path, 0, "", "lists or tables nested too deeply", "two levels are enough"))
            break
        except ValueError as error:
            fault = syntax(path, whole, error)
            first, last = _statement(rows, fault.line - 1)
            right = f"mend this line, which is left out: {rows[first].strip()}"
            if last > first:
                right = f"mend this line; what follows it is left out up to line {last + 1}: {rows[first].strip()}"
            problems.append(replace(fault, line=first + 1, right=right))
            rows[first : last + 1] = [""] * (last + 1 - first)
    return Document(path, problems=tuple(problems))


def _statement(rows: list[str], fault: int) -> tuple[int, int]:
    """The first and last row to be left out for a fault found on row `fault`.

    A list that is not closed is found to be wrong only rows later, so the fault is looked for where the document
    last made sense. A table whose head is broken goes as a whole, lest its keys end up in another.
    """
    first = next((n for n in range(fault, max(-1, fault - LOOK_BACK), -1) if _makes_sense(rows[:n])), fault)
    last = first
    if rows[first].lstrip().startswith("["):
        while last + 1 < len(rows) and not rows[last + 1].lstrip().startswith("["):
            last += 1
    return first, last


def _makes_sense(rows: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(rows))
    except (ValueError, RecursionError):
        return False
    return True
