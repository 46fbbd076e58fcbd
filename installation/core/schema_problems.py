"""Validation of TOML data against a pydantic schema, each error as a Problem with file, line, key and remedy."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from installation.core.diagnostics import Problem, near, shown
from installation.core.schema_text import (
    annotation_at,
    describe_type,
    fields_by_key,
    section_of,
    section_of_items,
    sections_with,
    union_members,
)
from installation.core.toml_document import Document, nearest_value, written
from installation.core.toml_positions import Path as KeyPath

Schema = TypeVar("Schema", bound=BaseModel)

MAX_PROBLEMS = 100
"""Errors of a file that are reported; a file with more is none of ours."""
_PROBLEM = "problem"
"""Type of the errors that `schema_error` makes."""
_REPLACEMENT = "replacement"
_VALUE_ERROR = "Value error, "
"""pydantic's prefix to the message of a ValueError."""


def schema_error(remedy: str, found: str = "", replacement: Mapping[str, Any] | None = None) -> PydanticCustomError:
    """An error for validators to raise, in the words of a Problem; `found` is the wrong value when left out.

    `replacement`, {"value": x}, is what `validate_leniently` takes in place of the wrong value.
    """
    context = {"found": found, "remedy": remedy} | ({_REPLACEMENT: replacement["value"]} if replacement else {})
    return PydanticCustomError(_PROBLEM, "{remedy}", context)


def validate(document: Document, schema: type[Schema], context: Any = None) -> Schema:
    """The document's data as an instance of `schema`; raises pydantic's ValidationError."""
    return _validate(document.data, schema, context)


