"""A thread that looks at files again and again, so that no frame does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 1.0
"""Time between two looks."""

SETTLE_SECONDS = 0.05
"""How long after a change a file is read: editors empty a file before they write it."""
Version = tuple[int, int]
"""Time of a file's last change, ns, and its size in bytes."""


class PollingThread:
    """Owns the thread."""

    def __init__(self, name: str, look: Callable[[bool], None], seconds: float = POLL_SECONDS) -> None:
        """Call `look` every `seconds`, and with True after each `wake`."""
        self._look = look
        self._seconds = seconds
        self._awake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have the thread look at once."""
        self._awake.set()

    def close(self) -> None:
        """End the thread."""
        self._closing = True
        self._awake.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        while not self._closing:
            woken = self._awake.wait(self._seconds)
            self._awake.clear()
            if not self._closing:
                self._look(woken)


def version_of(file: Path) -> Version | None:
    """The present version of a file; None where there is none that can be looked at."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
