"""Scene loader: finds and runs scenes by name, in the venue's folder first, then among the built-in ones."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from zlib import crc32

from installation.core.small_file import read_small_file
from installation.interface.dancer import Cast
from installation.interface.knobs import Knob, Knobs, Value
from installation.interface.scene import Scene
from installation.stage.gl.glsl_source import GlslError, unreadable
from installation.stage.gl.isf_header import has_header
from installation.stage.shader_scene import SHADER_SUFFIX, shader_scene, shader_signature

BUILT_IN_SCENES = Path(__file__).parents[2] / "scenes"
"""The folder of the scenes that belong to the program."""
SCENE_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What a scene's file may be called."""
MAX_SOURCE_BYTES = 1 << 22
"""A larger file is no scene."""
HEADER_SEARCH_LENGTH = 4096
"""Characters at the begin of a shader in which its header begins."""


class SceneError(Exception):
    """A scene that does not exist, or whose file cannot be used; the message names file and line."""


def scene_folders(venue: Path | None) -> tuple[Path, ...]:
    """Where scenes are searched for the venue in this folder."""
    return (venue / "scenes", BUILT_IN_SCENES) if venue is not None else (BUILT_IN_SCENES,)


@dataclass(frozen=True, slots=True)
class SceneSource:
    """The file of a scene and its text: a Python module, or a fragment shader alone."""

    name: str
    file: Path
    text: str

    @property
    def is_shader(self) -> bool:
        """Whether the scene is a fragment shader alone."""
        return self.file.suffix == SHADER_SUFFIX

    @property
    def checksum(self) -> int:
        """CRC-32 of file and text; of a shader only what makes the scene's class, for programs reload by themselves."""
        return crc32(f"{self.file}\n{shader_signature(self.text) if self.is_shader else self.text}".encode())


def scene_names(folders: Sequence[Path]) -> tuple[str, ...]:
    """The names of all scenes in `folders`, sorted: Python modules, and fragment shaders with a header."""
    files = [file for folder in folders if folder.is_dir() for file in folder.glob("*.py")]
    files += [
        file
        for folder in folders
        if folder.is_dir()
        for file in folder.glob(f"*{SHADER_SUFFIX}")
        if not _is_file(file.with_suffix(".py")) and _has_header(file)
    ]
    return tuple(sorted({file.stem for file in files if SCENE_NAME.fullmatch(file.stem)}))


def _has_header(file: Path) -> bool:
    """Whether a shader begins as a scene does; False for a file that cannot be read, and for a pipe."""
    if not _is_file(file):
        return False
    try:
        with file.open(encoding="utf-8-sig") as opened:
            return has_header(opened.read(HEADER_SEARCH_LENGTH))
    except (OSError, UnicodeDecodeError):
        return False


def scene_file(name: str, folders: Sequence[Path]) -> Path | None:
    """The first `NAME.py` or `NAME.frag` of `folders`."""
    files = (folder / f"{name}{suffix}" for folder in folders for suffix in (".py", SHADER_SUFFIX))
    return next((file for file in files if _is_file(file)), None)


def is_scene(name: str, folders: Sequence[Path]) -> bool:
    """Whether a scene may be asked for by this name: those of `scene_names`, and shaders without a header."""
    return SCENE_NAME.fullmatch(name) is not None and scene_file(name, folders) is not None


def _is_file(file: Path) -> bool:
    """Whether there is such a file; False in a folder that may not be searched, which `unreadable_folders` names."""
    try:
        return file.is_file()
    except OSError:
        return False


def unreadable_folders(folders: Sequence[Path]) -> list[str]:
    """A sentence for each of `folders` that exists and may not be read or searched, with what to do."""
    return [unreadable(folder) for folder in folders if _exists(folder) and not os.access(folder, os.R_OK | os.X_OK)]


def _exists(folder: Path) -> bool:
    try:
        return folder.exists()
    except OSError:
        return False  # a folder above it may not be entered


