"""Pages of the site about scenes: the built-in works with their knobs, and the examples with their code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from installation.docs.api_pages import paragraphs
from installation.docs.markdown_text import code, plain, table
from installation.interface.knobs import Knob
from installation.interface.scene import Scene
from installation.stage.gl.isf_header import read_header
from installation.stage.scene_loader import BUILT_IN_SCENES, find_scene, scene_names

LANGUAGES = {".frag": "glsl", ".vert": "glsl", ".glsl": "glsl", ".py": "python"}
"""Files of examples, with the language of their code."""

EXAMPLES_HEAD = """\
# Examples

Small scenes to take apart. Type in the folder `docs/examples`, with a name from this page:

    visitant run --scene feedback"""
"""The begin of the page where the folder has no README."""


def works_page() -> str:
    """The scenes that come along: intent, knobs, presets."""
    lines = ["# The works", "The scenes that come with Visitant. `visitant run --scene NAME` plays one of them."]
    for name in scene_names((BUILT_IN_SCENES,)):
        lines += _work(name, find_scene(name, (BUILT_IN_SCENES,)))
    return "\n\n".join(lines) + "\n"


def _work(name: str, scene: type[Scene]) -> list[str]:
    rows = ([code(f"/scene/{name}/{knob.name}"), _range(knob), plain(knob.help)] for knob in scene.knobs)
    presets = ", ".join(code(preset) for preset in scene.presets)
    return [
        f"## {name}",
        *(text.strip() for text in paragraphs(re.sub(r"\n +", "\n", scene.__doc__ or ""))),
        table(("knob", "range", "what it does"), rows).strip(),
        *([f"Presets: {presets}."] if presets else []),
    ]


def _range(knob: Knob) -> str:
    if knob.choices:
        return plain(", ".join(knob.choices))
    if knob.kind in ("switch", "colour"):
        return knob.kind
    return f"{knob.low:g}..{knob.high:g} {knob.unit}".strip()


def examples_page(folder: Path) -> str:
    """The examples: what their README says, and the code of each."""
    readme = folder / "README.md"
    lines = [readme.read_text(encoding="utf-8").rstrip() if readme.is_file() else EXAMPLES_HEAD]
    files = [file for file in sorted(folder.rglob("*")) if file.suffix in LANGUAGES and not file.name.startswith("__")]
    # The module of a scene comes before its shaders.
    for example, own in groupby(
        sorted(files, key=lambda file: _place(file, files)), lambda file: _example(file, files)
    ):
        lines.append(f"## {example}")
        for file in own:
            text = file.read_text(encoding="utf-8").rstrip()
            lines += _description(file, text)
            lines.append(f"````{LANGUAGES[file.suffix]} {file.relative_to(folder).as_posix()}\n{text}\n````")
    return "\n\n".join(lines) + "\n"


def _example(file: Path, files: Iterable[Path]) -> str:
    """The example that a file belongs to: a scene's module with its shaders NAME.frag, NAME_show.frag; else itself."""
    modules = (each.stem for each in files if each.suffix == ".py")
    owners = [stem for stem in modules if file.stem == stem or file.stem.startswith(f"{stem}_")]
    return max(owners, key=len, default=file.stem)


def _place(file: Path, files: Iterable[Path]) -> tuple[str, bool, str]:
    return _example(file, files), file.suffix != ".py", file.name


def _description(file: Path, text: str) -> list[str]:
    """What a shader's header says of it; the code says the rest."""
    header = read_header(text, file) if file.suffix == ".frag" else None
    return [plain(header.description)] if header is not None and header.description else []
