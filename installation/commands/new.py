"""Create a scene from a template in the venue's scenes folder: small, runnable, and reloaded while it plays."""

from __future__ import annotations

import argparse
import keyword
from pathlib import Path

from installation.core.errors import UserError
from installation.stage.scene_loader import SCENE_NAME, scene_folders, scene_names

TEMPLATE = Path(__file__).parent / "template"
"""Folder of the template scene."""
MAX_NAME_LENGTH = 40
"""Longest name of a scene, which people type as an OSC address."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["scene"], help="what to create")
    parser.add_argument("name", help="its name: small letters, digits and _")


def run(args: argparse.Namespace) -> int:
    folder = (args.venue.parent if args.venue else Path()) / "scenes"
    for file in write_scene(args.name, folder):
        print(file)
    print(f'Play it with `visitant run --scene {args.name}`, or add "{args.name}" to the playlist in venue.toml.')
    return 0


def write_scene(name: str, folder: Path) -> list[Path]:
    """Write NAME.py and NAME.frag into `folder` and return their paths.

    Raises UserError for an invalid name, and if a file exists.
    """
    if not SCENE_NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > MAX_NAME_LENGTH:
        raise UserError(
            f'"{name}" cannot be a scene\'s name: up to {MAX_NAME_LENGTH} small letters, digits and _, '
            "starting with a letter, and no keyword of Python, such as ink_2"
        )
    if name in scene_names(scene_folders(None)):
        raise UserError(f'a built-in scene is called "{name}"; choose another name')
    title = "".join(part.capitalize() for part in name.split("_"))
    files = {folder / f"{name}{kind}": TEMPLATE / f"scene{kind}" for kind in (".py", ".frag")}
    if taken := [str(file) for file in files if file.exists()]:
        raise UserError(f"{' and '.join(taken)} would be overwritten; choose another name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, template in files.items():
            text = template.read_text(encoding="utf-8")
            with file.open("x", encoding="utf-8") as new:
                new.write(text.replace("Sketch", title).replace("sketch", name))
    except OSError as error:
        raise UserError(f"cannot write into {folder}: {error.strerror}") from None
    return list(files)
