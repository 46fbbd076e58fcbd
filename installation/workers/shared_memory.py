"""Memory that processes share, without a name that could outlive its users: on Linux an anonymous file, elsewhere on
POSIX a file unlinked as soon as it is open, on Windows a section that goes with its last handle."""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MemoryHandle:
    """The address of memory for another process: a descriptor that it inherits, or a name."""

    descriptor: int
    name: str
    size: int


def create_memory(size: int) -> tuple[mmap.mmap, MemoryHandle]:
    """New memory of so many bytes, all zero. Raises OSError where there is none."""
    if sys.platform == "win32":
        handle = MemoryHandle(-1, f"visitant-{uuid.uuid4().hex}", size)
        return mmap.mmap(-1, size, tagname=handle.name), handle
    descriptor = _anonymous_file()
    try:
        _reserve(descriptor, size)
    except OSError:
        os.close(descriptor)
        raise
    return mmap.mmap(descriptor, size), MemoryHandle(descriptor, "", size)


def open_memory(handle: MemoryHandle) -> mmap.mmap:
    """The memory that another process created; the descriptor stays open."""
    if sys.platform == "win32":
        return mmap.mmap(-1, handle.size, tagname=handle.name)
    return mmap.mmap(handle.descriptor, handle.size)


def _reserve(descriptor: int, size: int) -> None:
    """Give the file its size. One in a file system that may be full gets its memory as well: an error here is better
    than a signal (SIGBUS) at each message."""
    os.ftruncate(descriptor, size)
    if not hasattr(os, "memfd_create") and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)


def _anonymous_file() -> int:
    """A descriptor of memory without a path."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("visitant")
    descriptor, path = tempfile.mkstemp(prefix="visitant-")
    Path(path).unlink()
    return descriptor
