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
HINDERED, AGAIN = 1.6, 3
"""Times the usual that so many steps in a row take on more than one core, when others have come who want those: threads
that wait for each other then wait for whole turns of the scheduler."""
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
        self._hindered = 0
        """Steps in a row that took long."""
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
            self._hindered = self._hindered + 1 if self._used > 1 and took > HINDERED * self._mean else 0
            if self._hindered == AGAIN:
                self._swap(0.0)
                self._set(self._used)
            elif not self._hindered:
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
            self._swap(trial)
        elif self._other != self._used:
            self._set(self._used)

    def _swap(self, mean: float) -> None:
        """Take the other number of cores from now on, with which a step took so long so far."""
        self._used, self._other, self._mean = self._other, self._used, mean
