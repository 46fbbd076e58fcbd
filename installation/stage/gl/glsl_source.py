"""GLSL source from files: the version line, `#include`, and compiler errors with the file and line they belong to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

VERSION = "#version 410 core"
"""The newest version that macOS has."""
PREAMBLE = {"vert": "", "frag": "out vec4 colour;"}
"""What follows the version line, by the kind of shader."""
LIBRARY_SHADERS = Path(__file__).parents[3] / "shaders"
"""Includes and shaders that every scene may use."""
STAGE_SHADERS = Path(__file__).parents[1] / "glsl"
"""Shaders of the stage itself."""

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"\s*(//.*)?$')
_LOG_LINE = re.compile(r"^\s*(?:ERROR:\s*)?\d+[:(](\d+)(?:\(\d+\))?\)?\s*:?\s*(.*)$")
"""Mesa writes `0:12(3): error: …`, NVIDIA `0(12) : error …`, the others `ERROR: 0:12: …`."""


_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_UNIFORM = re.compile(r"\buniform\s+([^;{]*);")
_PRECISION = ("lowp", "mediump", "highp")


class GlslError(Exception):
    """A shader that cannot be read or compiled; the message names file and line."""


@dataclass(frozen=True, slots=True)
class GlslSource:
    """The text of a vertex or fragment shader with its includes, and the origin of each line."""

    text: str
    lines: tuple[tuple[str, int], ...]
    """(path, line number) of every line of `text`; ("", 0) for lines that no file holds."""
    files: tuple[str, ...]


def declared_uniforms(text: str) -> frozenset[str]:
    """Names of the uniforms that a shader's text declares, used or not."""
    found: set[str] = set()
    for declaration in _UNIFORM.findall(_COMMENT.sub(" ", text)):
        words = declaration.split(None, 2 if declaration.split()[:1] and declaration.split()[0] in _PRECISION else 1)
        found.update(re.sub(r"[\[=].*", "", name, flags=re.DOTALL).strip() for name in words[-1].split(","))
    return frozenset(found)


def find_file(name: str, folders: Sequence[Path], prefix: str = "") -> Path:
    """The first file called `name` in `folders`; raises GlslError with `prefix` and the folders that were searched."""
    for folder in folders:
        if (path := folder / name).is_file():
            return path
    searched = ", ".join(str(folder) for folder in folders)
    raise GlslError(f'{prefix}there is no "{name}" in {searched}')


def expand_includes(path: Path, folders: Sequence[Path], preamble: str = "") -> GlslSource:
    """The text of the shader at `path` for the compiler, with each `#include "name.glsl"` inserted once.

    An include is searched beside the file that includes it, then in `folders`. `preamble` follows the version line.
    Raises GlslError for a file that is missing or not text.
    """
    text = [VERSION, *preamble.splitlines()]
    lines: list[tuple[str, int]] = [("", 0)] * len(text)
    files: list[str] = []

    def append_file(path: Path) -> None:
        files.append(str(path))
        try:
            written = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise GlslError(f"{path}: {error}") from None
        for number, line in enumerate(written, 1):
            if include := _INCLUDE.match(line):
                other = find_file(include[1], (path.parent, *folders), f"{path}:{number}: ").resolve()
                if str(other) not in files:
                    append_file(other)
            else:
                text.append("" if line.lstrip().startswith("#version") else line)
                lines.append((str(path), number))

    append_file(path.resolve())
    merged = _declare_once("\n".join(text) + "\n", lines)
    return GlslSource(merged, tuple(lines), tuple(files))


def _declare_once(text: str, lines: Sequence[tuple[str, int]]) -> str:
    """`text` without declarations of uniforms that another of its files has declared before with the same type.

    So that an author may declare what an include declares too; compilers take that for an error. Lines stay where they
    are. Two declarations in one file stay as well: they may be alternatives of the preprocessor.
    """
    known: dict[tuple[str, str], str] = {}
    parts, end = list[str](), 0
    for found in _UNIFORM.finditer(_COMMENT.sub(_blank, text)):
        *kind, names = found[1].split(None, 2 if found[1].split()[:1] and found[1].split()[0] in _PRECISION else 1)
        if not kind or "=" in names or "(" in names:
            continue
        file = lines[text.count("\n", 0, found.start())][0]
        written = [name.strip() for name in names.split(",")]
        kept = [name for name in written if known.setdefault((kind[-1], name), file) == file]
        if kept != written:
            declaration = f"uniform {' '.join(kind)} {', '.join(kept)};" if kept else ""
            parts += [text[end : found.start()], declaration, "\n" * found[0].count("\n")]
            end = found.end()
    return "".join(parts) + text[end:]


def _blank(comment: re.Match[str]) -> str:
    """Spaces in place of a comment, with its line breaks."""
    return re.sub(r"[^\n]", " ", comment[0])


def translate_log(log: str, vertex: GlslSource, fragment: GlslSource) -> str:
    """The driver's error log with its line numbers replaced by file and line.

    moderngl heads each part of the log with the kind of shader.
    """
    source = fragment
    translated: list[str] = []
    for line in log.splitlines():
        if line.strip() in ("vertex_shader", "fragment_shader"):
            source = vertex if line.strip() == "vertex_shader" else fragment
        elif found := _LOG_LINE.match(line):
            number = int(found[1])
            file, at = source.lines[number - 1] if 0 < number <= len(source.lines) else ("", 0)
            translated.append(f"{file}:{at}: {found[2]}" if file else found[2])
        elif line.strip().strip("=") and not line.startswith("GLSL "):
            translated.append(line.strip())
    return "\n".join(translated) or "the driver gives no reason"
