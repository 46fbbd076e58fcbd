"""Watchdog: ends a process whose main thread no longer makes progress, with the stacks of its threads in the log.

Two mechanisms, because a hang may stop all of Python: a thread counts the time without progress, logs and ends the
process; where that thread cannot run either, such as while a driver's call holds the interpreter's lock, faulthandler
prints the stacks to standard error, and a timer of the C library (Linux) ends the process. Both end it with the status
ExitStatus.HUNG. Elsewhere than on Linux the second ends with status 1.
"""

from __future__ import annotations

import ctypes
import faulthandler
import io
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from installation.core import logging as project_logging
from installation.core.exit_status import ExitStatus

logger = logging.getLogger(__name__)

START_FACTOR = 3.0
"""How many times longer than between two frames the process may take for its start and for its end."""
CHECK_SECONDS = 0.2
"""Between two looks at the progress."""
MAX_CHECK_SECONDS = 1.0
"""What one look adds at most: after a longer gap the whole machine, or this process, did not run."""
REARM_SECONDS = 1.0
"""Between two renewals of the timers."""
TIMER_FACTOR, TIMER_EXTRA_SECONDS = 1.25, 2.0
"""The timers expire after so many times the limit and so many seconds more: only where the thread cannot run."""
DEBUGGERS = ("bdb.py", "pdb.py", "pydevd.py", "pydevd_frame.py", "debugpy")
"""Files in the main thread's stack while it stands in a debugger."""


class Watchdog:
    """Watches the thread that creates it. Close it, or use it in a `with`; does nothing with a limit of 0."""

    def __init__(self, limit_seconds: float = 0.0, on_hang: Callable[[str], None] = lambda _: None) -> None:
        """The process may take `limit_seconds` for a frame, START_FACTOR times as long until the first `beat`.

        `on_hang` is called before the process ends, with the place where it hangs; it must not wait.
        """
        self._limit = limit_seconds
        self._on_hang = on_hang
        self._allowed: float | None = START_FACTOR * limit_seconds
        self._beats = 0
        self._watched = threading.get_ident()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._timer = ExitTimer(ExitStatus.HUNG) if limit_seconds > 0.0 else None
        self._lock = threading.Lock()
        """Holds while the timer is set to what is allowed."""
        if limit_seconds > 0.0:
            self._arm(START_FACTOR * limit_seconds)
            self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
            self._thread.start()

    def beat(self) -> None:
        """Report progress: a frame was drawn, and the next one is due within the limit."""
        self._beats += 1
        self._allowed = self._limit

    def allow(self, factor: float | None, least_seconds: float = 0.0) -> None:
        """Report progress; the next step may take `factor` times the limit, or `least_seconds`; any time with None."""
        self._set(None if factor is None else max(factor * self._limit, least_seconds))

    def _set(self, allowed: float | None) -> None:
        self._beats += 1
        self._allowed = allowed
        # Here, and not in the thread: what is next may not let that run again.
        self._set_timer(allowed)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Allow any time meanwhile, and afterwards as much as before."""
        before = self._allowed
        self._set(None)
        yield
        self._set(before)

    def close(self) -> None:
        """End the watch."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
        if self._timer is not None:
            self._timer.close()

    def __enter__(self) -> Watchdog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        silent, beats, armed, last = 0.0, -1, 0.0, time.monotonic()
        while not self._ending.wait(CHECK_SECONDS):
            now, before = time.monotonic(), last
            last, allowed = now, self._allowed
            if allowed is None or self._is_debugged():
                silent, beats, armed = 0.0, -1, 0.0
                faulthandler.cancel_dump_traceback_later()
                if allowed is not None:
                    self._set_timer(None)
                continue
            if beats != self._beats:
                silent, beats = 0.0, self._beats
            else:
                silent += min(now - before, MAX_CHECK_SECONDS)
            if silent > allowed:
                self._end(allowed)
            if now - armed > REARM_SECONDS:
                self._arm(allowed)
                armed = now
        faulthandler.cancel_dump_traceback_later()

    def _arm(self, allowed: float) -> None:
        """Set the timers for the case that the thread cannot run."""
        self._set_timer(allowed)
        seconds = TIMER_FACTOR * allowed + TIMER_EXTRA_SECONDS
        # Standard error itself: its descriptor may be a pipe that a thread of Python reads.
        try:
            works = self._timer is not None and self._timer.works
            faulthandler.dump_traceback_later(seconds, exit=not works, file=sys.stderr)
        except (AttributeError, OSError, ValueError, io.UnsupportedOperation):  # there is none, or it has no descriptor
            faulthandler.cancel_dump_traceback_later()

    def _set_timer(self, allowed: float | None) -> None:
        """Let the timer expire some time after what is allowed, or never; without effect where that has changed."""
        if self._timer is None:
            return
        with self._lock:
            if allowed is None:
                self._timer.stop()
            elif self._allowed == allowed:
                self._timer.start(TIMER_FACTOR * allowed + TIMER_EXTRA_SECONDS + REARM_SECONDS)

    def _is_debugged(self) -> bool:
        """Whether the watched thread stands in a debugger."""
        frame = sys._current_frames().get(self._watched)
        while frame is not None:
            file = frame.f_code.co_filename
            if any(name in file for name in DEBUGGERS):
                return True
            frame = frame.f_back
        return False

    def _end(self, seconds: float) -> None:
        frames = sys._current_frames()
        where = _place(frames.get(self._watched))
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        stacks = (
            f"thread {names.get(ident, ident)}:\n{''.join(traceback.format_stack(frame))}"
            for ident, frame in frames.items()
        )
        text = "no progress for %g s, in %s; the process ends with status %d, to be started again"
        logger.critical(
            text, round(seconds, 1), where, ExitStatus.HUNG, extra={project_logging.DETAIL: "\n".join(stacks)}
        )
        self._on_hang(where)
        project_logging.stop()
        os._exit(ExitStatus.HUNG)


