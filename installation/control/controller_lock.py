"""The switch that locks controllers out, kept in a file over a restart; the folder of the user's state."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from installation.control.cues.async_writer import AsyncWriter
from installation.core.faults import Fault

ENGAGED = "/visitant/engaged"
"""Address of the controller lock."""

logger = logging.getLogger(__name__)


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
        self._file_fault = Fault(logger)
        self._locked_fault = Fault(logger)
        try:
            content = file.read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            content = "1"
        except OSError as error:
            content = "1"
            self._file_fault.set(f"{file}: cannot be read ({error.strerror}); controllers are let in", error)
        if content in ("0", "1"):
            self.engaged = content == "1"
        else:
            self._file_fault.set(f"{file}: holds neither 0 nor 1 and is ignored; controllers are let in")
        self._report_locked()

    def set_engaged(self, engaged: bool) -> None:
        """Accept messages of controllers or not, now and after a restart."""
        if engaged != self.engaged:
            self.engaged = engaged
            self._file_fault.clear()
            self._report_locked()
            self._writer.write(self._file, "1" if engaged else "0")

    def close(self) -> None:
        """Clear the faults."""
        self._file_fault.withdraw()
        self._locked_fault.withdraw()

    def _report_locked(self) -> None:
        self._locked_fault.set("" if self.engaged else f"controllers are shut out; {ENGAGED} 1 lets them in")
