"""An atomic write leaves the old file or the new one, never half of either."""

from __future__ import annotations

from pathlib import Path

import pytest

from motion.atomic_file import atomic_open, atomic_write, move_into_place


def test_a_block_that_ends_well_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_open(path) as file:
        file.write("new é\n")
        assert path.read_text() == "old"
    assert path.read_bytes() == "new é\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="broke"), atomic_open(path, "wb") as file:
        file.write(b"new")
        raise RuntimeError("broke")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    plain, atomic = tmp_path / "plain", tmp_path / "atomic"
    plain.write_text("")
    atomic_write(atomic, "")
    assert atomic.stat().st_mode == plain.stat().st_mode


def test_writing_makes_the_folder_and_takes_text_or_bytes(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "a"
    atomic_write(path, "text\n")
    assert path.read_bytes() == b"text\n"
    atomic_write(path, memoryview(b"bytes"))
    assert path.read_bytes() == b"bytes"


def test_a_complete_file_moves_into_place(tmp_path: Path) -> None:
    part, path = tmp_path / "a.part", tmp_path / "a"
    path.write_text("old")
    part.write_text("new")
    move_into_place(part, path)
    assert path.read_text() == "new" and not part.exists()