def _place(frame: FrameType | None) -> str:
    """Where a stack stands: in the file of a scene where one is on it, else where its innermost call is."""
    if frame is None:
        return "a thread that has ended"
    stack = traceback.extract_stack(frame)
    chosen = next((each for each in reversed(stack) if "scenes" in Path(each.filename).parts), stack[-1])
    return f"{chosen.filename}:{chosen.lineno}, {chosen.name}"


class ExitTimer:
    """A timer of the C library that ends the process when it expires, whatever Python does (Linux)."""

    def __init__(self, status: int) -> None:
        self._timer = ctypes.c_void_p()
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self.works = False
        """Whether this system has such timers."""
        if self._libc is not None and hasattr(self._libc, "timer_create"):
            end = ctypes.cast(self._libc._exit, ctypes.c_void_p)
            event = _SigEvent(sigev_value=status, sigev_notify=_SIGEV_THREAD, sigev_notify_function=end)
            made = self._libc.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(self._timer))
            self.works = made == 0

    def start(self, seconds: float) -> None:
        """Let it expire after so many seconds, whatever was set before."""
        if self.works and self._libc is not None:
            whole = int(seconds)
            spec = _TimerSpec(0, 0, whole, int(1e9 * (seconds - whole)))
            self._libc.timer_settime(self._timer, 0, ctypes.byref(spec), None)

    def stop(self) -> None:
        """Let it not expire."""
        self.start(0.0)

    def close(self) -> None:
        """Delete it."""
        if self.works and self._libc is not None:
            self._libc.timer_delete(self._timer)
            self.works = False


_CLOCK_MONOTONIC = 1
_SIGEV_THREAD = 2


class _SigEvent(ctypes.Structure):
    """struct sigevent of Linux's signal.h, 64 bytes."""

    _fields_ = (
        ("sigev_value", ctypes.c_int64),
        ("sigev_signo", ctypes.c_int),
        ("sigev_notify", ctypes.c_int),
        ("sigev_notify_function", ctypes.c_void_p),
        ("sigev_notify_attributes", ctypes.c_void_p),
        ("padding", ctypes.c_byte * 32),
    )


class _TimerSpec(ctypes.Structure):
    """struct itimerspec of Linux's time.h: interval and time, each in seconds and nanoseconds."""

    _fields_ = (
        ("interval_seconds", ctypes.c_long),
        ("interval_nanoseconds", ctypes.c_long),
        ("seconds", ctypes.c_long),
        ("nanoseconds", ctypes.c_long),
    )
