"""Earlier names of keys in settings files: read as the names of today, with a warning that says the new name."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from installation.core.schema_text import section_of, union_members
from installation.core.settings_base import RenamedKey, Section
from installation.core.toml_document import Document, written
from installation.core.toml_positions import Path as KeyPath

logger = logging.getLogger(__name__)

MAX_REMEMBERED_WARNINGS = 256
"""Warnings that are not repeated."""


def with_current_keys(document: Document, root: type[Section]) -> Document:
    """The document with keys and choices renamed to what `root` and its sections call them today.

    Each earlier name is logged once, with its line. A key that stands under both names is a problem of the result.
    """
    current = replace(document, data=copy.deepcopy(document.data), lines=dict(document.lines))
    problems = [*document.problems]
    for place, section, table in _tables(current.data, root, ()):
        for renamed in section.renamed_keys:
            value = table.get(renamed.old)
            if renamed.old not in table or not renamed.applies_to(value):
                continue
            if renamed.new in table and renamed.old != renamed.new:
                right = f"keep one of the two: {renamed.new} is the name of today"
                problems.append(current.problem((*place, renamed.old), f"{renamed.new} stands here as well", right))
                del table[renamed.old]
                continue
            _rename(current, place, table, renamed)
    return replace(current, problems=tuple(problems))


def _rename(document: Document, place: KeyPath, table: dict[str, Any], renamed: RenamedKey) -> None:
    old, new = (*place, renamed.old), (*place, renamed.new)
    where = f"{document.path}:{document.lines.get(old, 0)}"
    value = table.pop(renamed.old)
    table[renamed.new] = renamed.choices.get(value, value) if isinstance(value, str) else value
    for path, line in [*document.lines.items()]:
        if path[: len(old)] == old:
            document.lines[(*new, *path[len(old) :])] = line
    if renamed.choices:
        _warn_once(f'{where}: {written(old)}: "{value}" is called "{table[renamed.new]}" now')
    else:
        _warn_once(f"{where}: {written(old)} is called {written(new)} now")


@lru_cache(maxsize=MAX_REMEMBERED_WARNINGS)
def _warn_once(text: str) -> None:
    """A file is read again whenever it changes; each of its earlier names is logged once."""
    logger.warning("%s", text)


def _tables(
    data: Any, section: type[Section], place: KeyPath
) -> Iterator[tuple[KeyPath, type[Section], dict[str, Any]]]:
    """Every table of the data that a section describes, with its place."""
    if not isinstance(data, dict):
        return
    yield place, section, data
    for name, field in section.model_fields.items():
        inner = _inner(field.annotation)
        if inner is None or name not in data:
            continue
        if isinstance(data[name], list):
            for index, item in enumerate(data[name]):
                yield from _tables(item, inner, (*place, name, index))
        else:
            yield from _tables(data[name], inner, (*place, name))


def _inner(annotation: Any) -> type[Section] | None:
    for option in union_members(annotation):
        arguments: tuple[Any, ...] = getattr(option, "__args__", ())
        found = section_of(arguments[0] if arguments else option)
        if found is not None:
            return found
    return None
