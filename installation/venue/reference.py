"""Reference of venue.toml, made from its schema: docs/venue.md."""

from __future__ import annotations

import typing
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from installation.core.attribute_docstrings import attribute_docstrings
from installation.core.schema_text import describe_range, describe_type, section_of, union_members
from installation.core.settings_base import Section
from installation.core.toml_text import toml
from installation.venue.schema import Venue

_HEAD = """\
# venue.toml

Every section and key, with its type and its default. All of them are optional. Relative
paths are relative to the venue file. `visitant check` says what is wrong with a file, and where.

This page is written by `make docs` from `installation/venue/schema.py`.
"""


def page() -> str:
    """The text of docs/venue.md."""
    parts = [_HEAD, _table(Venue, "The file")]
    for name, field, about in _sections(Venue):
        section, many = inner_section(field)
        assert section is not None
        parts.append(_table(section, f"[[{name}]]" if many else f"[{name}]", about))
    return "\n".join(parts)


def _sections(parent: type[Section], prefix: str = "") -> Iterator[tuple[str, FieldInfo, str]]:
    """The name, the field and the meaning of each section below `parent`."""
    meanings = attribute_docstrings(parent)
    for name, field in parent.model_fields.items():
        section, _ = inner_section(field)
        if section is not None:
            yield prefix + name, field, meanings.get(name, "")
            yield from _sections(section, f"{prefix}{name}.")


def inner_section(field: FieldInfo) -> tuple[type[Section] | None, bool]:
    """The section that a field holds, and whether it holds a list of them."""
    for option in union_members(field.annotation):
        if typing.get_origin(option) is tuple:
            return section_of(typing.get_args(option)[0]), True
    return section_of(field.annotation), False


def _table(section: type[Section], heading: str, about: str = "") -> str:
    rows, meanings = [], attribute_docstrings(section)
    for name, field in section.model_fields.items():
        inner, many = inner_section(field)
        if inner is not None:
            holds, default = (
                (f"tables{describe_range(field.metadata, 'of them')}" if many else "a table"),
                "see below",
            )
        else:
            holds = describe_type(field.annotation, tuple(field.metadata))
            default = "required" if field.is_required() else f"`{toml(field.get_default())}`"
        rows.append(f"| `{name}` | {_cell(holds)} | {_cell(default)} | {_cell(meanings.get(name, ''))} |")
    intro = f"{about}\n\n" if about else ""
    return f"## {heading}\n\n{intro}| key | holds | left out | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`left out`", "nothing")
