"""An asynchronous write leaves a whole file whatever happens, and reports a file that cannot be written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from installation.control.cues import async_writer
from installation.control.cues.async_writer import AsyncWriter
from installation.core.faults import FaultBoard
from installation.interface.knobs import InvalidMessageError


def test_the_newest_text_is_what_stands_there_after_closing(tmp_path: Path) -> None:
    writer, file = AsyncWriter(), tmp_path / "presets" / "dusk.toml"
    for number in range(50):
        writer.write(file, f"swell = {number}\n")
    writer.close()
    assert file.read_text() == "swell = 49\n"
    assert [found.name for found in file.parent.iterdir()] == ["dusk.toml"]


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_file_that_cannot_be_written_stays_as_it_was_and_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "cues.toml"
    file.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patches:
        patches.setattr(os, "fsync", full)
        writer = AsyncWriter()
        writer.write(file, "new")
        writer.close()
    assert file.read_text() == "old"
    assert faults.present == (f"{file}: cannot be written (No space left on device); a restart will not remember",)
    (record,) = caplog.records
    assert record.levelname == "ERROR" and record.exc_info and isinstance(record.exc_info[1], OSError)


def test_a_file_that_can_be_written_again_is_no_fault_any_more(tmp_path: Path, faults: FaultBoard) -> None:
    writer, folder = AsyncWriter(), tmp_path / "presets"
    folder.write_text("a file where the folder should be")
    for text in ("one", "two"):
        writer.write(folder / "dusk.toml", text)
        wait_until(lambda: len(faults.present) == 1)
    folder.unlink()
    writer.write(folder / "dusk.toml", "three")
    wait_until(lambda: not faults.present)
    writer.close()
    assert (folder / "dusk.toml").read_text() == "three"


def test_too_many_waiting_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_writer, "MAX_PENDING_FILES", 0)
    writer = AsyncWriter()
    with pytest.raises(InvalidMessageError):
        writer.write(tmp_path / "one", "")
    writer.close()