def schema_problems(document: Document, schema: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    """Yield a Problem for each of the first MAX_PROBLEMS errors of a validation, in pydantic's order; the same one may
    come more than once. There is at least one."""
    errors = error.errors(include_url=False)[:MAX_PROBLEMS]
    problems = [problem for item in errors if (problem := _problem(document, schema, item)) is not None]
    yield from problems or [_general_problem(document, schema, item) for item in errors]


def validate_leniently(
    document: Document, schema: type[Schema], context: Any = None, whole_items: bool = False
) -> tuple[Schema | None, tuple[Problem, ...]]:
    """The document's data as an instance of `schema`, wrong values left out, and a Problem for each.

    A wrong key is removed; with `whole_items`, the outermost list item that holds it. A list item that is removed, or
    lacks a required key, becomes None, so that the others keep their indices. A list that is too long is cut. The
    instance is None when too little is left. Problems come in the order of their lines.
    """
    data = copy.deepcopy(document.data)
    problems: dict[str, Problem] = {}
    while True:
        try:
            valid = _validate(data, schema, context)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            for item in errors[:MAX_PROBLEMS]:
                problem = _problem(document, schema, item)
                if problem is not None and _is_cut(schema, item):
                    right = f"{problem.right}; the first {item['ctx']['max_length']} are taken"
                    problem = replace(problem, right=right)
                if problem is not None:
                    problems.setdefault(problem.key, problem)
            if not _amend(data, schema, errors, whole_items):
                return None, _in_file_order(problems.values())
        else:
            return valid, _in_file_order(problems.values())


def _validate(data: Any, schema: type[Schema], context: Any) -> Schema:
    # As JSON, because pydantic's strict mode then takes lists for tuples and text for paths, and nothing
    # else for anything else. A date, which JSON lacks, becomes an object, which is right nowhere.
    text = json.dumps(data, default=lambda date: {"": str(date)})
    return schema.model_validate_json(text, context=context)


def _problem(document: Document, schema: type[BaseModel], item: ErrorDetails) -> Problem | None:
    # Inside a union pydantic appends the names of its members, which the file does not know.
    place, value = document.nearest(item["loc"])
    whole = len(place) == len(item["loc"])
    kind = item["type"]
    if kind == "missing" and isinstance(item["loc"][-1], str):
        # The document has the key when it was wrong and `validate_leniently` has removed it.
        key = item["loc"][-1]
        missing = place if whole else (*place, key)
        return document.problem(missing, "missing", f"add {key} = {_describe(schema, missing)}")
    if kind == "too_short" and len(value) >= item["ctx"]["min_length"]:
        return None  # pydantic counts only valid items, and has reported the others already
    if kind == "too_long" and whole and isinstance(value, list):
        return document.problem(place, f"found {len(value):,} items", _right(schema, place, value))
    if kind == _PROBLEM and whole:
        found = item["ctx"]["found"] or f"found {shown(value)}"
        return document.problem(place, found, item["ctx"]["remedy"])
    if kind == "value_error" and whole:
        return document.problem(place, f"found {shown(value)}", item["msg"].removeprefix(_VALUE_ERROR))
    if kind == "extra_forbidden" and whole:
        return document.problem(place, "unknown key", _known_keys(schema, place))
    return _general_problem(document, schema, item)


def _general_problem(document: Document, schema: type[BaseModel], item: ErrorDetails) -> Problem:
    """An error as the value that was found, and what its type accepts."""
    place, value = document.nearest(item["loc"])
    return document.problem(place, f"found {shown(value)}", _right(schema, place, value))


def _describe(schema: type[BaseModel], place: KeyPath) -> str:
    found = annotation_at(schema, place)
    return describe_type(*found) if found else "something else"


def _right(schema: type[BaseModel], place: KeyPath, value: Any) -> str:
    """What would be right in place of a wrong value, or in place of a table's head with one bracket or two."""
    found = annotation_at(schema, place)
    if found is not None:
        members = list(union_members(found[0]))
        name = written(place)
        if isinstance(value, dict) and any(section_of_items(each) is not None for each in members):
            return f"write [[{name}]], with two brackets: there may be several, and each begins with that line"
        if section_of(found[0]) is not None and isinstance(place[-1], int):
            return f"write [[{written(place[:-1])}]], with two brackets, above the keys of each"
        if (
            isinstance(value, list)
            and section_of(found[0]) is not None
            and all(isinstance(each, dict) for each in value)
        ):
            return f"write [{name}], with one bracket: there is one"
    return f"give {_describe(schema, place)}"


def _known_keys(schema: type[BaseModel], place: KeyPath) -> str:
    parent = annotation_at(schema, place[:-1])
    section = section_of(parent[0]) if parent else None
    if section is None:
        return "take it out"
    keys = sorted(fields_by_key(section))
    # A key of another section is more likely in the wrong place than misspelt.
    elsewhere = sections_with(schema, str(place[-1]))
    belongs = f"it belongs under {' or '.join(elsewhere)}; " if elsewhere else near(str(place[-1]), keys)
    return belongs + f"keys here: {', '.join(keys)}"


def _is_cut(schema: type[BaseModel], item: ErrorDetails) -> bool:
    """Whether the error is a list of any length with too many items, rather than one of a fixed length."""
    found = annotation_at(schema, item["loc"]) if item["type"] == "too_long" else None
    return found is not None and any(get_args(each)[-1:] == (Ellipsis,) for each in union_members(found[0]))


def _amend(data: Any, schema: type[BaseModel], errors: Iterable[ErrorDetails], whole_items: bool) -> bool:
    """Change `data` so that none of these errors comes again; False when nothing would be left of it."""
    wrong: set[KeyPath] = set()
    for item in errors:
        place, value = nearest_value(data, item["loc"])
        context = item.get("ctx", {})
        if _is_cut(schema, item):
            del value[context["max_length"] :]
        elif item["type"] == _PROBLEM and _REPLACEMENT in context:
            nearest_value(data, place[:-1])[1][place[-1]] = context[_REPLACEMENT]
        else:
            depth = next((depth for depth, step in enumerate(place, 1) if isinstance(step, int)), len(place))
            wrong.add(place[:depth] if whole_items else place)
    # The deepest first: a value is removed before the table that holds it.
    return all(_remove(data, place) for place in sorted(wrong, key=len, reverse=True))


def _remove(data: Any, place: KeyPath) -> bool:
    """Remove a key, or set a list item to None; an item that is None takes its list along. False for the root."""
    if not place:
        return False
    parent, step = nearest_value(data, place[:-1])[1], place[-1]
    if isinstance(parent, dict):
        del parent[step]
    elif parent[step] is None:
        return _remove(data, place[:-1])
    else:
        parent[step] = None
    return True


def _in_file_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line))
