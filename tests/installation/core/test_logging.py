"""The log names date, level and process, rotates, and carries the lines of child processes."""

from __future__ import annotations

import io
import logging
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation.core import logging as project_logging
from installation.core.errors import UserError
from installation.core.printable import printable


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in project_logging.LOGGERS]
    before = [(logger, logger.level) for logger in loggers]
    yield
    project_logging.stop()
    for logger, level in before:
        logger.setLevel(level)


def test_a_line_has_date_level_process_and_text_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    project_logging.start()
    try:
        raise OSError("no space left")
    except OSError as error:
        logging.getLogger("installation.show").warning("the film ended", exc_info=error)
    project_logging.stop()
    line = capsys.readouterr().err
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARNING \S+: the film ended\n", line)


def test_a_file_has_the_cause_as_well_and_what_the_console_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project_logging.start(logging.WARNING, tmp_path / "logs" / "visitant.log")
    try:
        raise OSError("no space left")
    except OSError as error:
        logging.getLogger("installation.show").info("the film ended", exc_info=error)
    project_logging.stop()
    assert capsys.readouterr().err == ""
    text = (tmp_path / "logs" / "visitant.log").read_text(encoding="utf-8")
    assert "installation.show: the film ended" in text and "OSError: no space left" in text


def test_a_file_is_rotated_before_it_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_logging, "MAX_FILE_BYTES", 2000)
    project_logging.start(logging.ERROR, tmp_path / "visitant.log")
    for number in range(300):
        logging.getLogger("installation.show").info("line %d of a long day", number)
    project_logging.stop()
    files = sorted(tmp_path.iterdir())
    assert len(files) == project_logging.KEPT_FILES + 1
    assert all(file.stat().st_size <= 2000 for file in files)


def test_a_log_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="the log cannot be written"):
        project_logging.start(file=tmp_path / "file" / "visitant.log")


def test_a_record_of_a_child_comes_through_with_the_childs_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    project_logging.start_in_child(logging.INFO)
    logging.getLogger("installation.eye.sources").warning("camera 0: no picture")
    logging.getLogger("installation.eye.sources").debug("not asked for")
    monkeypatch.undo()
    project_logging.start()
    lines = stream.getvalue().removesuffix("\n").split("\n")
    assert [project_logging.relay(line, "eye") for line in lines] == [True]
    project_logging.stop()
    assert " WARNING eye: camera 0: no picture" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["I0000 some library says this", "\x1enot json", "\x1e[1]"])
def test_any_other_line_of_a_child_is_logged_for_those_who_debug(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    project_logging.start()
    assert project_logging.relay(line, "eye") is False
    project_logging.stop()
    assert capsys.readouterr().err == ""
    project_logging.start(logging.DEBUG)
    project_logging.relay(line, "eye")
    project_logging.stop()
    assert f" DEBUG   eye: {printable(line)}" in capsys.readouterr().err


def test_nobody_waits_for_a_writer_that_has_stalled(monkeypatch: pytest.MonkeyPatch) -> None:
    stalled = threading.Event()
    monkeypatch.setattr(project_logging._ConsoleHandler, "emit", lambda self, record: stalled.wait(20.0))
    project_logging.start()
    begin = time.perf_counter()
    for number in range(3 * project_logging.MAX_WAITING_RECORDS):
        logging.getLogger("installation.show").warning("line %d", number)
    assert time.perf_counter() - begin < 10.0
    stalled.set()


def test_what_would_control_a_terminal_is_written_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    project_logging.start(file=tmp_path / "a.log")
    logging.getLogger("installation").warning("Ev\x1b[31mil\x07\x9b2J\u202eemaN\r plays")
    project_logging.stop()
    for text in (capsys.readouterr().err, (tmp_path / "a.log").read_text()):
        assert "Ev\\x1b[31mil\\x07\\x9b2J\\u202eemaN\\x0d plays" in text


@pytest.mark.parametrize("content", [b"[canvas]\nsize = [64, 36]\n", b"\x00\x00\x00 ftypisom"])
def test_a_log_is_appended_to_logs_alone(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "venue.toml"
    file.write_bytes(content)
    with pytest.raises(UserError, match="exists, and is no log"):
        project_logging.start(file=file)
    assert file.read_bytes() == content


def test_a_log_of_before_is_continued(tmp_path: Path) -> None:
    for word in ("one", "two"):
        project_logging.start(file=tmp_path / "a.log")
        logging.getLogger("installation").warning(word)
        project_logging.stop()
    assert [line.split()[-1] for line in (tmp_path / "a.log").read_text().splitlines()] == ["one", "two"]
