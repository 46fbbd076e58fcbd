"""Records: the dataclasses that may cross processes or be saved, each registered under a name of its own.

`installation.workers.codec` writes and reads them and knows none by name. A room registers its records where it
defines them, with the decorator `record`; names and fields are part of saved files, so they outlive renames of classes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Fields = Mapping[str, Any]
Check = Callable[[Fields], None]
"""Raises WireError for fields that would not make a sound record."""
NO_NAMES: Mapping[str, str] = MappingProxyType({})


class WireError(ValueError):
    """The bytes are not what this version writes."""


@dataclass(frozen=True, slots=True)
class RecordType:
    """How one dataclass is written."""

    name: str
    """Its name in bytes and files."""
    type: type
    written: Mapping[str, str]
    """Its fields that are written, each with its name in bytes and files."""
    check: Check | None
    """Called with the fields that were read, before the record is made."""

    def attributes(self, fields: Fields) -> Fields:
        """Fields by their names in the class, from those by their written names."""
        by_written_name = {written: field for field, written in self.written.items()}
        return {by_written_name.get(name, name): value for name, value in fields.items()}


_by_name: dict[str, RecordType] = {}
_by_type: dict[type, RecordType] = {}
_enums: dict[int, type[StrEnum]] = {}


def record(
    name: str,
    check: Check | None = None,
    unwritten: frozenset[str] = frozenset(),
    field_names: Mapping[str, str] = NO_NAMES,
) -> Callable[[type[T]], type[T]]:
    """Register a dataclass as a record called `name`.

    Fields in `unwritten` (pixels) are never written. `field_names` keeps the written name of a field that was renamed
    since; `check` is given written names. Raises ValueError when another class has the name already.
    """

    def register(cls: type[T]) -> type[T]:
        taken = _by_name.get(name)
        if taken is not None and taken.type.__qualname__ != cls.__qualname__:
            raise ValueError(f'the record name "{name}" belongs to {taken.type.__qualname__} already')
        names = (f.name for f in dataclasses.fields(cls))  # type: ignore[arg-type]
        fields = {field: field_names.get(field, field) for field in names if field not in unwritten}
        _by_name[name] = _by_type[cls] = RecordType(name, cls, fields, check)
        return cls

    return register


def enum_record(code: int) -> Callable[[type[StrEnum]], type[StrEnum]]:
    """Register an enumeration of strings under the MessagePack extension type `code`."""

    def register(cls: type[StrEnum]) -> type[StrEnum]:
        _enums[code] = cls
        return cls

    return register


def named(name: str) -> RecordType | None:
    """The record of that name; None when no module has registered one."""
    return _by_name.get(name)


def of(cls: type) -> RecordType | None:
    """How instances of `cls` are written; None when they are no records."""
    return _by_type.get(cls)


def enum_of(code: int) -> type[StrEnum] | None:
    """The enumeration of an extension type."""
    return _enums.get(code)


def enum_code(cls: type) -> int | None:
    """The extension type of an enumeration."""
    return next((code for code, enum in _enums.items() if enum is cls), None)


def require_arrays(what: str, fields: Fields, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise WireError unless each named field is an array of its shape, of finite numbers."""
    for name, shape in shapes.items():
        array = fields[name]
        if not isinstance(array, np.ndarray) or array.shape != shape or not np.isfinite(array).all():
            raise WireError(f"{what} whose {name} is not {shape} finite numbers")
