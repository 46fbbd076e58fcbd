"""Header of a fragment shader: JSON in its first comment, as in ISF 2, with its inputs, passes and description.

The format is that of https://docs.isf.video (Interactive Shader Format, version 2). One key is our own, "VISITANT": an
object with "cast" (the fields of `interface.Cast`) and "presets" (values of the inputs by name).
"""

from __future__ import annotations

import ast
import json
import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
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
RESERVED_NAMES = frozenset(
    (
        "attribute",
        "bool",
        "break",
        "buffer",
        "case",
        "centroid",
        "coherent",
        "colour",
        "const",
        "continue",
        "default",
        "discard",
        "do",
        "double",
        "else",
        "false",
        "flat",
        "float",
        "for",
        "highp",
        "if",
        "in",
        "inout",
        "input",
        "int",
        "interface",
        "invariant",
        "layout",
        "long",
        "lowp",
        "main",
        "mediump",
        "noperspective",
        "out",
        "output",
        "partition",
        "precise",
        "precision",
        "readonly",
        "resource",
        "return",
        "sample",
        "sampler2D",
        "shared",
        "short",
        "smooth",
        "struct",
        "subroutine",
        "switch",
        "true",
        "uint",
        "uniform",
        "union",
        "using",
        "varying",
        "vec2",
        "vec3",
        "vec4",
        "void",
        "volatile",
        "while",
        "writeonly",
        "PASSINDEX",
    )
)
"""Words of GLSL, and of ours, that cannot be the name of a uniform."""
CAST_KEYS = {"each": int, "alone": int, "canon": float, "most": int}
"""Keys of a cast, and the type of each; see `interface.Cast`."""
MAX_CAST = 64
"""Largest number in a cast."""
KNOWN_KEYS = {
    "header": (
        *("DESCRIPTION", "INPUTS", "PASSES", "IMPORTED", "VISITANT"),
        *("CREDIT", "CREDITS", "CATEGORIES", "CATEGORY", "ISFVSN", "VSN", "KEYWORDS", "PERSISTENT_BUFFERS"),
    ),
    "input": ("NAME", "TYPE", "LABEL", "DEFAULT", "MIN", "MAX", "VALUES", "LABELS", "IDENTITY", "DESCRIPTION"),
    "pass": ("TARGET", "PERSISTENT", "FLOAT", "WIDTH", "HEIGHT", "DESCRIPTION"),
}
"""Keys of ISF and our own, by where they stand; other keys are ignored unless they are near one of these."""
SIMILAR_KEY = 0.75
"""Similarity to a known key from which on another is taken for a misspelt one, 1 for the same."""
KEPT_HEADERS = 64
"""Headers that are kept parsed: those of all scenes, and a few earlier texts of one that is edited."""
MAX_SIDE_PX = 16384
"""Longest side of a pass's target."""
MAX_SIZE_LENGTH = 120
"""Characters of an expression for a pass's width or height."""
SIZE_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
SIZE_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "min": min,
    "max": max,
    "abs": abs,
    "sqrt": math.sqrt,
}


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
    line: int = 1
    """Where it stands in its file."""


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
    line: int = 1
    """Where it stands in its file."""


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


def line_of(text: str, name: str) -> int:
    """The line of a header's `text` in which something called `name` is declared, or first stands in quotes; else 1."""
    quoted = re.escape(json.dumps(name, ensure_ascii=False))
    for pattern in (rf'"(?:NAME|TARGET)"\s*:\s*{quoted}', rf"{quoted}\s*:", quoted):
        if found := re.search(pattern, text):
            return text.count("\n", 0, found.start()) + 1
    return 1


