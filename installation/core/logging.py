"""Logging of commands and their child processes: format, console, rotating file, and lines between processes."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import logging.handlers
import multiprocessing
import queue
import re
import sys
import traceback
from pathlib import Path
from typing import TextIO

from installation.core.errors import UserError
from installation.core.printable import printable

LOGGERS = ("installation", "motion", "scenes")
"""The loggers of this project."""
PROCESS_NAME = "visitant"
"""Name of the parent process in the log."""
LINE_FORMAT = "%(asctime)s %(levelname)-7s %(processName)s: %(message)s"
"""Date and time, level, process, message; a traceback follows where there is a cause."""
FILE_FORMAT = "%(asctime)s %(levelname)-7s %(processName)s %(name)s: %(message)s"
MAX_FILE_BYTES = 1 << 20
"""Size at which a log file is rotated."""
KEPT_FILES = 5
"""Rotated log files that are kept."""
DETAIL = "detail"
"""Attribute of a record with further lines for the log file."""
CLOSE_SECONDS = 2.0
"""Time that a stalled writer has at the end."""
MAX_WAITING_RECORDS = 1000
"""Records that wait for the thread that writes them; further ones are dropped."""
LOG_BEGIN = re.compile(rb"\d{4}-\d\d-\d\d")
"""First characters of a log file: the date of its first record."""
MARK = "\x1e"
"""First character of a child's line that is a log record: ASCII's record separator."""

_handlers: list[logging.Handler] = []
_listeners: list[logging.handlers.QueueListener] = []


class _ConsoleFormatter(logging.Formatter):
    """Lines without tracebacks: they are for the log file."""

    def format(self, record: logging.LogRecord) -> str:
        brief = copy.copy(record)
        brief.exc_info = brief.exc_text = None
        return printable(super().format(brief))


class _FileFormatter(logging.Formatter):
    """Lines with tracebacks and details."""

    def format(self, record: logging.LogRecord) -> str:
        detail = getattr(record, DETAIL, "")
        return printable(super().format(record) + (f"\n{detail}" if detail else ""))


class _Enqueue(logging.handlers.QueueHandler):
    """Hands records to the thread that writes them, so that no frame waits for a disk or a terminal."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        ready = copy.copy(record)
        ready.msg, ready.args = record.getMessage(), None
        if record.exc_info:
            ready.exc_text = logging.Formatter().formatException(record.exc_info)
            ready.exc_info = None
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        # A writer that has stalled loses lines rather than hold up a frame.
        with contextlib.suppress(queue.Full):
            self.queue.put_nowait(record)


class _ConsoleHandler(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at that time: a progress bar replaces it while it is shown."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


class _Listener(logging.handlers.QueueListener):
    """The thread that writes; at the end it has time for the records that wait."""

    def enqueue_sentinel(self) -> None:
        self.queue.put(self._sentinel, timeout=CLOSE_SECONDS)  # type: ignore[attr-defined]


def start(
    level: int = logging.INFO, file: Path | None = None, line_format: str = LINE_FORMAT, queued: bool = True
) -> None:
    """Log to standard error from `level` on, in `line_format`, and to a rotating `file` from INFO on, or from DEBUG on
    when `level` is. A `queued` record is written by a thread of its own, so that no frame waits for it.

    Raises UserError when the file cannot be written.
    """
    if file is not None:
        _require_log(file)
    console = _ConsoleHandler()
    console.setLevel(level)
    console.setFormatter(_ConsoleFormatter(line_format))
    handlers: list[logging.Handler] = [console]
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            rotating = logging.handlers.RotatingFileHandler(
                file, maxBytes=MAX_FILE_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
            )
        except OSError as error:
            raise UserError(f"{file}: the log cannot be written: {error.strerror}") from error
        rotating.setFormatter(_FileFormatter(FILE_FORMAT))
        handlers.append(rotating)
    multiprocessing.current_process().name = PROCESS_NAME
    if not queued:
        _install(handlers, min(level, logging.INFO))
        return
    records: queue.Queue[logging.LogRecord] = queue.Queue(MAX_WAITING_RECORDS)
    _install([_Enqueue(records)], min(level, logging.INFO))
    _listeners.append(_Listener(records, *handlers, respect_handler_level=True))
    _listeners[-1].start()


def _require_log(file: Path) -> None:
    """Raise UserError for a file that is no log: nothing is appended to a film or a venue file."""
    if not file.is_file():
        return
    try:
        with file.open("rb") as opened:
            first = opened.read(len("2026-01-31"))
    except OSError as error:
        raise UserError(f"{file}: the log cannot be read: {error.strerror}") from error
    if first and not LOG_BEGIN.fullmatch(first):
        raise UserError(f"--log {file}: exists, and is no log; name another file")


def start_in_child(level: int) -> None:
    """Write log records from `level` on as lines of standard error, for the parent process to `relay`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RecordFormatter())
    _install([handler], level)


def level() -> int:
    """The level from which on records of this project are logged, for child processes."""
    return logging.getLogger(LOGGERS[0]).getEffectiveLevel()


def relay(line: str, process: str) -> bool:
    """Log a line that a child process wrote to standard error, under the name of that process.

    Returns whether the line was a record of `start_in_child`. Any other line, such as one of a library, is logged at
    the level DEBUG.
    """
    fields = _fields(line)
    record = logging.makeLogRecord(fields or {"name": __name__, "levelno": logging.DEBUG, "msg": line})
    record.levelname, record.processName = logging.getLevelName(record.levelno), process
    logger = logging.getLogger(record.name)
    if logger.isEnabledFor(record.levelno):
        logger.handle(record)
    return fields is not None


def _fields(line: str) -> dict[str, object] | None:
    """The attributes of the record that a line holds; None when it holds none."""
    if not line.startswith(MARK):
        return None
    try:
        fields = json.loads(line[1:])
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


class _RecordFormatter(logging.Formatter):
    """A record as one line of JSON after MARK."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "name": record.name,
            "levelno": record.levelno,
            "levelname": record.levelname,
            "msg": record.getMessage(),
            "created": record.created,
            "msecs": record.msecs,
        }
        if record.exc_info and record.exc_info[0] is not None:
            fields["exc_text"] = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        return MARK + json.dumps(fields)


def stop() -> None:
    """Write what is waiting, and close what `start` or `start_in_child` opened."""
    for handler in _handlers:
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(handler)
        handler.close()
    _handlers.clear()
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    for listener in _listeners:
        with contextlib.suppress(queue.Full):  # its writer has stalled for good
            listener.stop()
        for each in listener.handlers:
            each.close()
    _listeners.clear()


def _install(handlers: list[logging.Handler], level: int) -> None:
    stop()
    _handlers.extend(handlers)
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for handler in handlers:
            logger.addHandler(handler)
        logger.setLevel(level)
