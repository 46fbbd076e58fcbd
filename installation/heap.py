"""The C library's heap, which keeps what is freed in pieces; glibc's can be told how. Elsewhere nothing happens."""

from __future__ import annotations

import ctypes
import sys

LARGE = 1 << 18
"""Bytes of a block that goes back to the system as soon as it is freed: a target's picture, a letter's pixels."""
LOOSE = 1 << 24
"""Bytes that may lie free at the heap's end: to take them anew for every frame would take time."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Of malloc.h."""


def settle() -> None:
    """Keep the heap of a process that draws small for a long day; to be called before its threads begin.

    Left alone, glibc raises the size from which blocks go back with every large one that is freed, until targets and
    programs that come and go leave holes between each other, in a heap for each thread.
    """
    if (tell := _function("mallopt")) is not None:
        for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LOOSE)):
            tell(option, value)


def trim() -> None:
    """Give the system back what was freed; takes some milliseconds."""
    if (ask := _function("malloc_trim")) is not None:
        ask(0)


def _function(name: str) -> ctypes._NamedFuncPointer | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
