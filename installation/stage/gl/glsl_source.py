"""GLSL from files: the version line, `#include`, and errors told in the file and line that a person wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

VERSION = "#version 410 core"
"""What macOS ends at; nothing of ours asks for more."""
PREAMBLE = {"vert": "", "frag": "out vec4 colour;"}
LIBRARY_SHADERS = Path(__file__).parents[3] / "shaders"
STAGE_SHADERS = Path(__file__).parents[1] / "glsl"

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"\s*(//.*)?$')
_WHERE = re.compile(r"^\s*(?:ERROR:\s*)?\d+[:(](\d+)(?:\(\d+\))?\)?\s*:?\s*(.*)$")
"""Mesa writes `0:12(3): error: …`, NVIDIA `0(12) : error …`, the others `ERROR: 0:12: …`."""


class GlslError(Exception):
    """A shader that cannot be read or compiled; the message names file and line."""


@dataclass(frozen=True, slots=True)
class GlslSource:
    """One stage's expanded text, and where each of its lines came from."""

    text: str
    lines: tuple[tuple[str, int], ...]
    """(path, line number) of every line of `text`; ("", 0) for lines that no file holds."""
    files: tuple[str, ...]


def find(name: str, folders: Sequence[Path], wanted: str = "") -> Path:
    """The first file called `name` in `folders`; raises GlslError, saying who `wanted` it and where it was sought."""
    for folder in folders:
        if (path := folder / name).is_file():
            return path
    sought = ", ".join(str(folder) for folder in folders)
    raise GlslError(f'{wanted}there is no "{name}" in {sought}')


def expand(path: Path, folders: Sequence[Path], preamble: str = "") -> GlslSource:
    """The text of the shader at `path` for the compiler, with each `#include "name.glsl"` put in once.

    An include is sought beside the file that asks for it, then in `folders`. `preamble` follows the version line.
    Raises GlslError for a file that is missing or not text.
    """
    text = [VERSION, *preamble.splitlines()]
    lines: list[tuple[str, int]] = [("", 0)] * len(text)
    files: list[str] = []

    def take(path: Path) -> None:
        files.append(str(path))
        try:
            written = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise GlslError(f"{path}: {error}") from None
        for number, line in enumerate(written, 1):
            if included := _INCLUDE.match(line):
                wanted = f"{path}:{number}: "
                other = find(included[1], (path.parent, *folders), wanted).resolve()
                if str(other) not in files:
                    take(other)
            else:
                text.append("" if line.lstrip().startswith("#version") else line)
                lines.append((str(path), number))

    take(path.resolve())
    return GlslSource("\n".join(text) + "\n", tuple(lines), tuple(files))


def explain(report: str, stages: Sequence[GlslSource]) -> str:
    """The driver's `report` with its line numbers replaced by the file and line that a person wrote.

    `stages` are the vertex and the fragment source, in that order; moderngl heads each report with its stage.
    """
    source = stages[-1]
    told: list[str] = []
    for line in report.splitlines():
        if line.strip() in ("vertex_shader", "fragment_shader"):
            source = stages[0] if line.strip() == "vertex_shader" else stages[-1]
        elif found := _WHERE.match(line):
            number = int(found[1])
            file, at = source.lines[number - 1] if 0 < number <= len(source.lines) else ("", 0)
            told.append(f"{file}:{at}: {found[2]}" if file else found[2])
        elif line.strip().strip("=") and not line.startswith("GLSL "):
            told.append(line.strip())
    return "\n".join(told) or "the driver gives no reason"
