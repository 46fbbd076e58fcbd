"""Scenes by name: a venue's own first, then those that come along."""

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
NAME = re.compile(r"[a-z][a-z0-9_]*")


class SceneError(Exception):
    """A scene that is not there, or whose file cannot be used; says which file and line."""


def scene_folders(venue: Path | None) -> tuple[Path, ...]:
    """Where scenes are sought for the venue in this folder."""
    return (venue / "scenes", BUILT_IN_SCENES) if venue is not None else (BUILT_IN_SCENES,)


def scene_names(folders: Sequence[Path]) -> tuple[str, ...]:
    """The names of all scenes in `folders`."""
    files = (file for folder in folders if folder.is_dir() for file in folder.glob("*.py"))
    return tuple(sorted({file.stem for file in files if NAME.fullmatch(file.stem)}))


def find_scene(name: str, folders: Sequence[Path]) -> type[Scene]:
    """The scene in the first `NAME.py` of `folders`; needs no GL, so its knobs can be read early.

    Raises SceneError when there is none, when the file fails, or when it does not hold exactly one Scene.
    """
    file = next((folder / f"{name}.py" for folder in folders if (folder / f"{name}.py").is_file()), None)
    if file is None or not NAME.fullmatch(name):
        there = ", ".join(scene_names(folders)) or "none"
        raise SceneError(f'there is no scene "{name}"; there are: {there}')
    alias = f"scenes.{name}" if file.parent == BUILT_IN_SCENES else f"venue_scene_{name}"
    spec = importlib.util.spec_from_file_location(alias, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise SceneError(told(error, file)) from error
    found = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Scene) and thing.__module__ == alias
    ]
    if len(found) != 1:
        raise SceneError(f"{file}: holds {len(found)} classes made from Scene, and should hold one")
    return found[0]


def looks(kinds: Mapping[str, type[Scene]]) -> dict[str, dict[str, Value]]:
    """The looks that scenes bring, called SCENE/NAME, by the addresses of their knobs."""
    return {
        f"{scene}/{name}": {f"/scene/{scene}/{knob}": value for knob, value in look.items()}
        for scene, kind in kinds.items()
        for name, look in kind.presets.items()
    }


def told(error: Exception, file: Path) -> str:
    """The error in one line, with the last line of `file` that led to it."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).resolve() == file.resolve()]
    line = f":{own[-1].lineno}" if own else ""
    return f"{file}{line}: {type(error).__name__}: {error}"