def read_scene(name: str, folders: Sequence[Path]) -> SceneSource:
    """The source of the first scene called `name` in `folders`; raises SceneError without one that can be read."""
    file = scene_file(name, folders) if SCENE_NAME.fullmatch(name) else None
    if file is None:
        known = ", ".join(scene_names(folders)) or "none"
        parts = (f'there is no scene "{name}"', *unreadable_folders(folders), f"there are: {known}")
        raise SceneError("; ".join(parts))
    try:
        text = read_small_file(file, MAX_SOURCE_BYTES)
        if len(text) > MAX_SOURCE_BYTES:
            raise SceneError(f"{file}: has more than {MAX_SOURCE_BYTES:,} bytes; a scene is a page of text")
        return SceneSource(name, file, text.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise SceneError(f"{file}: is no text in UTF-8") from None
    except OSError as error:
        raise SceneError(f"{file}: cannot be read: {error.strerror}") from error


def load_scene(source: SceneSource) -> type[Scene]:
    """The scene class of a source; needs no GL and no file, so that its knobs can be read early.

    Raises SceneError when the source fails, when it does not contain exactly one Scene, or when one of its knobs is
    impossible.
    """
    try:
        found = shader_scene(source.name, source.file, source.text) if source.is_shader else _run_module(source)
    except GlslError as error:
        raise SceneError(str(error)) from error
    _require_declarations(found, source)
    return found


def _require_declarations(scene: type[Scene], source: SceneSource) -> None:
    """Raise SceneError, with the line, where what a scene's class declares cannot be used."""
    knobs, names = scene.knobs, set[str]()
    if scene.draw is Scene.draw:
        where = f"{source.file}{_line_of(source, scene.__name__, 'class')}"
        raise SceneError(f"{where}: class {scene.__name__} should have `def draw(self, moment, knobs, canvas)`")
    if not isinstance(knobs, (tuple, list)) or not all(isinstance(each, Knob) for each in knobs):
        right = "should be a tuple of Knobs; one alone ends with a comma: (Knob(...),)"
        raise SceneError(f"{source.file}{_line_of(source, 'knobs')}: knobs {right}")
    for knob in knobs:
        try:
            Knobs().add(f"/scene/{source.name}", (knob,))
        except ValueError as error:
            raise SceneError(f"{_knob_place(source, knob)}: {error}") from error
        except (TypeError, KeyError, AttributeError) as error:
            right = "a number, a bool, one of `choices` or a colour (r, g, b)"
            found = f"knob {knob.name!r}: default={knob.default!r} should be {right}"
            raise SceneError(f"{_knob_place(source, knob)}: {found}") from error
        if knob.name in names:
            raise SceneError(f"{_knob_place(source, knob)}: two knobs are called {knob.name}; rename one")
        names.add(knob.name)
    if not isinstance(scene.cast, Cast):
        raise SceneError(f"{source.file}{_line_of(source, 'cast')}: cast should be a Cast")
    if not isinstance(scene.presets, Mapping) or not all(isinstance(e, Mapping) for e in scene.presets.values()):
        right = "should be a dict of names, each with a dict of knobs and their values"
        raise SceneError(f"{source.file}{_line_of(source, 'presets')}: presets {right}")


def _knob_place(source: SceneSource, knob: Knob) -> str:
    """File and line of a knob."""
    return f"{source.file}{_line_of(source, str(knob.name))}"


def _line_of(source: SceneSource, name: str, keyword: str = "") -> str:
    """ ":" and the line of a knob or class attribute called `name`, or of what follows `keyword`; empty without one."""
    declared = rf"""["']{re.escape(name)}["']|^\s*{re.escape(name)}\s*(?::[^=]*)?="""
    if keyword:
        declared = rf"\b{keyword}\s+{re.escape(name)}\b"
    found = re.search(declared, source.text, re.MULTILINE)
    return f":{source.text.count(chr(10), 0, found.end()) + 1}" if found else ""


def find_scene(name: str, folders: Sequence[Path]) -> type[Scene]:
    """The class of the first scene called `name` in `folders`; raises SceneError."""
    return load_scene(read_scene(name, folders))


def _run_module(source: SceneSource) -> type[Scene]:
    """Run a scene's module, and return the one Scene that it defines."""
    file, text = source.file, source.text
    alias = f"scenes.{source.name}" if file.parent == BUILT_IN_SCENES else f"venue_scene_{source.name}"
    spec = importlib.util.spec_from_file_location(alias, file)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(alias)
    sys.modules[alias] = module
    try:
        exec(compile(text, str(file), "exec"), vars(module))
        return _only_scene(module, file)
    except (Exception, SystemExit) as error:
        # The scene of an earlier text goes on playing, and finds its own module.
        if before is not None:
            sys.modules[alias] = before
        if isinstance(error, SceneError):
            raise
        raise SceneError(describe_error(error, file)) from error


def _only_scene(module: ModuleType, file: Path) -> type[Scene]:
    found = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Scene) and each.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise SceneError(f"{file}: holds {len(found)} classes made from Scene, and should hold one")
    return found[0]


def scene_presets(scenes: Mapping[str, type[Scene]]) -> dict[str, dict[str, Value]]:
    """The presets of scenes by SCENE/NAME, each with its values by the addresses of their knobs."""
    return {
        f"{scene}/{name}": {f"/scene/{scene}/{knob}": value for knob, value in preset.items()}
        for scene, scene_class in scenes.items()
        for name, preset in scene_class.presets.items()
    }


def describe_error(error: BaseException, file: Path) -> str:
    """The error in one line, with the last line of `file` in its traceback."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {error.msg}"
    if isinstance(error, GlslError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).resolve() == file.resolve()]
    line = f":{own[-1].lineno}" if own else ""
    moved = isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("installation.")
    remedy = "; scenes import all from installation.interface" if moved else ""
    return f"{file}{line}: {type(error).__name__}: {error}{remedy}"
