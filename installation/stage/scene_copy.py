"""Copies of scenes under another name: the files that a scene uses, renamed, with everything in them that names it."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installation.interface.knobs import Knob
from installation.interface.scene import Scene
from installation.stage.gl.isf_header import has_header
from installation.stage.scene_loader import SceneSource

SHADER_SUFFIXES = (".frag", ".vert", ".geom", ".glsl")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_INPUT_TYPES = {"number": "float", "whole number": "long", "switch": "bool", "choice": "long", "colour": "color"}
"""The types of inputs in a header, by the kind of knob."""


@dataclass(frozen=True, slots=True)
class SceneNames:
    """Names of a scene and of its files, before and after."""

    old: str
    new: str
    old_class: str
    files: Mapping[str, str]
    """New names of files by the old ones."""

    @property
    def stems(self) -> Mapping[str, str]:
        """The same without suffixes."""
        return {old.rpartition(".")[0]: new.rpartition(".")[0] for old, new in self.files.items()}

    @property
    def new_class(self) -> str:
        return "".join(part.capitalize() for part in self.new.split("_"))


def copied_files(source: SceneSource, scene: type[Scene], new: str) -> dict[str, bytes]:
    """The content of each file of a scene called `new`, by its name, made from another scene.

    They are the scene's own file, and the shaders and pictures beside it that it mentions. Files of the shared folder
    of shaders stay shared.
    """
    files = [source.file, *_beside(source)]
    new_names = {file.name: f"{_new_stem(file.stem, source.name, new)}{file.suffix}" for file in files}
    names = SceneNames(source.name, new, scene.__name__, new_names)
    return {new_names[file.name]: _renamed(file, names) for file in files}


def _new_stem(stem: str, old: str, new: str) -> str:
    """The name of a file of the copy: its prefix follows the scene's name."""
    return new + stem.removeprefix(old) if _belongs(stem, old) else f"{new}_{stem}"


def _belongs(stem: str, scene: str) -> bool:
    """Whether a file is called as its scene is, with something after it or not."""
    return stem == scene or stem.startswith(f"{scene}_")


def _beside(source: SceneSource) -> list[Path]:
    """The shaders and pictures in the scene's folder that it uses, directly or by includes."""
    suffixes = (*SHADER_SUFFIXES, *PICTURE_SUFFIXES)
    candidates = sorted(
        file for file in source.file.parent.iterdir() if file.suffix in suffixes and file != source.file
    )
    found: list[Path] = []
    texts = [source.text]
    while texts:
        text = texts.pop()
        for file in candidates:
            if file not in found and _mentions(text, file, source.name):
                found.append(file)
                if file.suffix in SHADER_SUFFIXES:
                    texts.append(file.read_text(encoding="utf-8-sig"))
    return found


def _mentions(text: str, file: Path, scene: str) -> bool:
    """Whether a text names a file: with its suffix, or without it where the file is called as the scene is."""
    if re.search(rf"(?<!\w){re.escape(file.name)}(?!\w)", text):
        return True
    if file.stem == scene or not _belongs(file.stem, scene):
        return False
    return re.search(rf"""["']{re.escape(file.stem)}["']|\b{re.escape(scene)}_\{{""", text) is not None


def _renamed(file: Path, names: SceneNames) -> bytes:
    """The content of a file with the names of the copy."""
    if file.suffix in PICTURE_SUFFIXES:
        return file.read_bytes()
    text = file.read_text(encoding="utf-8-sig")
    return (_python(text, names) if file.suffix == ".py" else _files_renamed(text, names)).encode()


def _files_renamed(text: str, names: SceneNames) -> str:
    """A text with the new names of the files that it mentions."""
    old = "|".join(map(re.escape, sorted(names.files, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)({old})(?!\w)", lambda found: names.files[found[1]], text)


def _python(text: str, names: SceneNames) -> str:
    """A module with its class and the strings in it renamed; other code stays as it is."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    parts, end = list[str](), 0
    strings = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        begin, after = (starts[row - 1] + column for row, column in (token.start, token.end))
        new = written = text[begin:after]
        if token.type == tokenize.NAME and written == names.old_class:
            new = names.new_class
        elif token.type in strings:
            new = _string(written, names)
        if new != written:
            parts += [text[end:begin], new]
            end = after
    return "".join(parts) + text[end:]


def _string(written: str, names: SceneNames) -> str:
    """A string or comment: files, addresses of knobs, and the scene's name at the begin of a docstring."""
    new = _files_renamed(written, names)
    new = re.sub(rf"(?<=/scene/){re.escape(names.old)}(?!\w)", names.new, new)
    new = re.sub(rf'(?<=^"""){re.escape(names.old_class)}(?!\w)', names.new_class, new)
    new = re.sub(rf"(?<!\w){re.escape(names.old)}_(?=\{{|$)", f"{names.new}_", new)
    bare = new.strip("\"'")
    if bare in names.stems and bare != names.old and _belongs(bare, names.old):
        new = new.replace(bare, names.stems[bare])
    return new


def with_header(shader: str, scene: type[Scene]) -> str:
    """A fragment shader with the description, knobs and presets of a scene as a header: a scene without Python.

    The passes of a header that the shader has already stay.
    """
    passes, shader = _without_header(shader)
    lines = ",\n".join(f"        {json.dumps(each)}" for each in map(_input, scene.knobs))
    header = (
        f'    "DESCRIPTION": {json.dumps(_description(scene), ensure_ascii=False)},\n    "INPUTS": [\n{lines}\n    ]'
    )
    if passes:
        header += ',\n    "PASSES": [\n' + ",\n".join(f"        {json.dumps(each)}" for each in passes) + "\n    ]"
    if scene.presets:
        header += f',\n    "VISITANT": {json.dumps({"presets": scene.presets})}'
    return f"/*{{\n{header}\n}}*/\n{shader}"


def _without_header(shader: str) -> tuple[list[Any], str]:
    """The passes of a shader's header, and the text behind it."""
    if not has_header(shader):
        return [], shader
    found, end = json.JSONDecoder().raw_decode(shader, shader.index("{"))
    return found.get("PASSES", []), shader[shader.index("*/", end) + 2 :].lstrip("\n")


def _description(scene: type[Scene]) -> str:
    """The first sentence of a scene's docstring, without its name."""
    first = (scene.__doc__ or "").strip().partition("\n")[0]
    said = first.removeprefix(f"{scene.__name__}: ")
    return said[:1].upper() + said[1:]


def _input(knob: Knob) -> dict[str, Any]:
    """A knob as an input of a header."""
    found: dict[str, Any] = {"NAME": knob.name, "TYPE": _INPUT_TYPES[knob.kind]}
    if isinstance(knob.default, str):
        found |= {"VALUES": list(range(len(knob.choices))), "LABELS": list(knob.choices)}
        found["DEFAULT"] = knob.choices.index(knob.default)
    elif isinstance(knob.default, tuple):
        found["DEFAULT"] = [*knob.default, 1.0]
    else:
        found["DEFAULT"] = knob.default
        if not isinstance(knob.default, bool):
            found |= {"MIN": knob.low, "MAX": knob.high}
    return found | {"LABEL": f"{knob.help} ({knob.unit})" if knob.unit else knob.help}
