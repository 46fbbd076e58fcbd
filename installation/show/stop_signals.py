"""Signals that end a show or a film: the first in good order, the second at once, its child processes with it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from installation.workers.process_tree import kill_children

STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""What ends a show; Windows has not all of them."""


@contextmanager
def stop_on_signals(stop: Callable[[], None]) -> Iterator[threading.Event]:
    """Meanwhile have the first signal call `stop` and set the event, and a further one end the process at once.

    A signal that is ignored, as SIGHUP under nohup, stays ignored.
    """
    stopped = threading.Event()

    def receive(number: int, _: FrameType | None) -> None:
        if stopped.is_set():
            kill_children()
            os._exit(128 + number)
        stopped.set()
        stop()

    numbers = [getattr(signal, name) for name in STOP_SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, receive)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
