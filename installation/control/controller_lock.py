"""The switch that locks controllers out, kept in a file over a restart; the folder of the user's state."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from installation.control.cues.async_writer import AsyncWriter


def state_folder() -> Path:
    """The folder in which this user's programs keep their state; it may not exist yet."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "visitant"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/visitant"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "visitant"


class ControllerLock:
    """Whether messages of controllers are accepted, and the file that keeps it."""

    def __init__(self, file: Path, writer: AsyncWriter) -> None:
        """Read the state from `file`; without a readable one, controllers are accepted."""
        self._file = file
        self._writer = writer
        self.engaged = True
        """Whether messages of controllers are accepted."""
        self.fault = ""
        """What is wrong with the file, for the technician."""
        try:
            content = file.read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            content = "1"
        except OSError as error:
            content, self.fault = "1", f"{file}: cannot be read ({error.strerror}); controllers are let in"
        if content in ("0", "1"):
            self.engaged = content == "1"
        else:
            self.fault = f"{file}: holds neither 0 nor 1 and is ignored; controllers are let in"

    def set_engaged(self, engaged: bool) -> None:
        """Accept messages of controllers or not, now and after a restart."""
        if engaged != self.engaged:
            self.engaged, self.fault = engaged, ""
            self._writer.write(self._file, "1" if engaged else "0")
