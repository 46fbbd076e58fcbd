"""Lenient reader of small TOML files, which skips statements that are no TOML."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from installation.core.diagnostics import Problem, not_text, syntax, unread
from installation.core.small_file import read_small_file
from installation.core.toml_document import Document
from installation.core.toml_positions import lines_of

MAX_BYTES = 1 << 20
"""A larger file is not read."""
MAX_PROBLEMS = 20
"""Invalid statements that are skipped; a file with more is skipped as a whole."""
MAX_STATEMENT_LINES = 40
"""Lines that an invalid statement may span."""


def read(path: Path) -> Document:
    """Read a file; statements that are no TOML are skipped and reported. Empty where there is no file."""
    try:
        data = read_small_file(path, MAX_BYTES)
        if len(data) > MAX_BYTES:
            size = Problem(path, 0, "", f"a file of more than {MAX_BYTES:,} bytes", "it is a page of text")
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
    """Parse `text` as if it was the content of `path`."""
    rows = text.split("\n")
    problems: list[Problem] = []
    while len(problems) <= MAX_PROBLEMS:
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
    """The first and last row to skip for a syntax error found on row `fault`.

    The parser finds a list that is not closed only rows later, so the begin is the first row up to which the document
    parses. A table with an invalid head is skipped as a whole, because its keys would end up in another table.
    """
    first = next((n for n in range(fault, max(-1, fault - MAX_STATEMENT_LINES), -1) if _makes_sense(rows[:n])), fault)
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
