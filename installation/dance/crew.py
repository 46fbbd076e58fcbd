"""How many cores a step takes: two where they are idle, one where others want them; whichever was quicker of late."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

TRIED = 2
"""Cores that are tried beside the one."""
TURN = 2
"""Steps of a trial: a plan is made in two."""
EVERY = 90
"""Steps between two trials; each may be slower than need be."""
CLEARLY = 0.95
"""Share of the time that the other number must take to be taken up."""
MEMORY = 0.1
"""Share of the newest step in the mean of those before."""


class Crew:
    """Times steps, and sets the number of threads before each. Use it in a `with` around a step."""

    def __init__(self, set_threads: Callable[[int], None], cores: int | None = None) -> None:
        """`set_threads` is told the number whenever it changes, first of all 1."""
        self._set = set_threads
        self._other = min(TRIED, cores or os.cpu_count() or 1)
        self._used = 1
        self._mean = 0.0
        self._steps = 0
        self._trial: list[float] = []
        self._begin = 0.0
        set_threads(1)

    @property
    def _tries(self) -> bool:
        return self._other != self._used and self._steps % EVERY >= EVERY - TURN

    def __enter__(self) -> None:
        if self._tries and not self._trial:
            self._set(self._other)
        self._begin = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.note(time.perf_counter() - self._begin)

    def note(self, took: float) -> None:
        """A step took so many seconds."""
        if not self._tries:
            self._mean += (MEMORY if self._mean else 1.0) * (took - self._mean)
            self._steps += 1
            return
        self._trial.append(took)
        self._steps += 1
        if len(self._trial) < TURN:
            return
        trial, self._trial = sum(self._trial) / TURN, []
        if trial < CLEARLY * self._mean:
            self._used, self._other, self._mean = self._other, self._used, trial
        else:
            self._set(self._used)
