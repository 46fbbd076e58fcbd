"""Logging of commands and their child processes: format, console, rotating file, and lines between processes."""

from __future__ import annotations

import json
import logging
import logging.handlers
import sys
import traceback
from pathlib import Path

from installation.core.errors import UserError

LOGGERS = ("installation", "motion", "scenes")
"""The loggers of this project."""
LINE_FORMAT = "%(asctime)s %(levelname)-7s %(processName)s: %(message)s"
"""Date and time, level, process, message; a traceback follows where there is a cause."""
FILE_FORMAT = "%(asctime)s %(levelname)-7s %(processName)s %(name)s: %(message)s"
MAX_FILE_BYTES = 1 << 20
"""Size at which a log file is rotated."""
KEPT_FILES = 5
"""Rotated log files that are kept."""
MARK = "\x1e"
"""First character of a child's line that is a log record: ASCII's record separator."""

_handlers: list[logging.Handler] = []


class _ConsoleFormatter(logging.Formatter):
    """Lines without tracebacks: they are for the log file."""

    def formatException(self, ei: object) -> str:
        return ""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).rstrip()


def start(level: int = logging.INFO, file: Path | None = None) -> None:
    """Log to standard error from `level` on, and all from INFO on (DEBUG when `level` is) to a rotating `file`.

    Raises UserError when the file cannot be written.
    """
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(level)
    console.setFormatter(_ConsoleFormatter(LINE_FORMAT))
    handlers: list[logging.Handler] = [console]
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            rotating = logging.handlers.RotatingFileHandler(
                file, maxBytes=MAX_FILE_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
            )
        except OSError as error:
            raise UserError(f"{file}: the log cannot be written: {error.strerror}") from error
        rotating.setFormatter(logging.Formatter(FILE_FORMAT))
        handlers.append(rotating)
    _install(handlers, min(level, logging.INFO))


def start_in_child(level: int) -> None:
    """Write log records from `level` on as lines of standard error, for the parent process to `relay`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RecordFormatter())
    _install([handler], level)


def level() -> int:
    """The level from which on records of this project are logged, for child processes."""
    return logging.getLogger(LOGGERS[0]).getEffectiveLevel()


def relay(line: str, process: str) -> bool:
    """Log a record that a child process wrote as a line, under the name of that process.

    Returns False when the line is no record.
    """
    if not line.startswith(MARK):
        return False
    try:
        record = logging.makeLogRecord(json.loads(line[1:]))
    except (ValueError, TypeError, AttributeError):
        return False
    record.processName = process
    logger = logging.getLogger(record.name)
    if logger.isEnabledFor(record.levelno):
        logger.handle(record)
    return True


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
    """Close the handlers of `start` or `start_in_child`."""
    for handler in _handlers:
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(handler)
        handler.close()
    _handlers.clear()


def _install(handlers: list[logging.Handler], level: int) -> None:
    stop()
    _handlers.extend(handlers)
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for handler in handlers:
            logger.addHandler(handler)
        logger.setLevel(level)
