"""GLSL source from files: the version line, `#include`, and the file and line that each line comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from installation.core.small_file import read_small_file

NO_FILE = "there is no"
"""Begin of the error of a file that is not found."""
VERSION = "#version 410 core"
"""The newest version that macOS has."""
PREAMBLE = {"vert": "", "frag": "out vec4 colour;"}
"""What follows the version line, by the kind of shader."""
LIBRARY_SHADERS = Path(__file__).parents[3] / "shaders"
"""Includes and shaders that every scene may use."""
STAGE_SHADERS = Path(__file__).parents[1] / "glsl"
"""Shaders of the stage itself."""

SIMILAR_FILE = 0.65
"""Similarity from which on a file's name is suggested, 1 for the same."""

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"\s*(//.*)?$')
_BROKEN_INCLUDE = re.compile(r"^\s*#\s*include\b[\s\"'<]*([^\s\"'<>;]*)")
_ORIGIN = re.compile(r"^//@ (\d+) (.+)$")
"""Comment of an expanded text: the line number in a file of the line that follows."""
_MAIN = re.compile(r"\bvoid\s+main\s*\(")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_UNIFORM = re.compile(r"\buniform\s+([^;{]*);")
_PRECISION = ("lowp", "mediump", "highp")

MAX_CACHED_TEXTS = 128
"""Texts whose comments or declarations are remembered: programs share their includes."""
MAX_SOURCE_BYTES = 1 << 22
"""Of a larger file, no more is read."""


class GlslError(Exception):
    """A shader that cannot be read or compiled; the message names file and line."""

    def __init__(self, message: str, detail: str = "") -> None:
        """`detail` is for the log file: all lines of the compiler."""
        super().__init__(message)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class GlslSource:
    """The text of a vertex or fragment shader with its includes, and the origin of each line."""

    text: str
    lines: tuple[tuple[str, int], ...]
    """(path, line number) of every line of `text`; ("", 0) for lines that no file holds."""
    files: tuple[str, ...]

    @property
    def has_main(self) -> bool:
        """Whether its text holds `void main(`."""
        return _MAIN.search(without_comments(self.text)) is not None


@lru_cache(MAX_CACHED_TEXTS)
def without_comments(text: str) -> str:
    """A shader's text with spaces in place of comments; lines stay where they are."""
    return _COMMENT.sub(_blank, text)


def declaration_place(text: str, name: str) -> str:
    """File and line that declare a uniform, in an expanded text, as "file:line"; empty where no file declares it."""
    declared = re.compile(rf"\buniform\b.*\b{re.escape(name)}\b")
    file, number = "", 0
    for line in text.splitlines():
        if found := _ORIGIN.match(line):
            file, number = found[2], int(found[1]) - 1
        elif file and declared.search(line):
            return f"{file}:{number}"
        number += 1
    return ""


@lru_cache(MAX_CACHED_TEXTS)
def declared_uniforms(text: str) -> frozenset[str]:
    """Names of the uniforms that a shader's text declares, used or not."""
    found: set[str] = set()
    for declaration in _UNIFORM.findall(without_comments(text)):
        _, names = _split_declaration(declaration)
        found.update(re.sub(r"[\[=].*", "", name, flags=re.DOTALL).strip() for name in names.split(","))
    return frozenset(found - {""})


def _split_declaration(declaration: str) -> tuple[list[str], str]:
    """Precision and type of what follows `uniform`, and its names; no names in a declaration that is not finished."""
    words = declaration.split(None, 1)
    if words and words[0] in _PRECISION:
        words[1:] = words[1].split(None, 1) if len(words) > 1 else []
        return (words[:2], words[2]) if len(words) > 2 else (words, "")
    return (words[:1], words[1]) if len(words) > 1 else (words, "")


def unreadable(folder: Path) -> str:
    """What to say of a folder without rights."""
    return f"{folder}: the folder may not be read; give this user the rights to list and enter it (rx)"


def find_file(name: str, folders: Sequence[Path], prefix: str = "") -> Path:
    """The first file called `name` in `folders`.

    Raises GlslError with `prefix`, the folders that were searched and the nearest name in them.
    """
    refused = []
    for folder in folders:
        try:
            if (path := folder / name).is_file():
                return path
        except OSError:
            refused.append(folder)
    if refused:
        raise GlslError(unreadable(refused[0]))
    searched = ", ".join(dict.fromkeys(str(folder) for folder in folders))
    raise GlslError(f'{prefix}{NO_FILE} "{name}" in {searched}{_nearest_file(name, folders)}')


def _nearest_file(name: str, folders: Sequence[Path]) -> str:
    """Which file of the same kind may be meant by a name that none has; empty without one."""
    known = [path.name for folder in folders for path in folder.glob(f"*{Path(name).suffix or '.glsl'}")]
    near = get_close_matches(name, known, 1, SIMILAR_FILE)
    return f'; did you mean "{near[0]}"?' if near else ""


def expand_includes(path: Path, folders: Sequence[Path], preamble: str = "") -> GlslSource:
    """The text of the shader at `path` for the compiler, with each `#include "name.glsl"` inserted once.

    An include is searched beside the file that includes it, then in `folders`; one in a comment is left
    out, and so is a byte order mark. `preamble` follows the version line.
    Raises GlslError for a file that is missing, not text, or includes itself.
    """
    text = [VERSION, *preamble.splitlines()]
    lines: list[tuple[str, int]] = [("", 0)] * len(text)
    files: list[str] = []

    def append_file(path: Path) -> None:
        file = str(path)
        files.append(file)

        def append_origin(number: int) -> None:
            text.append(f"//@ {number} {file}")
            lines.append(("", 0))

        append_origin(1)
        try:
            written = read_small_file(path, MAX_SOURCE_BYTES).decode("utf-8-sig").splitlines()
            code = without_comments("\n".join(written)).split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise GlslError(f"{path}: {error}") from None
        for number, line in enumerate(written, 1):
            if "#" not in line:
                text.append(line)
                lines.append((file, number))
            elif include := _INCLUDE.match(code[number - 1]):
                other = find_file(include[1], (path.parent, *folders), f"{path}:{number}: ").resolve()
                if other == path:
                    raise GlslError(f'{path}:{number}: "{include[1]}" includes itself; remove this line')
                if str(other) not in files:
                    append_file(other)
                    append_origin(number + 1)
                else:
                    text.append("")
                    lines.append((file, number))
            else:
                if broken := _BROKEN_INCLUDE.match(code[number - 1]):
                    right = f'#include "{broken[1] or "NAME.glsl"}"'
                    raise GlslError(f"{path}:{number}: an include should be written {right}, alone on its line")
                text.append("" if line.lstrip().startswith("#version") else line)
                lines.append((file, number))

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
    for found in _UNIFORM.finditer(without_comments(text)):
        kind, names = _split_declaration(found[1])
        if not names or "=" in names or "(" in names:
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
