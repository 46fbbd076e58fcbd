"""A wrong value in a settings file is named with its line and remedy, and the rest of the file holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, Field

from installation.core.lenient_toml import parse
from installation.core.schema_problems import schema_error, validate_leniently
from installation.core.schema_text import Described, describe_type
from installation.core.settings_base import Section


def _even(value: int) -> int:
    if value % 2:
        raise schema_error("give an even number", replacement={"value": value + 1})
    return value


class Item(Section):
    size: Annotated[int, Field(ge=0)]
    ends: tuple[float, float] = (0.0, 1.0)
    even: Annotated[int, AfterValidator(_even)] = 0
    colour: Annotated[str, Field(pattern="^#"), Described('a colour such as "#dbb278"')] = "#000000"
    title: Annotated[str, Field(alias="with")] = ""


class Items(Section):
    items: Annotated[tuple[Item | None, ...], Field(max_length=3)] = ()


def read(text: str, **options: Any) -> tuple[list[Item | None], list[str]]:
    items, problems = validate_leniently(parse(Path("items.toml"), text), Items, **options)
    assert items is not None
    return list(items.items), [str(problem) for problem in problems]


def test_a_wrong_key_is_left_out_and_the_rest_of_its_table_holds() -> None:
    items, problems = read('[[items]]\nsize = 3\ncolour = "red"\nwith = "name"\n')
    assert items == [Item.model_validate({"size": 3, "with": "name"})]
    assert problems == ['items.toml:3: items[0].colour: found "red" (text); give a colour such as "#dbb278"']


@pytest.mark.parametrize("size", ["", "size = -1\n", 'size = "large"\n'])
def test_a_table_without_a_required_key_is_none_and_the_others_keep_their_places(size: str) -> None:
    items, problems = read(f"[[items]]\n{size}[[items]]\nsize = 2\n")
    assert items == [None, Item(size=2)]
    assert len(problems) == 1 and "items[0].size" in problems[0] and "a whole number at least 0" in problems[0]


def test_with_whole_items_any_mistake_leaves_out_the_table() -> None:
    items, problems = read("[[items]]\nsize = 1\nends = [1, true]\n[[items]]\nsize = 2\n", whole_items=True)
    assert items == [None, Item(size=2)]
    assert problems == ["items.toml:3: items[0].ends[1]: found true (true or false); give a number"]


@pytest.mark.parametrize("ends", ["[1]", "[1, 2, 3]", "1"])
def test_a_list_of_a_fixed_length_is_never_cut(ends: str) -> None:
    items, problems = read(f"[[items]]\nsize = 1\nends = {ends}\n")
    assert items == [Item(size=1)]
    assert len(problems) == 1 and problems[0].endswith("give 2 values in brackets; each a number")


def test_a_list_that_is_too_long_is_cut() -> None:
    items, problems = read("".join(f"[[items]]\nsize = {size}\n" for size in range(5)))
    assert items == [Item(size=0), Item(size=1), Item(size=2)]
    assert len(problems) == 1 and problems[0].endswith("; the first 3 are taken")


def test_a_validator_may_give_a_replacement() -> None:
    items, problems = read("[[items]]\nsize = 1\neven = 3\n")
    assert items == [Item(size=1, even=4)]
    assert problems == ["items.toml:3: items[0].even: found 3 (a whole number); give an even number"]


def test_an_unknown_key_leads_to_the_one_that_was_meant() -> None:
    items, problems = read('[[items]]\nsize = 1\ntitle = "name"\nsiez = 2\n')
    assert items == [Item(size=1)]
    assert 'did you mean "size"?' in problems[1] and "keys here: colour, ends, even, size, with" in problems[0]


def test_a_file_of_something_else_is_read_as_the_defaults() -> None:
    assert read("items = 3\n")[0] == []
    assert describe_type(tuple[int, ...]) == "a list; each item a whole number"
