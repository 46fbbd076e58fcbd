"""Executors for pose estimation: a thread pool, or inline execution when a result is requested."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")

_CORES = os.cpu_count() or 1
SHARED_THREADS = max(1, min(4, _CORES // 2))
"""Concurrent estimations, each of which keeps one core busy, beside a process that draws."""
EXCLUSIVE_THREADS = max(1, min(4, _CORES))
"""Concurrent estimations with the machine to themselves."""


def open_executor(threads: int) -> Executor:
    """A pool of `threads` threads; with one thread, an executor that runs inline."""
    return ThreadPoolExecutor(threads, "pose") if threads > 1 else InlineExecutor()


class InlineExecutor(Executor):
    """Runs a submitted call when its result is requested, in the thread that requests it."""

    def submit(self, function: Callable[..., T], /, *args: Any, **named: Any) -> Future[T]:
        return InlineFuture(partial(function, *args, **named))


class InlineFuture(Future[T]):
    """A result that is computed when it is first requested."""

    def __init__(self, function: Callable[[], T]) -> None:
        super().__init__()
        self._function = function

    def result(self, timeout: float | None = None) -> T:
        if not self.done():
            self.set_result(self._function())
        return super().result(timeout)
