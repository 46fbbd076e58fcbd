"""Memory of a process that runs all day: settings of the C library's allocator (glibc), and Python's garbage collector.

Other C libraries than glibc are left unchanged.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

DRAWING_MMAP_THRESHOLD_BYTES = 1 << 17
"""In the process that draws: blocks from this size on return to the system when they are freed, such as a target's
picture or a message's pixels. With a lower threshold the blocks of 64 kB that Mesa takes for a frame would come and go
with each frame."""
DRAWING_TRIM_THRESHOLD_BYTES = 1 << 24
"""In the process that draws: free memory that stays at the end of the heap, because taking it anew costs time."""
MODEL_MMAP_THRESHOLD_BYTES = 1 << 25
"""In a child with a model: blocks from this size on are mapped each time. The most that glibc accepts."""
MODEL_TRIM_THRESHOLD_BYTES = 1 << 28
"""In a child with a model: free memory that stays at the end of the heap from one step to the next."""
RESERVED_BYTES = 24 << 20
"""Free memory that a child takes when it is ready, for what its steps allocate and free."""
GC_THRESHOLDS = 100, 5, 5
"""Allocated objects, and collections of the younger two generations, after which the next generation is collected."""
_TRIM_THRESHOLD = -1
"""M_TRIM_THRESHOLD of malloc.h."""
_MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD of malloc.h."""
_ARENA_MAX = -8
"""M_ARENA_MAX of malloc.h."""
_POPULATE_WRITE = 23
"""MADV_POPULATE_WRITE of mman.h: fault a range of memory in as if it was written to; since Linux 5.14."""


def return_freed_memory() -> None:
    """Keep the heap of the process that draws small for a long day; call it before its threads start.

    By default glibc raises its mmap threshold with every large block that is freed, until targets and programs that
    come and go leave holes between each other, in one heap for each thread.
    """
    _set_options(DRAWING_MMAP_THRESHOLD_BYTES, DRAWING_TRIM_THRESHOLD_BYTES)


def keep_freed_memory() -> None:
    """Let the heap of a process with a model stay as large as its steps need; call it before its threads start.

    A step's pictures and sums are as large as those of the step before: returned and taken anew they would cost time,
    and the heap would have another size at each reading.
    """
    _set_options(MODEL_MMAP_THRESHOLD_BYTES, MODEL_TRIM_THRESHOLD_BYTES)


def reserve() -> None:
    """Take and free RESERVED_BYTES, so that a process after `keep_freed_memory` does not seem to grow in its first
    minutes."""
    bytearray(b"\1") * RESERVED_BYTES  # written to, and freed at once


def populate_heap() -> None:
    """Fault in the whole heap, written to or not; takes some milliseconds.

    Mesa uses only a part of each of the thousand blocks that it takes for programs. As shaders are edited, blocks that
    were used before take their places, and the heap would seem to grow.
    """
    if (madvise := _function("madvise")) is None:
        return
    trim()
    with Path("/proc/self/maps").open(encoding="utf-8") as maps:
        for line in maps:
            if line.rstrip().endswith("[heap]"):
                begin, end = (int(place, 16) for place in line.split()[0].split("-"))
                madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), _POPULATE_WRITE)


def trim() -> None:
    """Return freed memory to the system; takes some milliseconds."""
    if (malloc_trim := _function("malloc_trim")) is not None:
        malloc_trim(0)


def freeze() -> None:
    """Freeze long-lived objects (`gc.freeze`) and collect the young generations often.

    A full collection of all objects would take longer than some steps and could come in the middle of the show.
    Garbage that appears later is freed within a second. The last collection here finds nothing: CPython runs the next
    full one when a quarter has been added to what the last one saw.
    """
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.set_threshold(*GC_THRESHOLDS)


def _set_options(mmap_threshold_bytes: int, trim_threshold_bytes: int) -> None:
    if (mallopt := _function("mallopt")) is not None:
        options = ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, mmap_threshold_bytes), (_TRIM_THRESHOLD, trim_threshold_bytes))
        for option, value in options:
            mallopt(option, value)


def _function(name: str) -> ctypes._NamedFuncPointer | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
