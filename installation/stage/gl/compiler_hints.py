"""Compiler hints: what would be right where a GLSL compiler does not know a name, or knows it already."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

from installation.interface.uniforms import FIXED_TYPES, KNOB_PHASE_SUFFIX, LONGEST_PHASE_SECONDS, phase_seconds
from installation.stage.gl.glsl_source import LIBRARY_SHADERS, GlslSource, declared_uniforms, without_comments

SIMILAR = 0.65
"""Similarity from which on a name is suggested, 1 for the same."""
PHASE_REMEDY = (
    "time reaches shaders as phases: declare `phase_8`, which goes from 0 to 1 in 8 seconds, or another period"
)
"""For names of the time."""
REMEDIES = {
    "time": PHASE_REMEDY,
    "TIME": PHASE_REMEDY,
    "iTime": PHASE_REMEDY,
    "u_time": PHASE_REMEDY,
    **dict.fromkeys(("RENDERSIZE", "iResolution", "u_resolution"), "declare `uniform vec2 resolution;`"),
    "isf_FragNormCoord": "write `uv`",
    "TIMEDELTA": "declare `uniform float dt;`",
    "FRAMEINDEX": "declare `uniform int frame;`",
    **dict.fromkeys(("IMG_THIS_PIXEL", "IMG_THIS_NORM_PIXEL"), "write `texture(NAME, uv)`"),
    "IMG_NORM_PIXEL": "write `texture(NAME, place)`, with a place 0..1",
    "IMG_PIXEL": "write `texelFetch(NAME, ivec2(place), 0)`, with a place in pixels",
    "IMG_SIZE": "write `textureSize(NAME, 0)`",
}
"""What to do instead, by a name that authors know from ISF or other hosts."""
OUTPUT_NAMES = ("gl_FragColor", "fragColor", "FragColor", "fragcolor", "outColor", "color", "gl_FragData")
"""What other hosts call a fragment shader's result."""
LATER_INCLUDES = ("curve.glsl", "transition.glsl")
"""Includes for other shaders than a scene's: where another has a function too, that one is suggested."""
BUILT_IN_FUNCTIONS = re.findall(
    r"\w+",
    "abs acos all any asin atan ceil clamp cos cross degrees dFdx dFdy distance dot exp exp2 faceforward floor fract "
    "fwidth inversesqrt length log log2 max min mix mod normalize pow radians reflect refract round sign sin "
    "smoothstep sqrt step tan texelFetch texture textureLod textureSize trunc",
)
"""The functions of GLSL that scenes use most."""

_UNKNOWN_FUNCTION = re.compile(
    r"no function with name '(\w+)'"  # Mesa
    r"|call of undeclared identifier '(\w+)'"  # macOS
    r"|'(\w+)' : no matching overloaded function"  # AMD, Intel
    r"|unable to find compatible overloaded function \"(\w+)\("  # NVIDIA
)
_UNKNOWN_NAME = re.compile(
    r"`(\w+)' undeclared|undeclared identifier '(\w+)'|'(\w+)' : undeclared identifier"
    r"|undefined variable \"(\w+)\"|[Uu]ndeclared identifier:? (\w+)"
)
_KNOWN_ALREADY = re.compile(
    r"`(\w+)' redeclared|redeclaration of `(\w+)'|'(\w+)' : redefinition|[Rr]edefinition of '(\w+)'"
    r"|redefinition of \"(\w+)\""
)
_TYPE = r"(?:float|double|int|uint|bool|void|[biu]?vec[234]|mat[234](?:x[234])?|sampler\w+)"
_FUNCTION = re.compile(rf"^\s*(?:highp\s+|mediump\s+|lowp\s+)?{_TYPE}\s+(\w+)\s*\(", re.MULTILINE)
_VARIABLE = re.compile(rf"\b{_TYPE}\s+(\w+)\b(?!\s*\()")
_CONSTANTS = re.compile(rf"^\s*const\s+{_TYPE}\s+([^;]*);|^\s*#define\s+(\w+)", re.MULTILINE)
"""A declaration may have several names, such as the joints."""


def advice(name: str, known: Iterable[str]) -> str:
    """The remedy for an unknown name, or the name that is nearest; begins with a semicolon, empty without either."""
    if name in REMEDIES:
        return f"; {REMEDIES[name]}"
    if name.startswith("phase_"):
        return f"; write `phase_N` with a whole number N of seconds, 1..{LONGEST_PHASE_SECONDS}"
    near = get_close_matches(name, tuple(known), 1, SIMILAR)
    return f"; did you mean `{near[0]}`?" if near else ""


