"""Log of ignored and dropped messages: their counts, at most one line a minute for each reason."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Collection

CHECK_SECONDS = 1.0
"""Time between two looks at the counts."""
LINE_SECONDS = 60.0
"""Least time between two lines about one reason."""


class DropLog:
    """Logs how a counter of dropped messages by reason grows."""

    def __init__(
        self, logger: logging.Logger, drops: Counter[str], place: str = "", unlogged: Collection[str] = ()
    ) -> None:
        """Lines begin with `place`; the reasons of `unlogged` have none."""
        self._logger = logger
        self._drops = drops
        self._place = place
        self._unlogged = unlogged
        self._logged: Counter[str] = Counter()
        """The counts that lines have."""
        self._since: dict[str, str] = {}
        """Time of day of the first message that no line has, by reason."""
        self._next_line: dict[str, float] = {}
        """Show time from which on a reason may have another line, s."""
        self._next_check = -math.inf

    def step(self, t: float) -> None:
        """At show time `t`: log the counts that have grown, when that is due."""
        if t < self._next_check:
            return
        self._next_check = t + CHECK_SECONDS
        self._log(t)

    def close(self) -> None:
        """Log the rest of the counts."""
        self._log(math.inf)

    def _log(self, t: float) -> None:
        # Receivers count in threads of their own, so the counter may grow while it is read.
        for reason, count in tuple(self._drops.items()):
            new = count - self._logged[reason]
            if new <= 0 or reason in self._unlogged:
                continue
            since = self._since.setdefault(reason, time.strftime("%H:%M"))
            if t < self._next_line.get(reason, -math.inf):
                continue
            messages = "1 message" if new == 1 else f"{new} messages"
            self._logger.info("%signored %s: %s (since %s)", self._place, messages, reason, since)
            self._logged[reason] = count
            self._next_line[reason] = t + LINE_SECONDS
            del self._since[reason]
