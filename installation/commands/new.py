"""Start a scene of your own: a small one that runs, in the venue's scenes folder, to be changed while it plays."""

from __future__ import annotations

import argparse
import keyword
from pathlib import Path

from installation.core.errors import UserError
from installation.stage.scene_loader import SCENE_NAME, scene_folders, scene_names

TEMPLATE = Path(__file__).parent / "template"
"""The scene that every new one starts from."""
LONGEST = 40
"""Characters of a scene's name, which people type as an OSC address."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["scene"], help="what to start")
    parser.add_argument("name", help="its name: small letters, digits and _")


def run(args: argparse.Namespace) -> int:
    folder = (args.venue.parent if args.venue else Path()) / "scenes"
    for file in write_scene(args.name, folder):
        print(file)
    print(f'Play it with `visitant run --scene {args.name}`, or add "{args.name}" to the playlist in venue.toml.')
    return 0


def write_scene(name: str, folder: Path) -> list[Path]:
    """Write NAME.py and NAME.frag into `folder` and return their paths.

    Raises Trouble for a name that cannot be a scene's, and rather than overwrite anything.
    """
    if not SCENE_NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > LONGEST:
        raise UserError(
            f'"{name}" cannot be a scene\'s name: up to {LONGEST} small letters, digits and _, '
            "starting with a letter, and no word of Python's own, such as ink_2"
        )
    if name in scene_names(scene_folders(None)):
        raise UserError(f'a scene "{name}" is there already, built in; take another name')
    title = "".join(part.capitalize() for part in name.split("_"))
    files = {folder / f"{name}{kind}": TEMPLATE / f"scene{kind}" for kind in (".py", ".frag")}
    if taken := [str(file) for file in files if file.exists()]:
        raise UserError(f"{' and '.join(taken)} would be overwritten; take another name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, start in files.items():
            text = start.read_text(encoding="utf-8")
            with file.open("x", encoding="utf-8") as new:
                new.write(text.replace("Sketch", title).replace("sketch", name))
    except OSError as error:
        raise UserError(f"cannot write into {folder}: {error.strerror}") from None
    return list(files)
