"""A TOML document with the line of every value, and the problems of its values named by file, line and key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installation.core.diagnostics import Problem
from installation.core.toml_positions import Path as KeyPath


@dataclass(frozen=True, slots=True)
class Document:
    """What a TOML file holds."""

    path: Path
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    """The 1-based line of every table, key and item in `data`."""
    problems: tuple[Problem, ...] = ()
    """What could not be read of it."""

    def problem(self, place: KeyPath, found: str, right: str) -> Problem:
        """A problem of the value at `place`, with its line; `right` says what would be right."""
        line = next((self.lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self.lines), 0)
        return Problem(self.path, line, written(place), found, right)

    def nearest(self, place: KeyPath) -> tuple[KeyPath, Any]:
        """The longest part of `place` that the file holds, and the value there."""
        return nearest_value(self.data, place)

    def at(self, place: KeyPath) -> Any:
        """The value at `place`; None where the file holds none."""
        found, value = self.nearest(place)
        return value if found == place else None


def nearest_value(data: Any, place: KeyPath) -> tuple[KeyPath, Any]:
    """The longest prefix of `place` that `data` has, and the value there."""
    value = data
    for depth, step in enumerate(place):
        try:
            value = value[step]
        except (LookupError, TypeError):
            return place[:depth], value
    return place, value


def written(place: KeyPath) -> str:
    """A place as people write it, such as cameras[0].height."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".")
