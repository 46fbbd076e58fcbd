"""Asynchronous writer of small files: a thread writes them atomically, so that no frame waits for the disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from installation.core.faults import Fault
from installation.interface.knobs import InvalidMessageError
from motion.atomic_file import atomic_write

MAX_PENDING_FILES = 256
"""Files that may wait to be written, each with its newest text or its edits only."""
CLOSE_SECONDS = 5.0
"""How long a closing show waits for the disk."""
MAX_PENDING_EDITS = 256
"""Edits of one file that may wait."""

logger = logging.getLogger(__name__)


class Edit(NamedTuple):
    """An edit of a file."""

    change: Callable[[str], str]
    """Makes the new text from the one that the file holds then, which is empty where there is no file."""
    written: Callable[[], None] = lambda: None
    """Called in the writer's thread when the new text is on the disk."""


class AsyncWriter:
    """Owns the thread that writes. Writes are atomic: readers find the old file or the new one."""

    def __init__(self) -> None:
        self._pending: dict[Path, list[Edit]] = {}
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
            self._require_room(file)
            self._pending[file] = [Edit(lambda _: text)]
        self._changed.set()

    def edit(self, file: Path, edit: Edit) -> None:
        """Edit the text that `file` holds soon; raises InvalidMessageError when too many files or edits wait."""
        with self._lock:
            self._require_room(file)
            edits = self._pending.setdefault(file, [])
            if len(edits) >= MAX_PENDING_EDITS:
                raise InvalidMessageError("too many changes of a file wait to be written")
            edits.append(edit)
        self._changed.set()

    def close(self) -> None:
        """Write the pending files and end the thread. Faults stay: what was not written is lost."""
        self._closing = True
        self._changed.set()
        self._thread.join(CLOSE_SECONDS)

    def _work(self) -> None:
        closing = False
        while not closing:
            self._changed.wait()
            self._changed.clear()
            # Read before the pending files are taken, so that a text written just before the closing is included.
            closing = self._closing
            with self._lock:
                pending, self._pending = self._pending, {}
            for file, edits in pending.items():
                try:
                    _apply(file, edits)
                except OSError as error:
                    fault = self._faults.setdefault(file, Fault(logger, logging.ERROR))
                    fault.set(f"{file}: cannot be written ({error.strerror}); a restart will not remember", error)
                else:
                    if file in self._faults:
                        self._faults[file].clear()

    def _require_room(self, file: Path) -> None:
        if file not in self._pending and len(self._pending) >= MAX_PENDING_FILES:
            raise InvalidMessageError("too many files wait to be written")


def _apply(file: Path, edits: list[Edit]) -> None:
    """Make all edits of a file in their order and write it once."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        data = b""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What is no text stays available to the person who wrote it.
        file.with_name(f"{file.name}.old").write_bytes(data)
        text = data.decode("utf-8", errors="replace")
    for edit in edits:
        text = edit.change(text)
    atomic_write(file, text)
    for edit in edits:
        edit.written()
