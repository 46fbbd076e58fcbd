"""Cue sheets as files: the cues of one with all problems as an error, and the scenes that it goes to."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from installation.control.cues.cue import Cue, read_cues
from installation.control.cues.preset import KnownNames
from installation.core.errors import UserError
from installation.core.lenient_toml import read

CUE_FILE = "cues.toml"
"""Name of a venue's cue sheet."""


def require_cues(file: Path, names: KnownNames) -> tuple[Cue, ...]:
    """The cues of a file, by number. Raises UserError with every problem of the file, and for one without a cue."""
    if not file.is_file():
        raise UserError(f"{file}: no such file; a cue sheet is needed, which docs/cues.md describes")
    document = read(file)
    cues, problems = read_cues(document, names)
    if found := (*document.problems, *problems):
        raise UserError("\n".join(map(str, found)))
    if not cues:
        raise UserError(f"{file}: holds no cue; each begins with [[cues]]")
    return cues


def scenes_of(file: Path, known: Collection[str]) -> tuple[str, ...]:
    """The scenes of `known` to which the cues of a file go, each once, in the order of the cues."""
    if not file.is_file():
        return ()
    cues, _ = read_cues(read(file), KnownNames({}, known))
    return tuple(dict.fromkeys(cue.scene for cue in cues if cue.scene))
