"""A process and all that it started: who they are, and what they hold in memory (Linux)."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and its children, theirs, and so on; those who end meanwhile may be missing."""
    found = [pid]
    for one in found:
        for file in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in file.read_text().split()]
    return found


def kill_children() -> None:
    """Kill all that this process started, without waiting; elsewhere than on Linux children end by their lifelines."""
    for pid in family(os.getpid())[1:]:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def allocated(pids: list[int]) -> float:
    """MB of anonymous and shared memory, shared pages counted once.

    Pages of files are left out: they are the system's to take back, and how they are counted depends on which other
    programs have the same libraries open.
    """
    total = 0.0
    for pid in pids:
        with suppress(OSError):
            rows = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines())
            total += sum(float(row[1]) for row in rows if row[0] in ("Pss_Anon:", "Pss_Shmem:"))
    return total / 1024.0
