"""Render the reel: four works in half a minute, with the people of the demo film, and a poster.

It is drawn in lock-step at full quality, with a progress bar. Ctrl-C ends it early; what was drawn until then plays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from installation.commands import INTERRUPTED
from installation.commands.arguments import add_overwrite_option, film_of, size_of
from installation.commands.setup import ensure, people_film
from installation.core.exit_status import ExitStatus
from installation.core.film_file import POSTER_SUFFIX
from installation.core.output_files import numbered, require_outputs

REEL_PATH = Path("out") / "visitant.mp4"
"""Where the reel lies without --out."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=film_of, metavar="FILE", help="the film, .mp4 or .mkv; the poster gets the same name with .png"
    )
    parser.add_argument("--size", type=size_of, metavar="WxH", help="size of the film (default: 1280x720)")
    add_overwrite_option(parser)


def run(args: argparse.Namespace) -> int:
    out = args.out or numbered(REEL_PATH, (POSTER_SUFFIX,))
    require_outputs([("--out", out), ("--out", out.with_suffix(POSTER_SUFFIX))], (args.venue,), args.overwrite)
    return render_to(out, args.size)


def render_to(out: Path, size_px: tuple[int, int] | None = None) -> int:
    """Render the reel and its poster, and print where they lie; returns the exit status. Raises UserError."""
    from installation.offline.reel import SIZE_PX, render_reel

    ensure("pose_landmarker_full.task")
    reel = render_reel(people_film(), out, size_px or SIZE_PX)
    if reel.poster is not None:
        print(f"film    {reel.path}, {reel.film.seconds:.1f} s")
        print(f"poster  {reel.poster}", flush=True)
    if not reel.film.complete:
        print(f"visitant reel: {out}: is not complete", file=sys.stderr)
    for scene, reason in reel.film.failed.items():
        print(f"        {scene} could not be drawn, and a calm picture stands in its place: {reason}")
    if reel.film.interrupted:
        return INTERRUPTED
    if reel.film.failed:
        return ExitStatus.SCENE_FAILED
    return ExitStatus.DONE if reel.film.complete else ExitStatus.INCOMPLETE
