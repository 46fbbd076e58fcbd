"""Compiler log: the errors of a driver's GLSL compiler with file and line, the first of them with a hint.

One mistake makes a compiler write many lines: the overloads of a function that fits nowhere, errors that follow from an
unknown name, warnings. An error has the first mistake as its message and all lines as its detail, for the log file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from installation.stage.gl.compiler_hints import hint
from installation.stage.gl.glsl_source import GlslError, GlslSource

MAX_CANDIDATES = 3
"""Overloads of a function that an error lists."""

_LOG_LINE = re.compile(r"^\s*(?:(?:ERROR|WARNING):\s*)?\d+[:(](\d+)(?:\(\d+\))?\)?\s*:?\s*(.*)$")
"""Mesa writes `0:12(3): error: …`, NVIDIA `0(12) : error …`, the others `ERROR: 0:12: …`."""
_WARNING = re.compile(r"\s*(?:0:\d+\(\d+\):\s*)?warning\b", re.IGNORECASE)
_CANDIDATE = re.compile(r"error: {2,}(\w+ (\w+)\((.*)\))$")
"""An overload of the function that the line before calls, as Mesa writes it."""
_CANDIDATES_FOLLOW = re.compile(r"to `\w+\((.*)\)'(; candidates are:)$")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a compiler's log."""

    message: str
    source: GlslSource
    file: str = ""
    """Empty where the line belongs to none, as what a linker says."""
    number: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {self.message}" if self.file else self.message

    @property
    def is_mistake(self) -> bool:
        """Whether it is an error of its own, and not a warning or an overload."""
        return _WARNING.match(self.message) is None and _CANDIDATE.match(self.message) is None


def compile_error(log: str, vertex: GlslSource, fragment: GlslSource) -> GlslError:
    """The error for a driver's log: the first mistake with file, line and a hint, and how many lines have others."""
    lines = _read(log, vertex, fragment)
    if not lines:
        return GlslError(f"{fragment.files[0]}:1: the driver gives no reason")
    detail = "\n".join(str(line) for line in lines)
    for source in (vertex, fragment):
        if not source.has_main:
            return GlslError(f"{source.files[0]}:1: there is no `void main()`; {lines[0]}", detail)
    mistakes = [line for line in lines if line.is_mistake and line.file]
    if not mistakes:
        # What the linker says belongs to no line.
        return GlslError(f"{fragment.files[0]}:1: " + "\n".join(line.message for line in lines), detail)
    first = mistakes[0]
    more = len({(line.file, line.number) for line in mistakes}) - 1
    text = f"{_with_candidates(first, lines)}{hint(first.message, first.source, first.file)}"
    return GlslError(f"{text} (and {more} more)" if more else text, detail)


def _read(log: str, vertex: GlslSource, fragment: GlslSource) -> list[LogLine]:
    """The lines of a log; moderngl heads each part of it with the kind of shader."""
    source, lines = fragment, list[LogLine]()
    for line in log.splitlines():
        if line.strip() in ("vertex_shader", "fragment_shader"):
            source = vertex if line.strip() == "vertex_shader" else fragment
        elif found := _LOG_LINE.match(line):
            number = int(found[1])
            file, at = source.lines[number - 1] if 0 < number <= len(source.lines) else ("", 0)
            kind = "warning: " if line.lstrip().startswith("WARNING:") else ""
            lines.append(LogLine(kind + found[2], source, file, at))
        elif line.strip().strip("=") and line.strip() != "Program" and not line.startswith("GLSL "):
            lines.append(LogLine(line.strip(), source))
    return lines


def _with_candidates(first: LogLine, lines: Sequence[LogLine]) -> str:
    """A mistake as text; where a call fits no overload, with those that take as many arguments."""
    found = _CANDIDATES_FOLLOW.search(first.message)
    if found is None:
        return str(first)
    candidates = list[tuple[str, int]]()
    for line in lines[lines.index(first) + 1 :]:
        overload = _CANDIDATE.match(line.message)
        if overload is None:
            break
        if not re.search(r"\bd(ouble|vec\d|mat\d)", overload[1]):
            candidates.append((overload[1], len(overload[3].split(",")) if overload[3] else 0))
    text, count = str(first).removesuffix(found[2]), len(found[1].split(",")) if found[1] else 0
    fitting = [overload for overload, arguments in candidates if arguments == count]
    if fitting:
        others = ", …" if len(fitting) > MAX_CANDIDATES else ""
        return f"{text}; there is {', '.join(f'`{each}`' for each in fitting[:MAX_CANDIDATES])}{others}"
    if candidates:
        takes = " or ".join(str(number) for number in sorted({arguments for _, arguments in candidates}))
        return f"{text}; it takes {takes} argument{'' if takes == '1' else 's'}, not {count}"
    return text
