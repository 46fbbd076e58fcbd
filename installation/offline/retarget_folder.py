"""Retargeting of a folder of motion files in one run: done files are left, and a wrong one does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from installation.core.errors import UserError
from installation.offline.retargeting import RetargetedMotion

Convert = Callable[[Path, Path], list[RetargetedMotion]]
"""From a motion file and an output to the motions on characters; raises UserError, ValueError, OSError."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What became of one file."""

    source: str
    out: str
    state: str
    """"done", "skipped" as its output exists, or "failed"."""
    reason: str = ""

    @property
    def line(self) -> str:
        """The state as a line for people."""
        return f"{self.state:8}{self.source}" + (f": {self.reason}" if self.reason else f" -> {self.out}")


@dataclass(slots=True)
class FolderResult:
    """What became of all files."""

    states: list[FileState] = field(default_factory=list)
    motions: list[RetargetedMotion] = field(default_factory=list)
    interrupted: bool = False

    @property
    def failed(self) -> int:
        """Number of files that failed."""
        return sum(state.state == "failed" for state in self.states)

    @property
    def summary(self) -> str:
        """One line about all files."""
        counts = {state: sum(one.state == state for one in self.states) for state in ("done", "skipped", "failed")}
        return ", ".join(f"{count} {state}" for state, count in counts.items())

    def json_fields(self) -> dict[str, Any]:
        """What a report in JSON holds besides its figures."""
        return {"files": [asdict(state) for state in self.states]}


def convert_folder(
    targets: Mapping[Path, Path], overwrite: bool, convert: Convert, say: Callable[[str], None]
) -> FolderResult:
    """Convert each file to its output, as `folder_outputs` returns them; existing ones only to `overwrite`.

    Ctrl-C ends it after the files that are done; the next run goes on.
    """
    result = FolderResult()
    try:
        for source, target in targets.items():
            state = _convert(source, target, overwrite, convert, result.motions)
            result.states.append(state)
            say(state.line)
    except KeyboardInterrupt:
        result.interrupted = True
    return result


def folder_outputs(sources: Sequence[Path], out: Path, suffix: str) -> dict[Path, Path]:
    """The output of each file: of the same name with `suffix`, in the folder `out`.

    Files that differ in their suffix alone keep it in the output's name. Raises UserError where `out` is a file.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"--out {out}: is a file; for a folder of motions name a folder")
    stems = [source.stem for source in sources]
    names = {source: source.stem if stems.count(source.stem) == 1 else source.name for source in sources}
    return {source: out / f"{name}{suffix}" for source, name in names.items()}


def _convert(
    source: Path, target: Path, overwrite: bool, convert: Convert, motions: list[RetargetedMotion]
) -> FileState:
    if target.exists() and not overwrite:
        return FileState(str(source), str(target), "skipped", f"{target} exists; --overwrite replaces it")
    try:
        motions += convert(source, target)
    except (UserError, ValueError) as error:
        reason = str(error).removeprefix(str(source)).lstrip(":, ")
        return FileState(str(source), str(target), "failed", reason)
    except OSError as error:
        return FileState(str(source), str(target), "failed", error.strerror or str(error))
    return FileState(str(source), str(target), "done")
