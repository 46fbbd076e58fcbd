"""The one switch that lets controllers in or shuts them out, and that a restart remembers."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path


def state_folder() -> Path:
    """Where this user's programs keep what they remember; not made here."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "visitant"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/visitant"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "visitant"


class Engaged:
    """Owns the switch and the thread that writes it down, so that no frame touches a file."""

    def __init__(self, file: Path) -> None:
        """Take up what `file` says; without a readable one the switch is on."""
        self._file = file
        self._changed = threading.Event()
        self._closing = False
        self.on = True
        self.note = ""
        """What is wrong with the file, in words for the technician."""
        try:
            said = file.read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            said = "1"
        except OSError as error:
            said, self.note = "1", f"{file}: cannot be read ({error.strerror}); controllers are let in"
        if said in ("0", "1"):
            self.on = said == "1"
        else:
            self.note = f"{file}: holds neither 0 nor 1 and is not looked at; controllers are let in"
        self._thread = threading.Thread(target=self._write, name="engaged", daemon=True)
        self._thread.start()

    def turn(self, on: bool) -> None:
        """Let controllers in or shut them out, now and after a restart."""
        if on != self.on:
            self.on = on
            self._changed.set()

    def close(self) -> None:
        """Write down what has changed and end."""
        self._closing = True
        self._changed.set()
        self._thread.join(2.0)

    def _write(self) -> None:
        written, closing = self.on, False
        while not closing:
            self._changed.wait()
            self._changed.clear()
            # In this order, so that the last change before the closing is seen.
            closing, on = self._closing, self.on
            if on == written:
                continue
            beside = self._file.with_suffix(".new")
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with beside.open("w", encoding="ascii") as file:
                    file.write("1" if on else "0")
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(self._file)
                written, self.note = on, ""
            except OSError as error:
                self.note = f"{self._file}: cannot be written ({error.strerror}); a restart will not remember"
