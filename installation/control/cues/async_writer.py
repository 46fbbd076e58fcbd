"""What the show remembers is written down beside the loop, so that no frame touches a file."""

from __future__ import annotations

import threading
from pathlib import Path

from installation.interface.knobs import InvalidMessageError
from motion.atomic_file import atomic_write

WAITING = 256
"""Files that may wait to be written; of each only the newest text."""
TROUBLES = 8
"""Troubles that are told, the latest."""


class AsyncWriter:
    """Owns the thread that writes. A file is written whole and then takes its name, so that there is always an old one
    or a new one, and never half of either."""

    def __init__(self) -> None:
        self._waiting: dict[Path, str] = {}
        self._troubles: dict[Path, str] = {}
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)
        self._thread.start()

    @property
    def notes(self) -> tuple[str, ...]:
        """Which files could not be written, in words for the technician."""
        return tuple(self._troubles.values())

    def keep(self, file: Path, text: str) -> None:
        """Have `file` hold `text`, soon; raises Refused when too many files wait."""
        with self._lock:
            if file not in self._waiting and len(self._waiting) >= WAITING:
                raise InvalidMessageError("too many files wait to be written")
            self._waiting[file] = text
        self._changed.set()

    def close(self) -> None:
        """Write what is left and end."""
        self._closing = True
        self._changed.set()
        self._thread.join(2.0)

    def _work(self) -> None:
        closing = False
        while not closing:
            self._changed.wait()
            self._changed.clear()
            # In this order, so that what comes last before the closing is seen.
            closing = self._closing
            with self._lock:
                waiting, self._waiting = self._waiting, {}
            for file, text in waiting.items():
                try:
                    atomic_write(file, text)
                except OSError as error:
                    trouble = f"{file}: cannot be written ({error.strerror}); a restart will not remember"
                    self._troubles = {**dict(list(self._troubles.items())[-TROUBLES:]), file: trouble}
                else:
                    self._troubles = {at: said for at, said in self._troubles.items() if at != file}
