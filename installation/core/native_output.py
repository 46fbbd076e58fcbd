"""Output of native libraries: lines that they write to standard error by themselves become log records of level DEBUG.

MediaPipe prints a dozen lines of glog's whenever it opens a model. A user of a terminal does
not need them, and a person who looks for a fault may: `--verbose` prints them, and a log file holds them then.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

logger = logging.getLogger(__name__)

STDERR = 2
"""The file descriptor of standard error."""
CLOSE_SECONDS = 0.5
"""Time for the last lines; a child that still holds the pipe does not delay the end."""
GLOG_LINE = re.compile(r"[IW]\d{4,8} |INFO: Created TensorFlow |WARNING: (Logging before|All log messages before) ")
"""The begin of an information or a warning in glog's format, as `W0000 00:00:1796062512.443559   29949 file.cc:121] …`,
or of two lines beside them; errors and all other lines go to standard error as they are."""


@contextmanager
def logged() -> Iterator[None]:
    """Meanwhile log what native libraries write; Python's own standard error stays what it is.

    Does nothing where standard error is not the process's own, as in a test that captures it.
    """
    if not _owns_stderr():
        yield
        return
    before = sys.stderr
    terminal = os.dup(STDERR)
    read_end, write_end = os.pipe()
    os.dup2(write_end, STDERR)
    os.close(write_end)
    sys.stderr = os.fdopen(os.dup(terminal), "w", buffering=1, encoding=before.encoding, errors=before.errors)
    reader = threading.Thread(target=_read, args=(read_end, sys.stderr), name="native output", daemon=True)
    reader.start()
    try:
        yield
    finally:
        os.dup2(terminal, STDERR)  # the pipe's last write end: the reader sees its end
        reader.join(CLOSE_SECONDS)
        own, sys.stderr = sys.stderr, before
        with suppress(OSError):  # its reader is gone
            own.close()
        os.close(terminal)


def _owns_stderr() -> bool:
    try:
        return sys.stderr.fileno() == STDERR
    except (AttributeError, OSError, ValueError):
        return False


def _read(descriptor: int, out: TextIO) -> None:
    """Log lines in glog's format, and pass on all others, until the pipe ends."""
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if GLOG_LINE.match(line):
                logger.debug("%s", line.rstrip())
                continue
            # Without a reader of `out` this thread reads on: a full pipe would stop those who write into it.
            with suppress(OSError, ValueError):
                out.write(line)
                out.flush()
