"""How many cores a step takes: two where they are idle, one where others want them; whichever was quicker of late."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median

TRIED = 2
"""Cores that are tried beside the one."""
TURN = 4
"""Steps of a trial: a plan is made in two, and the first of all may have to wake somebody up."""
FIRST, EVERY = 16, 300
"""Steps before the first trial, and between two; each may be slower than need be."""
CLEARLY = 0.97
"""Share of the time that the other number must take to be taken up."""
MEMORY = 0.1
"""Share of the newest step in the mean of those before."""


class Crew:
    """Times steps, and sets the number of threads before each. Use it in a `with` around a step."""

    def __init__(self, set_threads: Callable[[int], None], cores: int | None = None) -> None:
        """`set_threads` is told the number whenever it changes, first of all 1."""
        self._set = set_threads
        self._used, self._other = 1, min(TRIED, cores or os.cpu_count() or 1)
        self._mean = 0.0
        self._left = FIRST
        """Steps until the next trial."""
        self._trial: list[float] = []
        self._begin = 0.0
        set_threads(1)

    def each(self, work: Callable[[], object]) -> None:
        """Do something once with every number of cores that a step may take."""
        for cores in sorted({self._used, self._other}, reverse=True):
            self._set(cores)
            work()

    def __enter__(self) -> None:
        self._begin = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.note(time.perf_counter() - self._begin)

    def note(self, took: float) -> None:
        """A step took so many seconds."""
        if self._left > 0:
            self._mean += (MEMORY if self._mean else 1.0) * (took - self._mean)
            self._left -= 1
            if self._left == 0 and self._other != self._used:
                self._set(self._other)
            return
        self._trial.append(took)
        if len(self._trial) == TURN:
            self._decide(median(self._trial))

    def _decide(self, trial: float) -> None:
        self._trial, self._left = [], EVERY
        if trial < CLEARLY * self._mean:
            self._used, self._other, self._mean = self._other, self._used, trial
        elif self._other != self._used:
            self._set(self._used)
