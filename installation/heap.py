"""The C library's heap, which keeps what is freed in pieces; glibc's can be told how. Elsewhere nothing happens."""

from __future__ import annotations

import ctypes
import sys

LARGE = 1 << 17
"""Bytes of a block that goes back to the system as soon as it is freed: a target's picture, a letter's pixels. Were it
less, the blocks of 64 kB that Mesa takes for a frame would come and go with each."""
LOOSE = 1 << 24
"""Bytes that may lie free at the heap's end: to take them anew for every frame would take time."""
ZERO = 0xFF
"""The complement of what is written into memory as it is taken."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _PERTURB, _ARENA_MAX = -1, -3, -6, -8
"""Of malloc.h."""


def settle() -> None:
    """Keep the heap of a process that draws small and even for a long day; to be called before its threads begin.

    Left alone, glibc raises the size from which blocks go back with every large one that is freed, until targets and
    programs that come and go leave holes between each other, in a heap for each thread. And until frames are drawn all
    that is taken is written to: Mesa uses a part only of each of the thousand blocks that it takes for programs, which
    would seem to grow as shaders are edited and the blocks change places.
    """
    for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LOOSE), (_PERTURB, ZERO)):
        _tell(option, value)


def frames() -> None:
    """From now on frames are drawn."""
    _tell(_PERTURB, 0)


def trim() -> None:
    """Give the system back what was freed; takes some milliseconds."""
    if (ask := _function("malloc_trim")) is not None:
        ask(0)


def _tell(option: int, value: int) -> None:
    if (tell := _function("mallopt")) is not None:
        tell(option, value)


def _function(name: str) -> ctypes._NamedFuncPointer | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
