"""Header of a fragment shader: JSON in its first comment, as in ISF 2, with its inputs, passes and description.

The format is that of https://docs.isf.video (Interactive Shader Format, version 2). One key is our own, "VISITANT": an
object with "cast" (the fields of `interface.Cast`) and "presets" (values of the inputs by name).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from installation.stage.gl.glsl_source import GlslError

_HEADER = re.compile(r"\A\ufeff?\s*(?://[^\n]*\n\s*)*/\*\s*(?=\{)")
"""What comes before the JSON object: line comments, and the opening of the comment that holds it."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
GLSL_TYPES = {
    "float": "float",
    "bool": "bool",
    "event": "bool",
    "long": "int",
    "color": "vec4",
    "point2D": "vec2",
    "image": "sampler2D",
    "audio": "sampler2D",
    "audioFFT": "sampler2D",
}
"""Types of inputs, and what the shader sees of each."""
SIZE_WORDS = re.compile(r"\s*(\$WIDTH|\$HEIGHT|[0-9.]+|[-+*/()])")
"""What an expression for a pass's width or height is made of."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input: a knob, or a picture."""

    name: str
    type: str
    """A key of GLSL_TYPES."""
    default: Any = None
    low: Any = None
    high: Any = None
    label: str = ""
    values: tuple[int, ...] = ()
    """Of a "long": the numbers that the shader sees."""
    labels: tuple[str, ...] = ()
    """Of a "long": a word for each of `values`."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One drawing of the shader, on a target of its own or on the canvas."""

    target: str = ""
    """Name under which the shader reads the result; empty for the canvas."""
    persistent: bool = False
    """Whether the target keeps its content, and the pass reads that of the frame before."""
    floating: bool = False
    """Whether the target holds 32-bit floats."""
    width: str = "$WIDTH"
    height: str = "$HEIGHT"
    """Expressions of $WIDTH and $HEIGHT, the canvas in pixels."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a fragment shader says about itself."""

    description: str = ""
    inputs: tuple[Input, ...] = ()
    passes: tuple[Pass, ...] = ()
    imported: Mapping[str, str] = field(default_factory=dict)
    """Names of picture files by the samplers that read them."""
    cast: Mapping[str, Any] | None = None
    presets: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def declarations(self) -> Mapping[str, str]:
        """GLSL types of the uniforms that the header declares, by name."""
        found = {each.name: GLSL_TYPES[each.type] for each in self.inputs}
        found |= {each.target: "sampler2D" for each in self.passes if each.target}
        found |= dict.fromkeys(self.imported, "sampler2D")
        return found | ({"PASSINDEX": "int"} if self.passes else {})


def has_header(text: str) -> bool:
    """Whether a shader's text begins with a comment that holds a JSON object."""
    return _HEADER.match(text) is not None


def read_header(text: str, file: Path) -> Header | None:
    """The header of a shader's text; None without one. Raises GlslError with the line of `file` and the remedy."""
    return _read(text, file) if has_header(text) else None


@cache
def _read(text: str, file: Path) -> Header:
    begin = _HEADER.match(text)
    assert begin is not None
    try:
        found, end = json.JSONDecoder().raw_decode(text, begin.end())
    except json.JSONDecodeError as error:
        raise GlslError(f"{file}:{error.lineno}: the header is no JSON: {error.msg}, column {error.colno}") from None
    place = f"{file}:{text.count(chr(10), 0, begin.end()) + 1}"
    if not text[end:].lstrip().startswith("*/"):
        line = text.count("\n", 0, end) + 1
        raise GlslError(f'{file}:{line}: after the header\'s last brace the comment should end with "*/"')
    parser = _Parser(text, file, place)
    own = parser.objects(found, "VISITANT", "an object")
    return Header(
        str(found.get("DESCRIPTION", "")),
        tuple(parser.input(each) for each in parser.list_of(found, "INPUTS")),
        tuple(parser.target(each) for each in parser.list_of(found, "PASSES")),
        parser.imported(found.get("IMPORTED", {})),
        own.get("cast"),
        own.get("presets"),
    )


