"""Markdown made from docstrings and values: escaped text, code, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(r"(`[^`\n]*`)")
_SPECIAL = re.compile(r"([\\*<\[\]]|(?<!\w)_|_(?!\w))")
"""Letters that have a meaning in Markdown; an underscore within a word has none."""


def plain(text: str) -> str:
    """A docstring as Markdown: what stands in backticks is code, and everything else means what it says."""
    parts = _CODE.split(text)
    return "".join(part if index % 2 else _SPECIAL.sub(r"\\\1", part) for index, part in enumerate(parts))


def cell(text: str) -> str:
    """Markdown in one line, for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Code in one line, for a cell of a table or within a sentence; empty without any."""
    return f"`{cell(text)}`" if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def inserted(text: str, part: str, begin: str, end: str) -> str:
    """`text` with `part` between the lines `begin` and `end`; raises ValueError without both, once each."""
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f'there should be one line "{begin}" and one line "{end}"')
    return f"{text.split(begin)[0]}{begin}\n\n{part.strip()}\n\n{end}{text.split(end)[1]}"
