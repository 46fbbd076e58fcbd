"""What is freed goes back to the system."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from installation.workers import allocator
from installation.workers.process_tree import allocated

pytestmark = pytest.mark.process


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc keeps what is freed in pieces, and can be asked")
def test_what_was_freed_in_pieces_goes_back_when_it_is_asked_for() -> None:
    pieces = [bytes([n % 256]) * 2000 for n in range(40_000)]
    kept = pieces[::1000]
    pieces.clear()
    before = allocated([os.getpid()])
    allocator.trim()
    assert before - allocated([os.getpid()]) > 40.0
    assert len(kept) == 40


def test_a_process_that_draws_may_settle_more_than_once() -> None:
    allocator.return_freed_memory()
    allocator.return_freed_memory()
    assert len(bytes(4 * allocator.DRAWING_MMAP_THRESHOLD_BYTES)) == 4 * allocator.DRAWING_MMAP_THRESHOLD_BYTES


TAKEN = """
import ctypes, os
from installation.workers import allocator
from installation.workers.process_tree import allocated
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
allocator.populate_heap()
blocks = [c.malloc(32_000) for _ in range(2000)]
before = allocated([os.getpid()])
allocator.populate_heap()
print(c.madvise(None, ctypes.c_size_t(0), 23), allocated([os.getpid()]) - before)
"""
"""In a process of its own, whose heap has nothing that was used before."""


KEPT = """
import os
from installation.workers import allocator
from installation.workers.process_tree import allocated
allocator.keep_freed_memory()
allocator.reserve()
held = [allocated([os.getpid()])]
for size in (1, 3, 9):
    step = [b"x" * (size << 20) for _ in range(2)]
    held.append(allocated([os.getpid()]))
    del step
    held.append(allocated([os.getpid()]))
print(max(held) - min(held))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be asked")
def test_what_a_child_has_reserved_is_enough_for_what_comes_and_goes_in_its_steps() -> None:
    done = subprocess.run([sys.executable, "-c", KEPT], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody is asked")
def test_what_was_taken_and_not_written_to_is_really_there_when_it_is_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", TAKEN], capture_output=True, text=True, check=True)
    refused, more = done.stdout.split()
    if int(refused):
        pytest.skip("this kernel cannot be asked (Linux before 5.14)")
    assert float(more) > 30.0
