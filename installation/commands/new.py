"""Create a scene of your own, from a small template or from another scene: it plays at once, and an edit shows while it
plays."""

from __future__ import annotations

import argparse
import keyword
import shlex
from collections.abc import Mapping
from pathlib import Path

from installation.commands import venue_of
from installation.core.errors import UserError
from installation.stage.scene_copy import copied_files, with_header
from installation.stage.scene_loader import (
    SCENE_NAME,
    SceneError,
    load_scene,
    read_scene,
    scene_folders,
    scene_names,
)

TEMPLATES = Path(__file__).parent / "templates"
"""Folder of the template scenes, each in a folder of its own name."""
TEMPLATE_NAMES = ("silhouette", "feedback", "hands", "painting", "minimal")
"""The templates; the first is the default."""
MAX_NAME_LENGTH = 40
"""Longest name of a scene, which people type as an OSC address."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["scene"], help="what to create")
    parser.add_argument("name", help="its name: small letters, digits and _")
    start = parser.add_mutually_exclusive_group()
    start.add_argument(
        "--like",
        choices=TEMPLATE_NAMES,
        default=TEMPLATE_NAMES[0],
        help=f"template to start from (default: {TEMPLATE_NAMES[0]})",
    )
    start.add_argument("--from", dest="origin", metavar="SCENE", help="copy this scene with all its files instead")
    parser.add_argument("--shader", action="store_true", help="write one shader with its knobs in a header, no Python")


def run(args: argparse.Namespace) -> int:
    where = args.venue.parent if args.venue else Path()
    require_name(args.name)
    if args.origin is not None:
        # The scenes of the folder in which the new one will lie, whether or not it is a venue's yet.
        files = scene_files(args.name, args.origin, scene_folders(where), args.shader)
    else:
        files = scene_files(args.name, args.like, (TEMPLATES / args.like,), args.shader)
    for file in write_scene(args.name, where / "scenes", files):
        print(file)
    venue = f" --venue {shlex.quote(str(args.venue))}" if args.venue else ""
    print(f"Play it with `visitant run{venue} --scene {args.name}`, and edit it while it plays.")
    path = args.venue or Path("venue.toml")
    if path.exists() and args.name not in venue_of(args).scenes.playlist:
        print(f'It plays with the others once "{args.name}" stands in the playlist under [scenes] in {path}.')
    return 0


def scene_files(name: str, origin: str, folders: tuple[Path, ...], as_shader: bool = False) -> dict[str, bytes]:
    """The content of the files of a scene called `name`, by file name, made from the scene `origin` of `folders`.

    With `as_shader` it is a single shader with a header. Raises UserError where the origin is missing or broken, and
    where it is more than a shader.
    """
    try:
        source = read_scene(origin, folders)
        scene = load_scene(source)
    except SceneError as error:
        raise UserError(str(error)) from None
    files = copied_files(source, scene, name)
    if as_shader and not source.is_shader:
        shader = files.pop(f"{name}.frag", None)
        if shader is None or len(files) > 1:
            raise UserError(f"{source.file}: draws with more than one shader, so that --shader cannot copy it")
        return {f"{name}.frag": with_header(shader.decode(), scene).encode()}
    return files


def require_name(name: str) -> None:
    """Raise UserError for a name that no new scene can have."""
    if not SCENE_NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > MAX_NAME_LENGTH:
        raise UserError(
            f'"{name}" cannot be a scene\'s name: up to {MAX_NAME_LENGTH} small letters, digits and _, '
            "starting with a letter, and no keyword of Python, such as ink_2"
        )
    if name in scene_names(scene_folders(None)):
        raise UserError(f'a built-in scene is called "{name}"; choose another name')


def write_scene(name: str, folder: Path, files: Mapping[str, bytes] | None = None) -> list[Path]:
    """Write the files of a scene, or those of the default template, into `folder`, and return their paths.

    Raises UserError for an invalid name, and if a file or another scene of this name exists.
    """
    require_name(name)
    if files is None:
        files = scene_files(name, TEMPLATE_NAMES[0], (TEMPLATES / TEMPLATE_NAMES[0],))
    paths = {folder / file: content for file, content in files.items()}
    same_name = (folder / f"{name}.py", folder / f"{name}.frag")
    if taken := sorted({str(file) for file in (*paths, *same_name) if file.exists()}):
        raise UserError(f"{' and '.join(taken)} would be overwritten; choose another name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in paths.items():
            with file.open("xb") as new:
                new.write(content)
    except OSError as error:
        raise UserError(f"cannot write into {folder}: {error.strerror}") from None
    return list(paths)
