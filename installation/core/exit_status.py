"""Exit statuses of `visitant`: 0 only where everything that was asked for was done."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the end of a command means; docs/exit_status.md and `visitant --help` have this table."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    SCENE_FAILED = 3
    INCOMPLETE = 4
    NO_PICTURE = 5
    HUNG = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One line for a table."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitStatus.DONE: "done, all of it",
    ExitStatus.FAILED: "an error, named on standard error; of `bench` and `measure` a missed target too",
    ExitStatus.USAGE: "wrong options or a wrong venue file; nothing was begun",
    ExitStatus.SCENE_FAILED: "a scene could not be drawn; in a playlist a calm picture stood in its place",
    ExitStatus.INCOMPLETE: "a film or recording ends early, as on a full disk; the log says how much of it plays",
    ExitStatus.NO_PICTURE: "the source of a live show never delivered a picture, or that of `retarget vmc://` a body;"
    " or the display of an output was never connected",
    ExitStatus.HUNG: "the drawing process hung, and its watchdog ended it; start it again",
    ExitStatus.INTERRUPTED: "ended early by Ctrl-C or a signal; what was written until then can be played",
}
