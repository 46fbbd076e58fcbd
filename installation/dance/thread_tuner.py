"""Thread tuner: times the worker's steps and chooses between one thread and two, whichever was faster lately."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median

MAX_THREADS = 2
"""The larger of the two thread counts that are compared."""
TRIAL_STEPS = 4
"""Steps of a trial: a plan takes two, and thread pools start lazily in the first. Their median counts."""
STEPS_BEFORE_FIRST_TRIAL = 16
"""Steps that are timed before the first trial."""
STEPS_BETWEEN_TRIALS = 300
"""Steps from one trial to the next; a trial may cost time, so they are rare."""
SWITCH_RATIO = 0.97
"""Share of the present mean time under which the other thread count is taken."""
SLOW_RATIO = 1.6
"""Multiple of the mean time from which a step with several threads counts as slow: other processes want the cores, and
threads that wait for each other then wait for whole slices of the scheduler."""
SLOW_STEPS = 3
"""Slow steps in a row after which the tuner falls back to the other thread count at once."""
NEWEST_WEIGHT = 0.1
"""Weight of the newest step in the running mean."""


class ThreadTuner:
    """Times steps and sets the number of threads before each. Use it in a `with` around a step."""

    def __init__(self, set_threads: Callable[[int], None], cores: int | None = None) -> None:
        """`set_threads` is called with the number of threads whenever it changes, at first with 1. `cores` defaults to
        those of the machine."""
        self._set_threads = set_threads
        self._threads, self._other = 1, min(MAX_THREADS, cores or os.cpu_count() or 1)
        self._mean_seconds = 0.0
        self._steps_to_trial = STEPS_BEFORE_FIRST_TRIAL
        self._slow_steps = 0
        self._trial_seconds: list[float] = []
        self._begin = 0.0
        set_threads(1)

    def warm_up(self, work: Callable[[], object]) -> None:
        """Call `work` once with every thread count that a step may use."""
        for threads in sorted({self._threads, self._other}, reverse=True):
            self._set_threads(threads)
            work()

    def __enter__(self) -> None:
        self._begin = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.add(time.perf_counter() - self._begin)

    def add(self, seconds: float) -> None:
        """Record the duration of a step, and set the number of threads for the next one."""
        if self._steps_to_trial > 0:
            slow = self._threads > 1 and seconds > SLOW_RATIO * self._mean_seconds
            self._slow_steps = self._slow_steps + 1 if slow else 0
            if self._slow_steps == SLOW_STEPS:
                self._swap(0.0)
                self._set_threads(self._threads)
            elif not self._slow_steps:
                weight = NEWEST_WEIGHT if self._mean_seconds else 1.0
                self._mean_seconds += weight * (seconds - self._mean_seconds)
            self._steps_to_trial -= 1
            if self._steps_to_trial == 0 and self._other != self._threads:
                self._set_threads(self._other)
            return
        self._trial_seconds.append(seconds)
        if len(self._trial_seconds) == TRIAL_STEPS:
            self._finish_trial(median(self._trial_seconds))

    def _finish_trial(self, median_seconds: float) -> None:
        self._trial_seconds, self._steps_to_trial = [], STEPS_BETWEEN_TRIALS
        if median_seconds < SWITCH_RATIO * self._mean_seconds:
            self._swap(median_seconds)
        elif self._other != self._threads:
            self._set_threads(self._threads)

    def _swap(self, mean_seconds: float) -> None:
        """Use the other thread count from now on; `mean_seconds` is the mean time of a step with it so far."""
        self._threads, self._other, self._mean_seconds = self._other, self._threads, mean_seconds
