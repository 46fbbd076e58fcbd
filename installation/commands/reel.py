"""Render the reel: four works in half a minute, with the people of the demo film, and a poster.

It is drawn in lock-step at full quality, with a progress bar. Ctrl-C ends it early; what was drawn until then plays.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.commands import INTERRUPTED
from installation.commands.arguments import film_of, size_of
from installation.commands.setup import ensure, people_film

REEL_NAME = "visitant.mp4"
"""Name of the reel that `visitant run` renders."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=film_of, metavar="FILE", help="the film, .mp4 or .mkv; the poster gets the same name with .png"
    )
    parser.add_argument("--size", type=size_of, metavar="WxH", help="size of the film (default: 1280x720)")


def run(args: argparse.Namespace) -> int:
    return render_to(args.out or unused(Path("out") / REEL_NAME), args.size)


def render_to(out: Path, size_px: tuple[int, int] | None = None) -> int:
    """Render the reel and its poster, and print where they lie; returns the exit status. Raises UserError."""
    from installation.offline.reel import SIZE_PX, render_reel

    ensure("pose_landmarker_full.task")
    reel = render_reel(people_film(), out, size_px or SIZE_PX)
    if reel.poster is not None:
        print(f"film    {reel.path}, {reel.film.seconds:.1f} s")
        print(f"poster  {reel.poster}", flush=True)
    for scene, reason in reel.film.failed.items():
        print(f"        {scene} could not be drawn, and a calm picture stands in its place: {reason}")
    if reel.film.interrupted:
        return INTERRUPTED
    return 0 if reel.film.complete and not reel.film.failed else 1


def unused(path: Path) -> Path:
    """This path, or with a number behind its name where a film or its poster has that name already."""
    number, found = 1, path
    while found.exists() or found.with_suffix(".png").exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
