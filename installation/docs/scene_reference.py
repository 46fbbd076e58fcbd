"""The part of docs/scenes.md that is made from the code: uniforms, textures, knobs, header, includes, interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from installation.docs.api_pages import interface_names
from installation.docs.glsl_reference import GlslInclude, read_includes
from installation.docs.header_reference import header_reference
from installation.docs.markdown_text import cell, code, inserted, plain, table
from installation.docs.python_source import Documented, first_sentence
from installation.interface.knobs import Knob
from installation.interface.uniforms import HOST_UNIFORMS, KNOB_PHASE_SUFFIX
from installation.paint.engines.weights import style_names
from installation.stage.bodies.bodies import COLUMNS, MAX_BODIES
from installation.stage.gl.glsl_source import LIBRARY_SHADERS
from motion.landmarks import LANDMARKS
from motion.skeleton import BONES, CORE_COUNT

PAGE = "scenes.md"
BEGIN = "<!-- From here to the end the page is written by `make docs` from the code; do not edit it. -->"
END = "<!-- The end of what is made from the code. -->"
ROOT = Path(__file__).parents[2]
NAMES_IN_COLUMN = 11
KNOB_KINDS = (
    (Knob("depth", 0.5, 0.0, 2.0), "`float`; `depth" + KNOB_PHASE_SUFFIX + "` too, see below", "clamped to low..high"),
    (Knob("count", 5, 1, 9), "`int`", "rounded, and clamped to low..high"),
    (Knob("mirror", True), "`bool`", "on from 0.5"),
    (Knob("paper", "white", choices=("white", "black")), "`int`, 0 for the first choice", "its word, or 1, 2, …"),
    (Knob("ink", (1.0, 0.4, 0.1)), "`vec3` or `vec4`, in display values", "three numbers 0..1, or 0..255"),
)
"""A knob of each kind, what a shader sees of it, and what OSC may send."""


def scenes_page(text: str) -> str:
    """docs/scenes.md with its reference made anew."""
    return inserted(text, "\n\n".join(part.strip() for part in _parts()), BEGIN, END)


def _parts() -> Iterator[str]:
    yield "## Uniforms that the host gives"
    yield "A shader declares those that it wants, by these names, and they have their values. Everything else is yours."
    rows = ([code(each.name), code(each.glsl), plain(each.help)] for each in HOST_UNIFORMS)
    yield table(("name", "type", "what it holds"), rows)
    yield from _textures()
    yield from _knobs()
    yield from header_reference()
    yield "## Includes"
    yield (
        'Write `#include "NAME.glsl"` at the top of a shader. Lengths and places are canvas coordinates, 0..1 from the '
        "lower left corner, unless the text says otherwise."
    )
    yield "`NAME.vert` is no include, but the vertex shader that goes with `NAME.glsl`."
    for include in read_includes(LIBRARY_SHADERS):
        yield from _include(include)
    yield "## Names of installation.interface"
    yield (
        "All that a scene in Python imports. Each text is a first sentence here; the site that `make docs` builds has "
        "the whole of it, on its page *API: installation.interface*."
    )
    for module, names in interface_names(ROOT):
        yield f"### {module.name.rpartition('.')[2]}"
        yield plain(first_sentence(module.doc))
        yield from _names(names)


def _textures() -> Iterator[str]:
    members = {
        f"{one.name}.{each.name}": each.doc
        for _, names in interface_names(ROOT)
        for one in names
        for each in one.members
    }
    hosted = {each.name: each.help for each in HOST_UNIFORMS}
    layout = {
        "mask": members["VisitorTextures.mask"],
        "flow": members["VisitorTextures.flow"],
        "joints": members["VisitorTextures.joints"],
        "motions": members["VisitorTextures.motions"],
        "camera": hosted["camera"],
        "painting": hosted["painting"],
        "previous": hosted["previous"],
    }
    yield "## Layout of the textures"
    yield "R, G, B and A are the four numbers of a pixel: `.r`, `.g`, `.b` and `.a` in GLSL."
    yield table(("texture", "layout"), ([code(name), plain(" ".join(text.split()))] for name, text in layout.items()))
    yield "### Joints"
    yield (
        "A row of `joints` and `motions` is a person: rows 0 to `people` - 1 may be in use, and the presence in a row "
        f"that is free is 0. The {len(LANDMARKS)} columns are the joints of MediaPipe, with these names in "
        "`joints.glsl`; left is the person's own left."
    )
    yield _numbered([code(name.upper()) for name in LANDMARKS], "joint")
    yield "### Bodies"
    yield (
        f"`Graphics.bodies().table` has {COLUMNS} columns and {MAX_BODIES} rows of four floats; a row is a body. "
        f"Columns 3b to 3b + 2 are the matrix of bone b, column {3 * CORE_COUNT} + b is the velocity and trust of its "
        f"joint, and column {COLUMNS - 1} is presence, tint, size and energy. `flesh.glsl` reads all of it."
    )
    yield _numbered([plain(name) for name in BONES[:CORE_COUNT]], "bone")
    yield "### Styles of the painter"
    yield (
        f"A `Commission` names its styles, with a weight each: {', '.join(code(name) for name in style_names())}. So "
        f'`Commission(styles=(("{style_names()[1]}", 1.0),))` is painted like the second of them.'
    )


def _numbered(names: list[str], head: str) -> str:
    """Names with their numbers, from 0, in columns of eleven."""
    columns = [
        list(enumerate(names))[begin : begin + NAMES_IN_COLUMN] for begin in range(0, len(names), NAMES_IN_COLUMN)
    ]
    rows = ([text for number, name in row for text in (str(number), name)] for row in zip(*columns, strict=True))
    return table(("", head) * len(columns), rows)


def _knobs() -> Iterator[str]:
    yield "## Kinds of knobs"
    yield "The type of the default decides the kind."
    rows = ([knob.kind, code(_written(knob)), seen, sent] for knob, seen, sent in KNOB_KINDS)
    yield table(("kind", "in Python", "a shader sees", "what may be sent"), rows)
    yield (
        f"`depth{KNOB_PHASE_SUFFIX}` is the knob as a speed: it goes from 0 to 1 `depth` times a second. A speed that "
        "is multiplied with a time would make the picture jump whenever the knob is turned. A speed below 0, where the "
        "knob's range has one, runs backwards, from 1 to 0."
    )


def _written(knob: Knob) -> str:
    """A knob as it is written in a scene."""
    written = f'Knob("{knob.name}", {knob.default!r}'.replace("'", '"')
    if knob.kind in ("number", "whole number"):
        written += f", {knob.low}, {knob.high}"
    if knob.choices:
        written += f", choices={knob.choices!r}".replace("'", '"')
    return written + ")"


def _include(include: GlslInclude) -> Iterator[str]:
    yield f"### {include.name}"
    yield "\n".join(line if line.startswith("    ") else plain(line) for line in include.doc.splitlines())
    if include.includes:
        yield f"It includes {_listed(include.includes)}."
    if include.uniforms:
        yield f"It declares the uniforms {_listed(include.uniforms)}."
    if include.varyings:
        rows = ([code(each.declaration), plain(each.doc)] for each in include.varyings)
        yield table(("`in` and `out`", "what it is"), rows)
    if include.constants:
        yield f"Constants: {_listed(include.constants)}."
    if include.functions:
        rows = ([code(each.signature), plain(each.doc)] for each in include.functions)
        yield table(("function", "what it does"), rows)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(code(each) for each in names)


def _names(names: tuple[Documented, ...]) -> Iterator[str]:
    """The names of a module: those without members in one table, each of the others with a table of its own."""
    small = [each for each in names if not each.members]
    if small:
        yield table(("name", "what it is"), ([code(each.signature), plain(each.first_sentence)] for each in small))
    for one in names:
        if one.members:
            yield f"#### {one.name}"
            yield plain(one.first_sentence)
            rows = ([code(each.signature), cell(plain(each.first_sentence))] for each in one.members)
            yield table(("member", "what it is"), rows)
