"""What is freed goes back to the system."""

from __future__ import annotations

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
