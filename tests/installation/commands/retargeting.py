"""The command `visitant retarget`, for its tests."""

from __future__ import annotations

from pathlib import Path

from installation import commands


def retarget(*words: str | Path) -> int:
    """The exit status of the command with these words."""
    return commands.main(["retarget", *map(str, words)])
