"""Child processes killed or stopped at random moments: orphans, shared memory and descriptors that they leave."""

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

PATIENT_TIMEOUTS = Timeouts(hang_seconds=0.5, burst=1 << 30)
MAX_LIFE_SECONDS = 0.4
"""Children are killed at any age up to this: while they start, post a message or wait."""
STOP_SHARE = 0.1
"""Share of the children that are stopped, so that supervision must find that they hang."""


def measure_kills(count: int, seed: int, advance: Callable[[float], None]) -> list[Figure]:
    """Kill or stop a small child that posts messages, `count` times. Needs POSIX signals.

    `advance` receives the share of the work that is done. Raises TimeoutError where a child is not started again.
    """
    dice = random.Random(seed)
    shared_files, descriptor_count = _shared_files(), _descriptor_count()
    child = ProcessHost(
        WorkerSpec("toy", "installation.evaluate.bench.dummy_worker:counter", rate=1000.0, message_bytes=1 << 16),
        time.perf_counter(),
        PATIENT_TIMEOUTS,
    )
    pids: set[int] = set()
    longest_seconds = 0.0
    for done in range(count):
        pid = _until(lambda: child.pid)
        pids.add(pid)
        end = time.perf_counter() + dice.uniform(0.0, MAX_LIFE_SECONDS)
        while time.perf_counter() < end:
            began = time.perf_counter()
            child.newest(0.0)
            longest_seconds = max(longest_seconds, time.perf_counter() - began)
            time.sleep(0.002)
        # Before its first step a child has the time to load a model, so that a stop would be noticed late.
        has_stepped = child.status == "ok"
        os.kill(pid, signal.SIGSTOP if has_stepped and dice.random() < STOP_SHARE else signal.SIGKILL)
        _until(lambda pid=pid: child.pid not in (None, pid))  # type: ignore[misc]
        advance((done + 1) / count)
    _until(lambda: child.newest(0.0))
    child.close()
    orphans = sum(_is_alive(pid) for pid in pids)
    return [
        Figure("kills survived", count, "kills"),
        Figure.at_most("orphan processes left", orphans, 0, "processes"),
        Figure.at_most("shared memory left", len(_shared_files() - shared_files), 0, "files"),
        Figure.at_most("descriptors left", _descriptor_count() - descriptor_count, 0, "descriptors"),
        Figure("longest read of the mailbox", 1e3 * longest_seconds, "ms"),
    ]


def _until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Return the first result of `condition` that is true. Raises TimeoutError."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if result := condition():
            return result
        time.sleep(0.002)
    raise TimeoutError(f"a killed child was not started again within {seconds:g} s")


def _shared_files() -> set[Path]:
    return set(Path("/dev/shm").iterdir()) if sys.platform == "linux" else set()


def _descriptor_count() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
