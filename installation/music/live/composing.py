"""Composing beside the worker's steps: a press of /music/now and the reports to the loop never wait for a bar."""

from __future__ import annotations

import threading
import time

from installation.music.controls import Controls
from installation.music.live.bar_line import BarLine
from installation.music.live.conductor import Conductor, rework
from installation.music.live.schedule import Schedule

CLOSE_SECONDS = 2.0
"""Time that the thread has to end."""


class Composing:
    """Has the conductor follow the newest that is asked for: live in a thread of its own, else at once."""

    def __init__(self, conductor: Conductor, schedule: Schedule, live: bool) -> None:
        self._conductor, self._schedule = conductor, schedule
        self._newest: tuple[BarLine, float, Controls, str] | None = None
        """The pulse, the show's time less the clock's, the controls and the mode."""
        self._starts = self._now = False
        """Whether the music begins anew, and whether the rest of the bar is to be another one."""
        self._error: Exception | None = None
        self._wake, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="composing", daemon=True) if live else None
        if self._thread is not None:
            self._thread.start()

    def start(self) -> None:
        """Have the music begin anew with what is asked for next."""
        self._starts = True

    def play_now(self, line: BarLine, t: float, controls: Controls) -> None:
        """Bring the rest of the bar to these controls by rule, and have it composed anew with the next request."""
        rework(self._schedule, line, t, controls)
        self._now = True

    def follow(self, line: BarLine, t: float, controls: Controls, mode: str) -> None:
        """As `Conductor.follow`. Raises what composing raised."""
        if self._error is not None:
            raise self._error
        if self._thread is None:
            self._work(line, t, controls, mode)
            return
        self._newest = line, t - time.perf_counter(), controls, mode
        self._wake.set()

    def close(self) -> None:
        """End the thread."""
        self._ending.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _work(self, line: BarLine, t: float, controls: Controls, mode: str) -> None:
        if self._starts:
            self._starts = False
            self._conductor.start()
        if self._now:
            self._now = False
            self._conductor.play_now(line, t, controls)
        self._conductor.follow(line, t, controls, mode)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._ending.is_set():
                return
            newest = self._newest
            if newest is None:
                continue
            line, offset, controls, mode = newest
            try:
                self._work(line, time.perf_counter() + offset, controls, mode)
            except Exception as error:  # the worker's next step raises it
                self._error = error
                return
