"""The house stays as drawn: arrows point down, names stand for one thing, functions and classes stay small."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests import architecture
from tests.architecture import Size

MAX_FILE_LINES = 500
MAX_REPEATED_CLASSES = 5
MAX_DIALECT_WORDS = {("told", "tell", "tells"): 90, ("somebody", "nobody", "whoever"): 60}


def test_a_room_imports_only_from_floors_below() -> None:
    assert [f"{each.source}:{each.line} -> {each.target}" for each in architecture.upward()] == []


def test_every_module_has_a_room() -> None:
    assert architecture.unplaced() == []


@pytest.mark.parametrize("circles", [architecture.file_circles, architecture.room_circles, architecture.folder_circles])
def test_nothing_imports_itself_through_others(circles: Callable[[], list[list[str]]]) -> None:
    assert circles() == []


def test_our_modules_are_imported_at_the_top_of_a_file() -> None:
    assert [f"{each.source}:{each.line} -> {each.target}" for each in architecture.late()] == []


def test_a_class_name_stands_for_one_thing() -> None:
    assert len(architecture.repeated_classes()) <= MAX_REPEATED_CLASSES, architecture.repeated_classes()


@pytest.mark.parametrize("sizes", [architecture.arguments, architecture.members])
def test_more_arguments_or_members_have_a_reason(sizes: Callable[[], list[Size]]) -> None:
    bound = architecture.MAX_ARGUMENTS if sizes is architecture.arguments else architecture.MAX_MEMBERS
    large: list[Size] = [size for size in sizes() if size.count > bound and not size.reasoned]
    assert [f"{size.where} {size.name}: {size.count}" for size in large] == []


def test_no_file_is_longer_than_a_person_reads_in_one_sitting() -> None:
    long = {str(m.path): len(m.lines) for m in architecture.modules().values() if len(m.lines) > MAX_FILE_LINES}
    assert long == {}


@pytest.mark.parametrize(("words", "most"), MAX_DIALECT_WORDS.items())
def test_code_speaks_plain_technical_english(words: tuple[str, ...], most: int) -> None:
    assert architecture.words(*words) < most


def test_ruff_format_alone_decides_the_layout() -> None:
    marker = re.compile(r"#\s*fmt:\s*(skip|off)")
    folders = (*architecture.PACKAGES, "tests")
    files = (file for folder in folders for file in (architecture.ROOT / folder).rglob("*.py"))
    assert [str(file) for file in files if marker.search(file.read_text(encoding="utf-8"))] == []