class _Parser:
    """Reads the parts of one header, and names the line of what is wrong."""

    def __init__(self, text: str, file: Path, place: str) -> None:
        self._text, self._file, self._place = text, file, place

    def error(self, message: str, name: str = "") -> GlslError:
        """An error at the line where `name` stands in the header."""
        at = self._text.find(f'"{name}"') if name else -1
        line = f"{self._file}:{self._text.count(chr(10), 0, at) + 1}" if at >= 0 else self._place
        return GlslError(f"{line}: {message}")

    def objects(self, found: Mapping[str, Any], key: str, right: str) -> Mapping[str, Any]:
        """The object at `key`, empty without one."""
        value = found.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{key} should be {right}", key)
        return value

    def list_of(self, found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        """The list of objects at `key`, empty without one."""
        value = found.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.error(f"{key} should be a list of objects", key)
        return value

    def input(self, found: Mapping[str, Any]) -> Input:
        """One entry of INPUTS."""
        name, kind = str(found.get("NAME", "")), str(found.get("TYPE", ""))
        if not _NAME.fullmatch(name):
            raise self.error(f'an input\'s NAME should be letters, digits and _, not "{name}"', name)
        if kind not in GLSL_TYPES:
            raise self.error(f'input {name}: TYPE should be one of {", ".join(GLSL_TYPES)}, not "{kind}"', name)
        values, labels = found.get("VALUES", ()), found.get("LABELS", ())
        if not isinstance(values, (list, tuple)) or not all(isinstance(each, int) for each in values):
            raise self.error(f"input {name}: VALUES should be a list of whole numbers", name)
        if labels and len(labels) != len(values):
            raise self.error(f"input {name}: LABELS should be as many as VALUES, {len(values)}", name)
        return Input(
            name,
            kind,
            found.get("DEFAULT"),
            found.get("MIN"),
            found.get("MAX"),
            str(found.get("LABEL", "")),
            tuple(values),
            tuple(str(each) for each in labels),
        )

    def imported(self, found: Any) -> Mapping[str, str]:
        """IMPORTED: an object of objects by name, or the list of objects that earlier versions of ISF had."""
        if isinstance(found, list):
            found = {str(each.get("NAME", "")) if isinstance(each, dict) else "": each for each in found}
        if not isinstance(found, dict):
            raise self.error('IMPORTED should be an object such as {"leaf": {"PATH": "leaf.png"}}', "IMPORTED")
        for name, each in found.items():
            if not _NAME.fullmatch(name):
                raise self.error(f'a picture\'s name should be letters, digits and _, not "{name}"', name or "IMPORTED")
            if not isinstance(each, dict) or not isinstance(each.get("PATH"), str) or not each["PATH"]:
                raise self.error(f'picture {name}: PATH should be the name of one file, as in "leaf.png"', name)
            if str(each.get("TYPE", "image")) != "image":
                raise self.error(f'picture {name}: TYPE should be "image"; cube maps are not supported', name)
        return {name: each["PATH"] for name, each in found.items()}

    def target(self, found: Mapping[str, Any]) -> Pass:
        """One entry of PASSES."""
        name = str(found.get("TARGET", ""))
        if name and not _NAME.fullmatch(name):
            raise self.error(f'a pass\'s TARGET should be letters, digits and _, not "{name}"', name)
        sizes = str(found.get("WIDTH", "$WIDTH")), str(found.get("HEIGHT", "$HEIGHT"))
        for size in sizes:
            try:
                pixels(size, (16, 9))
            except ValueError as error:
                raise self.error(f"pass {name}: {error}", name) from None
        return Pass(name, bool(found.get("PERSISTENT")), bool(found.get("FLOAT")), *sizes)


def pixels(expression: str, canvas: tuple[int, int]) -> int:
    """Pixels of an expression such as "$WIDTH / 4" on a canvas of this width and height; raises ValueError."""
    words = SIZE_WORDS.findall(expression)
    joined = "".join(words)
    if joined != re.sub(r"\s", "", expression) or not words or "**" in joined or "//" in joined:
        raise ValueError(f'a size should be made of numbers, $WIDTH, $HEIGHT and + - * / ( ), not "{expression}"')
    values = {"$WIDTH": str(canvas[0]), "$HEIGHT": str(canvas[1])}
    try:
        # Only numbers and operators are left in it.
        found: float = eval("".join(values.get(word, word) for word in words), {"__builtins__": {}})
        return max(1, round(found))
    except (SyntaxError, TypeError, ZeroDivisionError, OverflowError, ValueError):
        raise ValueError(f'"{expression}" is no size') from None
