"""Times of a film's pictures from its timestamps, also of one whose timestamps jump."""

from __future__ import annotations

MAX_GAP_SECONDS = 10.0
"""Longest time from one picture to the next; a longer one is a jump of the timestamps, not a pause in the film."""
MAX_RETURN_SECONDS = 1.0
"""Time by which timestamps may run backwards by inaccuracy; a longer one is a jump."""


class StreamClock:
    """Seconds since the first picture, which never run backwards; where the timestamps jump, the film goes on."""

    def __init__(self, rate: float) -> None:
        """`rate` is the nominal number of pictures a second."""
        self._period = 1.0 / rate
        self.offset: float | None = None
        """Seconds to subtract from a timestamp; None before the first."""
        self.last = 0.0
        """The last time that was given."""

    def time(self, timestamp: float | None) -> float:
        """The time of the next picture, whose timestamp in seconds may be missing."""
        if timestamp is None:
            self.last += 0.0 if self.offset is None else self._period
            self.offset = 0.0 if self.offset is None else self.offset
            return self.last
        if self.offset is None:
            self.offset = timestamp
        time = timestamp - self.offset
        if not self.last - MAX_RETURN_SECONDS <= time <= self.last + MAX_GAP_SECONDS:
            time = self.last + self._period
            self.offset = timestamp - time
        self.last = max(self.last, time)
        return self.last
