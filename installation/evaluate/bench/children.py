"""A thousand kills at random moments: what they leave behind."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from installation.evaluate.report import Figure
from installation.workers.process_host import ProcessHost, Timeouts
from installation.workers.worker import WorkerSpec

UNWEARIED = Timeouts(hang=0.5, budget=1 << 30)
LONGEST_LIFE = 0.4
"""Seconds: children are killed at any age up to this, in the middle of their start, a post or a wait."""


def kills(count: int, seed: int, advance: Callable[[float], None]) -> list[Figure]:
    """Kill or stop a small posting child `count` times; `advance` hears which share is done. Needs POSIX signals."""
    chance = random.Random(seed)
    shared, descriptors = _shared(), _descriptors()
    child = ProcessHost(
        WorkerSpec("toy", "installation.evaluate.bench.dummy_worker:counter", rate=1000.0, message_bytes=1 << 16),
        time.perf_counter(),
        UNWEARIED,
    )
    pids: set[int] = set()
    longest = 0.0
    for done in range(count):
        pid = _until(lambda: child.pid)
        pids.add(pid)
        end = time.perf_counter() + chance.uniform(0.0, LONGEST_LIFE)
        while time.perf_counter() < end:
            began = time.perf_counter()
            child.newest(0.0)
            longest = max(longest, time.perf_counter() - began)
            time.sleep(0.002)
        # A child that is stopped before its first step would be waited for as long as a model may load.
        ripe = child.fault == ""
        os.kill(pid, signal.SIGSTOP if ripe and chance.random() < 0.1 else signal.SIGKILL)
        _until(lambda pid=pid: child.pid not in (None, pid))  # type: ignore[misc]
        advance((done + 1) / count)
    _until(lambda: child.newest(0.0))
    child.close()
    orphans = sum(_alive(pid) for pid in pids)
    return [
        Figure("kills survived", count, "kills"),
        Figure.at_most("orphans after them", orphans, 0, "processes"),
        Figure.at_most("shared memory left", len(_shared() - shared), 0, "files"),
        Figure.at_most("descriptors left", _descriptors() - descriptors, 0, "descriptors"),
        Figure("longest take from the mailbox", 1e3 * longest, "ms"),
    ]


def _until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if result := condition():
            return result
        time.sleep(0.002)
    raise TimeoutError("a killed child did not come back")


def _shared() -> set[Path]:
    return set(Path("/dev/shm").iterdir()) if sys.platform == "linux" else set()


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
