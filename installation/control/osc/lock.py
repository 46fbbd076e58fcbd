"""The one switch that lets controllers in or shuts them out, and that a restart remembers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from installation.control.cues.async_writer import AsyncWriter


def state_folder() -> Path:
    """Where this user's programs keep what they remember; not made here."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "visitant"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/visitant"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "visitant"


class ControllerLock:
    """The switch, and the file that says how it stands."""

    def __init__(self, file: Path, keeper: AsyncWriter) -> None:
        """Take up what `file` says; without a readable one the switch is on."""
        self._file = file
        self._keeper = keeper
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

    def turn(self, on: bool) -> None:
        """Let controllers in or shut them out, now and after a restart."""
        if on != self.on:
            self.on, self.note = on, ""
            self._keeper.keep(self._file, "1" if on else "0")
