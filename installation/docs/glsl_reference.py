"""Reference of the GLSL includes in shaders/: functions, constants, uniforms, `in` and `out`, with their comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FUNCTION = re.compile(r"^(\w+)\s+(\w+)\(([^)]*)\)\s*\{")
_CONSTANT = re.compile(r"^const\s+\w+\s+(.*)$")
_UNIFORM = re.compile(r"^uniform\s+([^;]*);")
_VARYING = re.compile(r"^(?:flat\s+)?(in|out)\s+(\w+)\s+([^;]*);\s*(?://\s*(.*))?$")
_INCLUDE = re.compile(r'^#include\s+"([^"]+)"')


@dataclass(frozen=True, slots=True)
class GlslFunction:
    """A function of an include."""

    name: str
    signature: str
    """As "vec4 joint(sampler2D table, int person, int index)"."""
    doc: str
    """The comment above it."""


@dataclass(frozen=True, slots=True)
class GlslVarying:
    """What a vertex shader reads of each corner, or what it hands to the fragment shader."""

    name: str
    declaration: str
    """As "in vec3 here" or "flat out vec4 who"."""
    doc: str
    """The comment behind it."""


@dataclass(frozen=True, slots=True)
class GlslInclude:
    """What an include, or a vertex shader that all may use, offers."""

    name: str
    doc: str
    """The comment at its begin."""
    includes: tuple[str, ...]
    functions: tuple[GlslFunction, ...]
    constants: tuple[str, ...]
    uniforms: tuple[str, ...]
    """Each with its type, as "vec3 eye"."""
    varyings: tuple[GlslVarying, ...] = ()


def read_includes(folder: Path) -> tuple[GlslInclude, ...]:
    """Every include of a folder, and the vertex shader that goes with an include, by name."""
    files = sorted(folder.glob("*.glsl"))
    vertex = [file.with_suffix(".vert") for file in files if file.with_suffix(".vert").is_file()]
    return tuple(read_include(file.name, file.read_text(encoding="utf-8")) for file in sorted([*files, *vertex]))


def read_include(name: str, text: str) -> GlslInclude:
    """What the include `name` with this text offers."""
    found = _Declarations()
    for line in _joined(text):
        found.read(line)
    return GlslInclude(
        name,
        "\n".join(found.head).strip(),
        tuple(found.includes),
        tuple(found.functions),
        tuple(found.constants),
        tuple(found.uniforms),
        tuple(found.varyings),
    )


def _joined(text: str) -> list[str]:
    """The lines of a text, where a constant, or a function's arguments, that stand on several lines are on one."""

    def on_one_line(found: re.Match[str]) -> str:
        return re.sub(r"\s*(//[^\n]*)?\n\s*", " ", found[0])

    text = re.sub(r"^\w+\s+\w+\([^)]*\)\s*\{", on_one_line, text, flags=re.MULTILINE)
    return re.sub(r"^(const|uniform)\s[^;]*;", on_one_line, text, flags=re.MULTILINE).splitlines()


class _Declarations:
    """Collects what the lines of an include declare at their outermost level."""

    def __init__(self) -> None:
        self.head: list[str] = []
        self.functions: list[GlslFunction] = []
        self.constants: list[str] = []
        self.uniforms: list[str] = []
        self.varyings: list[GlslVarying] = []
        self.includes: list[str] = []
        self._begun = False
        self._comment: list[str] = []
        self._declared = False
        """Whether code followed the comment, so that the next comment line begins another one."""
        self._depth = 0

    def read(self, line: str) -> None:
        """Read the next line."""
        if self._depth == 0:
            if line.startswith("//"):
                self._read_comment(line.removeprefix("//").removeprefix(" "))
            elif not line.strip():
                self._begun, self._comment = True, []
            else:
                self._begun = self._declared = True
                self._declare(line, " ".join(" ".join(self._comment).split()))
        code = line.split("//")[0]
        self._depth += sum(code.count(each) for each in "{(") - sum(code.count(each) for each in "})")

    def _read_comment(self, text: str) -> None:
        if not self._begun:
            self.head.append(text.rstrip())
            return
        if self._declared:
            self._comment, self._declared = [], False
        self._comment.append(text)

    def _declare(self, line: str, doc: str) -> None:
        if found := _FUNCTION.match(line):
            arguments = " ".join(found[3].split())
            if found[2] != "main":
                self.functions.append(GlslFunction(found[2], f"{found[1]} {found[2]}({arguments})", doc))
        elif found := _CONSTANT.match(line):
            outermost = re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)", "", found[1])
            self.constants += re.findall(r"(\w+)(?:\[[^\]]*\])?\s*=", outermost)
        elif found := _UNIFORM.match(line):
            kind, _, names = found[1].partition(" ")
            self.uniforms += [f"{kind} {name.strip()}" for name in names.split(",")]
        elif found := _VARYING.match(line):
            declared = line.split(";")[0].rpartition(found[3])[0].strip()
            names = [name.strip() for name in found[3].split(",")]
            self.varyings += [GlslVarying(name, f"{declared} {name}", found[4] or "") for name in names]
        elif found := _INCLUDE.match(line):
            self.includes.append(found[1])
