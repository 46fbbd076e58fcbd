"""Small files that people write: read at once, and never waited for."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class NotAFileError(OSError):
    """A path that leads to a folder, a pipe or a device, in which a read could wait for ever."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(0, f"is {kind}, no file", str(path))


def read_small_file(path: Path, max_bytes: int) -> bytes:
    """The content of a file, at most `max_bytes` and one more. Raises OSError, FileNotFoundError among them."""
    # Not to wait for the other end of a pipe.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise NotAFileError(path, "a folder" if stat.S_ISDIR(mode) else "a pipe or a device")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(max_bytes + 1)
