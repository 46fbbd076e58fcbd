"""Reference of the header of a lone shader: its keys, and the types of its inputs with the knobs that they make."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from installation.docs.markdown_text import code, table
from installation.interface.dancer import Cast
from installation.stage.gl.isf_header import GLSL_TYPES, MAX_SIDE_PX, SIZE_FUNCTIONS
from installation.stage.shader_scene import shader_scene

KEYS = (
    ("DESCRIPTION", "A sentence about the scene"),
    ("INPUTS", "A list of objects: the scene's knobs and pictures"),
    ("… NAME", "Its name: the knob is at `/scene/SCENE/NAME`, and the uniform is declared by itself"),
    ("… TYPE", "One of the types below"),
    ("… LABEL", "The help that overlays and control surfaces show"),
    ("… DEFAULT", "The value at the begin; a list of numbers for a point or colour"),
    ("… MIN", "The lowest value; 0 when left out"),
    ("… MAX", "The highest value; 1 when left out, for a long 10"),
    ("… VALUES", "Of a long: the whole numbers that the shader sees"),
    ("… LABELS", "Of a long: a word for each of VALUES"),
    ("PASSES", "A list of objects: the shader is drawn once for each, in this order, with `PASSINDEX` 0, 1, …"),
    ("… TARGET", "The texture it draws on, and the uniform by which every pass reads it; left out, the canvas"),
    ("… PERSISTENT", "Whether the texture keeps its content; the pass itself then reads that of the frame before"),
    ("… FLOAT", "Whether the texture holds 32-bit floats; half floats otherwise"),
    (
        "… WIDTH",
        'Its width in pixels: fixed, as `"33"`, or by the canvas, as `"$WIDTH / 4"`; the canvas\'s when left out',
    ),
    ("… HEIGHT", 'Its height in pixels: fixed, as `"16"`, or by the canvas, as `"$HEIGHT / 4"`; else the canvas\'s'),
    ("IMPORTED", "Pictures by name: an object for each; the shader reads them by these names"),
    ("… PATH", "The file of such a picture, searched beside the scene"),
    ("VISITANT", "An object with our own two keys"),
    ("… cast", f"How many dancers: an object with {', '.join(f'`{each.name}`' for each in fields(Cast))}, as `Cast`"),
    ("… presets", "Looks by name: an object for each, with values of inputs by their names"),
)
"""Every key that is read, and what it means."""


def header_reference() -> Iterator[str]:
    """The section of docs/scenes.md."""
    yield "## Header of a lone shader"
    yield (
        "A comment at the top of the file holds one JSON object. It is the header of [ISF](https://docs.isf.video), "
        "version 2, with a key of our own. Keys that are not listed here are ignored, unless they look like a misspelt "
        "one. An input or target that has the name of a uniform of the host takes its place, and the log says so."
    )
    yield table(("key", "what it holds"), ([code(key), meaning] for key, meaning in KEYS))
    functions = ", ".join(code(each) for each in SIZE_FUNCTIONS)
    yield (
        "WIDTH and HEIGHT may have numbers, `$WIDTH` and `$HEIGHT` of the canvas, `+ - * /`, parentheses, and the "
        f'functions {functions}, as in `"max($WIDTH, $HEIGHT) / 8"`. The result is rounded, and at least 1; '
        f"at most {MAX_SIDE_PX} is allowed."
    )
    yield "### Types of inputs"
    yield table(
        ("TYPE", "knob", "a shader sees"),
        ([code(kind), _knobs_of(kind), code(seen)] for kind, seen in GLSL_TYPES.items()),
    )


def _knobs_of(kind: str) -> str:
    """The knobs that an input of this type makes, as words."""
    header = {"INPUTS": [{"NAME": "NAME", "TYPE": kind}]}
    knobs = shader_scene("sample", Path("sample.frag"), f"/*{json.dumps(header)}*/").knobs
    if not knobs:
        return "none: a picture"
    return ", ".join(f"{each.kind} {code(each.name)}" for each in knobs)
