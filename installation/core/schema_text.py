"""Settings schemas in words: what an annotation accepts, and the annotation at a key path below a section."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal, Union

import annotated_types
from pydantic.fields import FieldInfo

from installation.core.settings_base import Section
from installation.core.toml_text import toml

_TYPE_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a file's path",
    IPv4Network: 'an IPv4 network such as "192.168.1.0/24"',
    IPv6Network: 'an IPv6 network such as "fd00::/8"',
}


@dataclass(frozen=True, slots=True)
class Described:
    """Metadata for `Annotated`: the description of a type whose annotation does not say what it accepts."""

    text: str


def describe_type(annotation: Any, constraints: Sequence[Any] = ()) -> str:
    """Describe the values that an annotation accepts, such as "a number from -90 to 90"."""
    own = next((each.text for each in constraints if isinstance(each, Described)), None)
    if own is not None:
        return own
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return describe_type(arguments[0], [*constraints, *_constraints(arguments[1:])])
    if origin in (Union, types.UnionType):
        return " or ".join(describe_type(each, constraints) for each in arguments if each is not type(None))
    if origin is Literal:
        return " or ".join(toml(choice) for choice in arguments)
    if origin is tuple and arguments[-1] is Ellipsis:
        sizes = describe_range(constraints, "items")
        return f"a list{sizes}; each item {describe_type(arguments[0])}"
    if origin is tuple:
        inner = dict.fromkeys(describe_type(argument) for argument in arguments)
        return f"{len(arguments)} values in brackets; each {' or '.join(inner)}"
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return "a table"
    if origin is dict:
        return f"a table of names, each with {describe_type(arguments[1])}"
    return _TYPE_NAMES.get(annotation, str(annotation)) + describe_range(constraints)


def describe_range(constraints: Sequence[Any], items: str = "") -> str:
    """Describe bounds: " from 1 to 8", " above 0, at most 20"; with `items`, lengths: ", 1 to 4 items"."""
    bounds = {type(constraint): constraint for constraint in constraints}
    if items:
        least = bounds[annotated_types.MinLen].min_length if annotated_types.MinLen in bounds else 0
        if annotated_types.MaxLen in bounds:
            return f", {least} to {bounds[annotated_types.MaxLen].max_length} {items}"
        return f", {least} or more {items}" if least else ""
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


def annotation_at(schema: Any, path: Sequence[str | int]) -> tuple[Any, tuple[Any, ...]] | None:
    """The annotation and its constraints at a key path below `schema`; None where the schema has no such path."""
    annotation: Any = schema
    constraints: tuple[Any, ...] = ()
    for step in path:
        if isinstance(step, int):
            items = next((each for each in union_members(annotation) if typing.get_origin(each) is tuple), None)
            if items is None:
                return None
            arguments = typing.get_args(items)
            annotation = arguments[0 if arguments[-1] is Ellipsis else min(step, len(arguments) - 1)]
            constraints = ()
        elif typing.get_origin(annotation) is dict:
            annotation, constraints = typing.get_args(annotation)[1], ()
        else:
            section = section_of(annotation)
            field = fields_by_key(section).get(step) if section is not None else None
            if field is None:
                return None
            annotation, constraints = field.annotation, tuple(field.metadata)
    return annotation, constraints


def section_of(annotation: Any) -> type[Section] | None:
    """The section class that an annotation is or holds in a union; None when it has none."""
    return next(
        (each for each in union_members(annotation) if isinstance(each, type) and issubclass(each, Section)), None
    )


def section_of_items(annotation: Any) -> type[Section] | None:
    """The section class of a list's items; None for what is no list of tables."""
    if typing.get_origin(annotation) is not tuple:
        return None
    return section_of(typing.get_args(annotation)[0])


def sections_with(schema: Any, key: str, name: str = "") -> list[str]:
    """The heads of all tables below `schema` that have a key, such as "[eye]" and "[[osc.targets]]"."""
    found: list[str] = []
    for each, field in fields_by_key(schema).items():
        path = f"{name}.{each}".removeprefix(".")
        for member in union_members(field.annotation):
            items = section_of_items(member)
            section = items or (member if isinstance(member, type) and issubclass(member, Section) else None)
            if section is None:
                continue
            if key in fields_by_key(section):
                found.append(f"[[{path}]]" if items else f"[{path}]")
            found += sections_with(section, key, path)
    return list(dict.fromkeys(found))


def fields_by_key(section: type[Section]) -> dict[str, FieldInfo]:
    """The fields of a section by their keys in the file, which are their aliases where they have one."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def union_members(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union, and the annotation itself when it is none; `Annotated` is unwrapped."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from union_members(typing.get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for argument in typing.get_args(annotation):
            yield from union_members(argument)
    else:
        yield annotation


def _constraints(annotations: tuple[Any, ...]) -> Iterator[Any]:
    for item in annotations:
        if isinstance(item, FieldInfo):
            yield from item.metadata
        else:
            yield item
