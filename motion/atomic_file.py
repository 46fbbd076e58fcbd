"""Atomic writes: a file is written beside its place and renamed over it; readers find the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any


@contextmanager
def atomic_open(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Open a temporary file, mode "w" or "wb", that replaces `path` when the block ends without an exception.

    Otherwise `path` stays as it was and the temporary file is deleted. Text is UTF-8 with "\\n" at the end of a line.
    Raises OSError, such as when the disk is full.
    """
    binary = "b" in mode
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open(mode, encoding=None if binary else "utf-8", newline=None if binary else "\n") as file:
            yield file
            _flush_to_disk(file)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def atomic_write(path: Path, data: str | bytes | memoryview) -> None:
    """Write a whole file atomically, as `atomic_open`; creates its folder. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_open(path, "w" if isinstance(data, str) else "wb") as file:
        file.write(data)


def move_into_place(part: Path, path: Path) -> None:
    """Rename a complete file over `path` on the same file system, once its bytes are on the disk. Raises OSError."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def _flush_to_disk(file: IO[Any]) -> None:
    # Without fsync a power cut after the rename may leave an empty file.
    file.flush()
    os.fsync(file.fileno())
