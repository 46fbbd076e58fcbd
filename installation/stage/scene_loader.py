"""Scene loader: finds and imports scenes by name, in the venue's folder first, then among the built-in ones."""

from __future__ import annotations

import importlib.util
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from installation.interface.knobs import Value
from installation.interface.scene import Scene

BUILT_IN_SCENES = Path(__file__).parents[2] / "scenes"
"""The folder of the scenes that belong to the program."""
SCENE_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What a scene's file may be called."""


class SceneError(Exception):
    """A scene that does not exist, or whose file cannot be used; the message names file and line."""


def scene_folders(venue: Path | None) -> tuple[Path, ...]:
    """Where scenes are searched for the venue in this folder."""
    return (venue / "scenes", BUILT_IN_SCENES) if venue is not None else (BUILT_IN_SCENES,)


def scene_names(folders: Sequence[Path]) -> tuple[str, ...]:
    """The names of all scenes in `folders`, sorted."""
    files = (file for folder in folders if folder.is_dir() for file in folder.glob("*.py"))
    return tuple(sorted({file.stem for file in files if SCENE_NAME.fullmatch(file.stem)}))


def scene_file(name: str, folders: Sequence[Path]) -> Path | None:
    """The first `NAME.py` of `folders`."""
    return next((folder / f"{name}.py" for folder in folders if (folder / f"{name}.py").is_file()), None)


def find_scene(name: str, folders: Sequence[Path]) -> type[Scene]:
    """The scene class in the first `NAME.py` of `folders`; needs no GL, so that its knobs can be read early.

    Raises SceneError when there is none, when the file fails, or when it does not contain exactly one Scene.
    """
    file = scene_file(name, folders)
    if file is None or not SCENE_NAME.fullmatch(name):
        known = ", ".join(scene_names(folders)) or "none"
        raise SceneError(f'there is no scene "{name}"; there are: {known}')
    alias = f"scenes.{name}" if file.parent == BUILT_IN_SCENES else f"venue_scene_{name}"
    spec = importlib.util.spec_from_file_location(alias, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise SceneError(describe_error(error, file)) from error
    found = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Scene) and each.__module__ == alias
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


def describe_error(error: Exception, file: Path) -> str:
    """The error in one line, with the last line of `file` in its traceback."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).resolve() == file.resolve()]
    line = f":{own[-1].lineno}" if own else ""
    moved = isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("installation.")
    remedy = "; scenes import from installation.interface.scene and installation.interface.graphics" if moved else ""
    return f"{file}{line}: {type(error).__name__}: {error}{remedy}"
