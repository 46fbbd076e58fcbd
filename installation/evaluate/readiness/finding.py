"""Finding: the result of one check, with the place in the venue's file that it is about."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from installation.core.diagnostics import Problem
from installation.core.toml_document import Document, written
from installation.core.toml_positions import lines_of
from installation.venue.schema import Venue

State = Literal["ok", "warning", "error"]
"""An error prevents what the venue asks for; a warning does not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. The field names are keys of `check --json`."""

    subject: str
    state: State
    said: str
    todo: str = ""


class Places:
    """Where the keys of a venue stand in its file."""

    def __init__(self, venue: Venue) -> None:
        self._document = Document(Path("venue.toml"))
        if venue.file is not None:
            # It was loaded a moment ago.
            text = venue.file.read_text(encoding="utf-8-sig")
            self._document = Document(venue.file, tomllib.loads(text), lines_of(text))

    def of(self, *key: str | int) -> str:
        """The file, line and name of a key, such as "venue.toml:12 cameras[0].source"; the name alone where the file
        does not have it."""
        if self._document.nearest(key)[0] != key:
            return written(key)
        return location(self._document.problem(key, "", ""))


def location(problem: Problem) -> str:
    """File, line and key of a problem."""
    return " ".join(filter(None, (f"{problem.file}:{problem.line or 1}", problem.key)))
