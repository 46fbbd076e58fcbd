"""What a process holds for a long day: the C library's heap, which keeps what is freed in pieces, and Python's objects.

Of C libraries glibc's can be told how; elsewhere nothing happens."""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

LARGE = 1 << 17
"""Bytes of a block that goes back to the system as soon as it is freed: a target's picture, a letter's pixels. Were it
less, the blocks of 64 kB that Mesa takes for a frame would come and go with each."""
LOOSE = 1 << 24
"""Bytes that may lie free at the heap's end: to take them anew for every frame would take time."""
LARGEST = 1 << 25
"""Bytes of a block from which on a child takes it from the system each time: the most that glibc lets us ask for."""
HELD = 1 << 28
"""Bytes that may lie free at the end of a child's heap: whatever its model works with, from one step to the next."""
ROOM = 24 << 20
"""Bytes that a child takes beyond what it had when it was ready, for what comes and goes in its steps."""
OFTEN = 100, 5, 5
"""Objects, sweeps of the youngest and of the younger ones after which the next older ones are swept as well."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Of malloc.h."""
_POPULATE_WRITE = 23
"""Of mman.h: have a range of memory as if it was written to; since Linux 5.14."""


def settle() -> None:
    """Keep the heap of a process that draws small for a long day; to be called before its threads begin.

    Left alone, glibc raises the size from which blocks go back with every large one that is freed, until targets and
    programs that come and go leave holes between each other, in a heap for each thread.
    """
    _tell(LARGE, LOOSE)


def keep() -> None:
    """Keep the heap of a process that works with a model as large as that needs; to be called before its threads begin.

    A step's pictures and sums are as large as the last one's: given back and taken anew, they would take time, and the
    heap would be another size each time that somebody counts.
    """
    _tell(LARGEST, HELD)


def reserve() -> None:
    """Take and free what steps come to need sooner or later: a process that `keep`s its heap has it from now on, and
    does not seem to grow for its first minutes."""
    bytearray(b"\1") * ROOM  # written to, and freed at once


def touch() -> None:
    """Have all that was taken, whether it was written to or not; takes some milliseconds.

    Mesa uses a part only of each of the thousand blocks that it takes for programs; they would seem to grow as shaders
    are edited, and blocks that were used before take their places.
    """
    if (ask := _function("madvise")) is None:
        return
    trim()
    with Path("/proc/self/maps").open(encoding="utf-8") as maps:
        for line in maps:
            if line.rstrip().endswith("[heap]"):
                begin, end = (int(place, 16) for place in line.split()[0].split("-"))
                ask(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), _POPULATE_WRITE)


def trim() -> None:
    """Give the system back what was freed; takes some milliseconds."""
    if (ask := _function("malloc_trim")) is not None:
        ask(0)


def freeze() -> None:
    """Take all objects that are there by now to stay: to look through them for garbage takes longer than some steps.

    What has come since is little, and is looked through often: else what nobody holds any more would lie about for
    minutes, and a long look would come in the middle of the show. The last look here is one at nothing: CPython takes
    the next when a quarter has been added to what was there.
    """
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.set_threshold(*OFTEN)


def _tell(large: int, loose: int) -> None:
    if (tell := _function("mallopt")) is not None:
        for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, large), (_TRIM_THRESHOLD, loose)):
            tell(option, value)


def _function(name: str) -> ctypes._NamedFuncPointer | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
