"""Asynchronous writer of small files: a thread writes them atomically, so that no frame waits for the disk."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from installation.core.faults import Fault
from installation.interface.knobs import InvalidMessageError
from motion.atomic_file import atomic_write

MAX_PENDING_FILES = 256
"""Files that may wait to be written, each with its newest text only."""

logger = logging.getLogger(__name__)


class AsyncWriter:
    """Owns the thread that writes. Writes are atomic: readers find the old file or the new one."""

    def __init__(self) -> None:
        self._pending: dict[Path, str] = {}
        self._faults: dict[Path, Fault] = {}
        """By file that has failed: at most all presets, and the few files that the show keeps."""
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="async writer", daemon=True)
        self._thread.start()

    def write(self, file: Path, text: str) -> None:
        """Write `text` to `file` soon; raises InvalidMessageError when too many files wait."""
        with self._lock:
            if file not in self._pending and len(self._pending) >= MAX_PENDING_FILES:
                raise InvalidMessageError("too many files wait to be written")
            self._pending[file] = text
        self._changed.set()

    def close(self) -> None:
        """Write the pending files and end the thread. Faults stay: what was not written is lost."""
        self._closing = True
        self._changed.set()
        self._thread.join(2.0)

    def _work(self) -> None:
        closing = False
        while not closing:
            self._changed.wait()
            self._changed.clear()
            # Read before the pending files are taken, so that a text written just before the closing is included.
            closing = self._closing
            with self._lock:
                pending, self._pending = self._pending, {}
            for file, text in pending.items():
                try:
                    atomic_write(file, text)
                except OSError as error:
                    fault = self._faults.setdefault(file, Fault(logger, logging.ERROR))
                    fault.set(f"{file}: cannot be written ({error.strerror}); a restart will not remember", error)
                else:
                    if file in self._faults:
                        self._faults[file].clear()