@lru_cache(KEPT_HEADERS)
def _read(text: str, file: Path) -> Header:
    begin = _HEADER.match(text)
    assert begin is not None
    place = f"{file}:{text.count(chr(10), 0, begin.end()) + 1}"
    try:
        found, end = json.JSONDecoder().raw_decode(text, begin.end())
    except json.JSONDecodeError as error:
        raise GlslError(f"{file}:{error.lineno}: the header is no JSON: {error.msg}, column {error.colno}") from None
    except (RecursionError, ValueError):
        raise GlslError(f"{place}: the header nests too deep, or holds a number with too many digits") from None
    if not text[end:].lstrip().startswith("*/"):
        line = text.count("\n", 0, end) + 1
        raise GlslError(f'{file}:{line}: after the header\'s last brace the comment should end with "*/"')
    parser = _Parser(text, file, place)
    parser.require_known_keys(found, "header")
    own = parser.object_of(found, "VISITANT")
    if unknown := sorted(set(own) - {"cast", "presets"}):
        raise parser.error(f'VISITANT knows "cast" and "presets", not "{unknown[0]}"', unknown[0])
    presets = parser.object_of(own, "presets")
    header = Header(
        str(found.get("DESCRIPTION", "")),
        tuple(parser.input(each) for each in parser.list_of(found, "INPUTS")),
        tuple(parser.target(each) for each in parser.list_of(found, "PASSES")),
        parser.imported(found.get("IMPORTED", {})),
        parser.cast(own),
        {name: parser.object_of(presets, name) for name in presets},
    )
    parser.require_single_names(header)
    return header