def hint(message: str, source: GlslSource, file: str) -> str:
    """What would be right where `message` of a compiler is about a name; empty, or begins with a semicolon.

    `source` is the shader's, and `file` the one of its files that has the error.
    """
    if name := _name(_UNKNOWN_FUNCTION, message):
        return _function_hint(name, source)
    if name := _name(_UNKNOWN_NAME, message):
        return _name_hint(name, source, file)
    if (name := _name(_KNOWN_ALREADY, message)) and _is_of_the_host(name, source):
        return "; the host declares it; leave the line out"
    return ""


def _name(pattern: re.Pattern[str], message: str) -> str:
    found = pattern.search(message)
    return next((each for each in found.groups() if each), "") if found else ""


def _is_of_the_host(name: str, source: GlslSource) -> bool:
    """Whether a line that no file holds declares a name."""
    lines = zip(source.text.splitlines(), source.lines, strict=False)
    return any(re.search(rf"\b{re.escape(name)}\b", text) for text, (file, _) in lines if not file and text[:2] != "//")


def _function_hint(name: str, source: GlslSource) -> str:
    if name in REMEDIES:
        return f"; {REMEDIES[name]}"
    index = library_names()
    if place := _library_place(name, source):
        return place
    written = _FUNCTION.findall(without_comments(source.text))
    near = get_close_matches(name, {*written, *BUILT_IN_FUNCTIONS, *index} - {"main"}, 1, SIMILAR)
    if not near:
        return ""
    elsewhere = near[0] not in written and near[0] not in BUILT_IN_FUNCTIONS
    include = f' It is in {index[near[0]]}: #include "{index[near[0]]}"' if elsewhere else ""
    return f"; did you mean `{near[0]}`?{include}"


def _name_hint(name: str, source: GlslSource, file: str) -> str:
    if _is_of_the_host("colour", source) and name in OUTPUT_NAMES:
        return "; write to `colour`"
    if name in REMEDIES:
        return f"; {REMEDIES[name]}"
    types = FIXED_TYPES
    if (glsl := types.get(name)) or phase_seconds(name) is not None:
        return f"; declare `uniform {glsl or 'float'} {name};`"
    if name.isupper() and (place := _library_place(name, source)):  # a constant; functions have small letters
        return place
    if (knob := name.removesuffix(KNOB_PHASE_SUFFIX)) != name:
        return f"; declare `uniform float {name};`, which the host gives where `{knob}` is a number knob"
    declared = declared_uniforms(source.text)
    near = get_close_matches(name, {*declared, *types, *_variables(source, file)}, 1, SIMILAR)
    if not near:
        return ""
    undeclared = near[0] in types and near[0] not in declared
    declare = f" Declare `uniform {types[near[0]]} {near[0]};`" if undeclared else ""
    return f"; did you mean `{near[0]}`?{declare}"


def _variables(source: GlslSource, file: str) -> Collection[str]:
    """Names of what one file of a shader declares, and of what the host does."""
    lines = zip(source.text.splitlines(), source.lines, strict=False)
    return set(_VARIABLE.findall("\n".join(text for text, (of, _) in lines if of in ("", file))))


def _library_place(name: str, source: GlslSource) -> str:
    """How to include the file of the library that has a function or constant of this name; empty where none has."""
    if (file := library_names().get(name)) is None:
        return ""
    if str((LIBRARY_SHADERS / file).resolve()) in source.files:
        return f"; `{name}` is in {file}, which is included below this line; include it further up"
    return f'; `{name}` is in {file}: #include "{file}"'


@lru_cache(1)
def library_names() -> Mapping[str, str]:
    """Files of the library by the functions and constants that they hold; read at the first error that asks."""
    found: dict[str, str] = {}
    for path in sorted(LIBRARY_SHADERS.glob("*.glsl"), key=lambda path: (path.name in LATER_INCLUDES, path.name)):
        try:
            text = without_comments(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            continue  # a hint less
        declared = " ".join(" ".join(names) for names in _CONSTANTS.findall(text))
        constants = re.findall(r"\b[A-Z][A-Z0-9_]+\b", declared)
        for name in (*_FUNCTION.findall(text), *constants):
            found.setdefault(name, path.name)
    return found
