"""A file that people write by hand is read as far as it makes sense, and told of where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.core.lenient_toml import parse, read
from installation.core.toml_document import Document

FILE = Path("cues.toml")


def test_a_whole_file_is_read_with_its_lines() -> None:
    kept = parse(FILE, 'a = 1\n\n[[cues]]\nname = "one"\n')
    assert kept.data == {"a": 1, "cues": [{"name": "one"}]}
    assert kept.lines[("cues", 0, "name")] == 4
    assert not kept.problems


@pytest.mark.parametrize(
    ("text", "line", "left"),
    [
        ("a = 1\nb = \nc = 3\n", 2, {"a": 1, "c": 3}),
        ('a = 1\nb = "open\nc = 3\n', 2, {"a": 1, "c": 3}),
        ("a = 1\nb = [1, 2\nc = 3\n", 2, {"a": 1, "c": 3}),
        ("a = 1\na = 2\nc = 3\n", 2, {"a": 1, "c": 3}),
        ("a = [\n 1,\n]\nb = oops\nc = 3", 4, {"a": [1], "c": 3}),
        ("a = 1\n[[cues]\nname = 5\n[[cues]]\nname = 7\n", 2, {"a": 1, "cues": [{"name": 7}]}),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_rest_is_read(text: str, line: int, left: object) -> None:
    kept = parse(FILE, text)
    assert kept.data == left
    assert [problem.line for problem in kept.problems] == [line]
    assert str(kept.problems[0]).startswith(f"cues.toml:{line}: not TOML")


def test_what_is_no_toml_at_all_ends_in_words() -> None:
    kept = parse(FILE, "]\n" * 5_000)
    assert kept.data == {} and kept.problems
    assert parse(FILE, "a = " + "[" * 10_000).problems


def test_a_missing_file_holds_nothing_and_is_no_problem(tmp_path: Path) -> None:
    assert read(tmp_path / "none.toml") == Document(tmp_path / "none.toml")


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"a = 1\nb = '\xff'\n")
    kept = read(tmp_path / "x.toml")
    assert kept.problems[0].line == 2 and "UTF-8" in str(kept.problems[0])