class _Parser:
    """Reads the parts of one header, and names the line of what is wrong."""

    def __init__(self, text: str, file: Path, place: str) -> None:
        self._text, self._file, self._place = text, file, place

    def error(self, message: str, name: str = "") -> GlslError:
        """An error at the line where `name` stands in the header."""
        place = f"{self._file}:{line_of(self._text, name)}" if name else self._place
        return GlslError(f"{place}: {message}")

    def object_of(self, found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """The object at `key`, empty without one."""
        value = found.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.error(f"{key} should be an object, in braces", key)
        return value or {}

    def require_name(self, name: str, what: str) -> None:
        """Raise an error where a uniform cannot be called `name`."""
        if not _NAME.fullmatch(name):
            raise self.error(f'{what} should be letters, digits and _, not "{name}"', name)
        if name in RESERVED_NAMES or name.startswith("gl_"):
            raise self.error(f'{what} should be no word of GLSL, which "{name}" is', name)

    def require_known_keys(self, found: Mapping[str, Any], where: str) -> None:
        """Raise an error where a key is not known, and is almost one of KNOWN_KEYS."""
        for key in (key for key in found if key not in KNOWN_KEYS[where]):
            if near := get_close_matches(key.upper(), KNOWN_KEYS[where], 1, SIMILAR_KEY):
                raise self.error(f'{where}: there is no key "{key}"; did you mean {near[0]}?', key)

    def require_single_names(self, header: Header) -> None:
        """Raise an error where two inputs, passes or pictures have the same name."""
        names = [each.name for each in header.inputs if each.type != "point2D"]
        names += [f"{each.name}{end}" for each in header.inputs if each.type == "point2D" for end in ("", "_x", "_y")]
        # Several passes may draw on one target, after each other.
        names += {each.target for each in header.passes if each.target}
        names += header.imported
        for name, count in Counter(names).items():
            if count > 1:
                raise self.error(f'"{name}" is the name of {count} inputs, passes or pictures; rename one', name)

    def cast(self, own: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The cast of VISITANT."""
        cast = self.object_of(own, "cast")
        for key, value in cast.items():
            if (kind := CAST_KEYS.get(key)) is None:
                raise self.error(f'a cast knows {", ".join(CAST_KEYS)}, not "{key}"', key)
            numbers = (int, float) if kind is float else (int,)
            if not isinstance(value, numbers) or isinstance(value, bool) or not 0 <= value <= MAX_CAST:
                right = "a number" if kind is float else "a whole number"
                raise self.error(f"cast: {key} should be {right} in 0..{MAX_CAST}, not {value!r}", key)
        return cast or None

    def list_of(self, found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        """The list of objects at `key`, empty without one."""
        value = found.get(key) or []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.error(f"{key} should be a list of objects", key)
        return value

    def input(self, found: Mapping[str, Any]) -> Input:
        """One entry of INPUTS."""
        self.require_known_keys(found, "input")
        name, kind = str(found.get("NAME", "")), str(found.get("TYPE", ""))
        self.require_name(name, "an input's NAME")
        if kind not in GLSL_TYPES:
            raise self.error(f'input {name}: TYPE should be one of {", ".join(GLSL_TYPES)}, not "{kind}"', name)
        values, labels = found.get("VALUES", ()), found.get("LABELS", ())
        if not isinstance(values, (list, tuple)) or not all(type(each) is int and abs(each) < 2**31 for each in values):
            raise self.error(f"input {name}: VALUES should be a list of whole numbers of 32 bits", name)
        if not isinstance(labels, (list, tuple)) or (labels and len(labels) != len(values)):
            raise self.error(f"input {name}: LABELS should be a list, as long as VALUES, {len(values)}", name)
        for words in (values, labels):
            if len({str(each) for each in words}) < len(words):
                raise self.error(f"input {name}: VALUES and LABELS should each differ from the others", name)
        return Input(
            name,
            kind,
            found.get("DEFAULT"),
            found.get("MIN"),
            found.get("MAX"),
            str(found.get("LABEL", "")),
            tuple(values),
            tuple(str(each) for each in labels),
            line_of(self._text, name),
        )

    def imported(self, found: Any) -> Mapping[str, str]:
        """IMPORTED: an object of objects by name, or the list of objects that earlier versions of ISF had."""
        if isinstance(found, list):
            found = {str(each.get("NAME", "")) if isinstance(each, dict) else "": each for each in found}
        if not isinstance(found, dict):
            raise self.error('IMPORTED should be an object such as {"leaf": {"PATH": "leaf.png"}}', "IMPORTED")
        for name, each in found.items():
            self.require_name(name, "a picture's name")
            if not isinstance(each, dict) or not isinstance(each.get("PATH"), str) or not each["PATH"]:
                raise self.error(f'picture {name}: PATH should be the name of one file, as in "leaf.png"', name)
            if str(each.get("TYPE", "image")) != "image":
                raise self.error(f'picture {name}: TYPE should be "image"; cube maps are not supported', name)
        return {name: each["PATH"] for name, each in found.items()}

    def target(self, found: Mapping[str, Any]) -> Pass:
        """One entry of PASSES."""
        self.require_known_keys(found, "pass")
        name = str(found.get("TARGET", ""))
        if name:
            self.require_name(name, "a pass's TARGET")
        sizes = str(found.get("WIDTH", "$WIDTH")), str(found.get("HEIGHT", "$HEIGHT"))
        for size in sizes:
            try:
                pixels(size, (1920, 1080))
            except ValueError as error:
                raise self.error(f"pass {name}: {error}", name) from None
        line = line_of(self._text, name) if name else 1
        return Pass(name, bool(found.get("PERSISTENT")), bool(found.get("FLOAT")), *sizes, line)


def pixels(expression: str, canvas: tuple[int, int]) -> int:
    """Pixels of an expression such as "$WIDTH / 4" on a canvas of this width and height; raises ValueError."""
    values = {"WIDTH": float(canvas[0]), "HEIGHT": float(canvas[1])}

    def value(node: ast.expr) -> float:
        match node:
            case ast.Constant(value=float() | int() as number) if type(number) is not bool:
                return float(number)
            case ast.Name(id=name) if name in values:
                return values[name]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in SIZE_OPERATORS:
                return SIZE_OPERATORS[type(op)](value(left), value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in SIZE_FUNCTIONS:
                return float(SIZE_FUNCTIONS[name](*(value(each) for each in arguments)))
            case _:
                raise ValueError

    try:
        if len(expression) > MAX_SIZE_LENGTH or not re.fullmatch(r"(?:\$(?:WIDTH|HEIGHT)\b|[^$A-Z_])+", expression):
            raise ValueError
        found = value(ast.parse(expression.replace("$", "").strip(), mode="eval").body)
        if not 0.0 <= found <= MAX_SIDE_PX:
            raise ValueError
    except (SyntaxError, TypeError, ValueError, ArithmeticError, RecursionError, MemoryError):
        known = ", ".join(SIZE_FUNCTIONS)
        raise ValueError(
            f"a size should be 0..{MAX_SIDE_PX} pixels, made of numbers, $WIDTH, $HEIGHT, + - * / ( ) and {known}, "
            f'not "{expression[:MAX_SIZE_LENGTH]}"'
        ) from None
    return max(1, round(found))
