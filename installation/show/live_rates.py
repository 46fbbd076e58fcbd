"""Rates of a live show over some seconds: frames, observations of people, and the time from camera to wall."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from installation.show.loop import Frame

SETTLE_SECONDS = 1.0
"""Time after the first visitor that is left out, in which the models run their first steps."""
TIMEOUT_SECONDS = 40.0
"""Time after the first frame after which the show is measured even without a visitor."""


class LiveRates:
    """Measures a show for `seconds` from its first visitor on, then calls `stop`; takes each frame of the loop."""

    def __init__(self, seconds: float, stop: Callable[[], None]) -> None:
        self._seconds, self._stop = seconds, stop
        self._first: float | None = None
        self._begin: float | None = None
        """Show time from which on frames are counted."""
        self._end = 0.0
        self._frames = 0
        self._captured = 0.0
        """Capture time of the newest observation."""
        self._latencies: list[float] = []
        self._visitors = 0

    def __call__(self, frame: Frame) -> None:
        """Count a frame; called by the loop."""
        if self._first is None:
            self._first = frame.start
        visitors = frame.moment.crowd.count
        if self._begin is None:
            if visitors or frame.start - self._first >= TIMEOUT_SECONDS:
                self._begin = self._end = frame.shown + SETTLE_SECONDS
            return
        if frame.shown < self._begin:
            return
        if self._frames == 0:
            self._begin = frame.shown
        self._frames, self._end = self._frames + 1, frame.shown
        self._visitors = max(self._visitors, visitors)
        latency = frame.moment.health.latency
        captured = frame.moment.time - latency
        if latency and captured > self._captured + 1e-6:
            self._captured = captured
            self._latencies.append(frame.shown - captured)
        if self._end - self._begin >= self._seconds:
            self._stop()

    def __str__(self) -> str:
        """The rates in one line; says so where nothing was measured."""
        span = self._end - self._begin if self._begin is not None else 0.0
        if span <= 0.0:
            return "ended before it was measured"
        parts = [f"{(self._frames - 1) / span:.1f} frames a second"]
        if self._latencies:
            people = "one person" if self._visitors == 1 else f"{self._visitors} people"
            parts.append(f"{people} found {len(self._latencies) / span:.1f} times a second")
            parts.append(f"{1000 * median(self._latencies):.0f} ms from camera picture to wall")
        else:
            parts.append("nobody was found")
        return ", ".join(parts)
