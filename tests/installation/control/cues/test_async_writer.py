"""An asynchronous write leaves a whole file whatever happens, and reports a file that cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.control.cues import async_writer
from installation.control.cues.async_writer import AsyncWriter
from installation.interface.knobs import InvalidMessageError
from motion import atomic_file


def test_the_newest_text_is_what_stands_there_after_closing(tmp_path: Path) -> None:
    writer, file = AsyncWriter(), tmp_path / "presets" / "dusk.toml"
    for number in range(50):
        writer.write(file, f"swell = {number}\n")
    writer.close()
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
    writer = AsyncWriter()
    writer.write(file, "new")
    writer.close()
    assert file.read_text() == "old"
    assert writer.faults == (f"{file}: cannot be written (No space left on device); a restart will not remember",)


def test_too_many_waiting_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_writer, "MAX_PENDING_FILES", 0)
    writer = AsyncWriter()
    with pytest.raises(InvalidMessageError):
        writer.write(tmp_path / "one", "")
    writer.close()
