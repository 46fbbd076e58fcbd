"""What is freed goes back to the system."""

from __future__ import annotations

import ctypes
import os
import sys

import pytest

from installation import heap
from installation.family import allocated


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc keeps what is freed in pieces, and can be asked")
def test_what_was_freed_in_pieces_goes_back_when_it_is_asked_for() -> None:
    pieces = [bytes([n % 256]) * 2000 for n in range(40_000)]
    kept = pieces[::1000]
    pieces.clear()
    before = allocated([os.getpid()])
    heap.trim()
    assert before - allocated([os.getpid()]) > 40.0
    assert len(kept) == 40


def test_a_process_that_draws_may_settle_more_than_once() -> None:
    heap.settle()
    heap.settle()
    assert len(bytes(4 * heap.LARGE)) == 4 * heap.LARGE
    heap.frames()


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be asked to write to what is taken")
def test_what_is_taken_before_frames_are_drawn_is_really_there() -> None:
    c = ctypes.CDLL(None)
    c.malloc.restype, c.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
    heap.trim()
    before = allocated([os.getpid()])
    heap.settle()
    try:
        blocks = [c.malloc(32_000) for _ in range(2000)]
    finally:
        heap.frames()
    assert allocated([os.getpid()]) - before > 55.0
    for block in blocks:
        c.free(block)
    heap.trim()
