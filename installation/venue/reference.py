"""What each key of venue.toml may hold, in words, read off the model itself; docs/venue.md is made of it."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal, Union

import annotated_types
from pydantic.fields import FieldInfo

from installation.core.toml_text import toml
from installation.venue.schema import Section, Venue

_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a file's path",
    IPv4Network: 'an IPv4 network such as "192.168.1.0/24"',
    IPv6Network: 'an IPv6 network such as "fd00::/8"',
}
_HEAD = """\
# venue.toml

Every section and key, with what it may hold and what it is when left out. All of them are optional. Relative
paths are relative to the venue file. `visitant check` says what is wrong with a file, and where.

This page is written by `make docs` from `installation/venue/schema.py`.
"""


def kind(annotation: Any, metadata: tuple[Any, ...] | list[Any] = ()) -> str:
    """What a value of this type may be, in words a person can follow."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return kind(arguments[0], [*metadata, *_constraints(arguments[1:])])
    if origin in (Union, types.UnionType):
        return " or ".join(kind(argument, metadata) for argument in arguments if argument is not type(None))
    if origin is Literal:
        return " or ".join(toml(choice) for choice in arguments)
    if origin is tuple and arguments[-1] is Ellipsis:
        sizes = _range(metadata, "items")
        return f"a list{sizes}; each item {kind(arguments[0])}"
    if origin is tuple:
        inner = dict.fromkeys(kind(argument) for argument in arguments)
        return f"{len(arguments)} values in brackets; each {' or '.join(inner)}"
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return "a table"
    if origin is dict:
        return f"a table of names, each with {kind(arguments[1])}"
    return _NAMES.get(annotation, str(annotation)) + _range(metadata)


def field_of(path: tuple[str | int, ...]) -> tuple[Any, tuple[Any, ...]] | None:
    """Type and constraints of what stands at `path` in a venue; None where a venue has no such place."""
    annotation: Any = Venue
    metadata: tuple[Any, ...] = ()
    for step in path:
        if isinstance(step, int):
            items = next((a for a in _options(annotation) if typing.get_origin(a) is tuple), None)
            if items is None:
                return None
            arguments = typing.get_args(items)
            annotation = arguments[0 if arguments[-1] is Ellipsis else min(step, len(arguments) - 1)]
            metadata = ()
        else:
            if typing.get_origin(annotation) is dict:
                annotation, metadata = typing.get_args(annotation)[1], ()
                continue
            section = section_of(annotation)
            if section is None or step not in section.model_fields:
                return None
            field = section.model_fields[step]
            annotation, metadata = field.annotation, tuple(field.metadata)
    return annotation, metadata


def section_of(annotation: Any) -> type[Section] | None:
    """The section that a type is, if it is one."""
    return next((a for a in _options(annotation) if isinstance(a, type) and issubclass(a, Section)), None)


def page() -> str:
    """The text of docs/venue.md."""
    parts = [_HEAD, _table(Venue, "The file")]
    for name, field in _sections(Venue):
        section, many = inner_section(field)
        assert section is not None
        parts.append(_table(section, f"[[{name}]]" if many else f"[{name}]", field.description))
    return "\n".join(parts)


def _sections(parent: type[Section], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in parent.model_fields.items():
        section, _ = inner_section(field)
        if section is not None:
            yield prefix + name, field
            yield from _sections(section, f"{prefix}{name}.")


def inner_section(field: FieldInfo) -> tuple[type[Section] | None, bool]:
    for option in _options(field.annotation):
        if typing.get_origin(option) is tuple:
            return section_of(typing.get_args(option)[0]), True
    return section_of(field.annotation), False


def _table(section: type[Section], heading: str, told: str | None = None) -> str:
    rows = []
    for name, field in section.model_fields.items():
        inner, many = inner_section(field)
        if inner is not None:
            holds, default = (
                (f"tables{_range(field.metadata, 'of them')}" if many else "a table"),
                "see below",
            )
        else:
            holds = kind(field.annotation, tuple(field.metadata))
            default = "required" if field.is_required() else f"`{toml(field.get_default())}`"
        rows.append(f"| `{name}` | {_cell(holds)} | {_cell(default)} | {_cell(_line(field.description))} |")
    about = f"{_line(told)}\n\n" if told else ""
    return f"## {heading}\n\n{about}| key | holds | left out | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`left out`", "nothing")


def _options(annotation: Any) -> Iterator[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _options(typing.get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for argument in typing.get_args(annotation):
            yield from _options(argument)
    else:
        yield annotation


def _constraints(annotations: tuple[Any, ...]) -> Iterator[Any]:
    for item in annotations:
        if isinstance(item, FieldInfo):
            yield from item.metadata
        else:
            yield item


def _range(metadata: tuple[Any, ...] | list[Any], of: str = "") -> str:
    """Constraints in words: " from 1 to 8", " above 0, at most 20", " with 1 to 4 items"."""
    bounds = {type(constraint): constraint for constraint in metadata}
    if of:
        least = bounds[annotated_types.MinLen].min_length if annotated_types.MinLen in bounds else 0
        if annotated_types.MaxLen in bounds:
            return f", {least} to {bounds[annotated_types.MaxLen].max_length} {of}"
        return f", {least} or more {of}" if least else ""
    from_, above = bounds.get(annotated_types.Ge), bounds.get(annotated_types.Gt)
    most, below = bounds.get(annotated_types.Le), bounds.get(annotated_types.Lt)
    if from_ and most:
        return f" from {from_.ge} to {most.le}"
    words = (
        from_ and f"at least {from_.ge}",
        above and f"above {above.gt}",
        most and f"at most {most.le}",
        below and f"below {below.lt}",
    )
    return f" {', '.join(filter(None, words))}".rstrip()
