"""A file that is kept is whole whatever happens, and who cannot be written to is told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.control.cues import async_writer
from installation.control.cues.async_writer import AsyncWriter
from installation.interface.knobs import InvalidMessageError
from motion import atomic_file


def test_the_newest_text_is_what_stands_there_after_closing(tmp_path: Path) -> None:
    kept, file = AsyncWriter(), tmp_path / "presets" / "dusk.toml"
    for number in range(50):
        kept.keep(file, f"swell = {number}\n")
    kept.close()
    assert file.read_text() == "swell = 49\n"
    assert [found.name for found in file.parent.iterdir()] == ["dusk.toml"]


def test_a_file_that_cannot_be_written_stays_as_it_was_and_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cues.toml"
    file.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    kept = AsyncWriter()
    kept.keep(file, "new")
    kept.close()
    assert file.read_text() == "old"
    assert kept.notes == (f"{file}: cannot be written (No space left on device); a restart will not remember",)


def test_too_many_waiting_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_writer, "WAITING", 0)
    kept = AsyncWriter()
    with pytest.raises(InvalidMessageError):
        kept.keep(tmp_path / "one", "")
    kept.close()
