"""Render one picture of what a film would show: PNG or JPEG.

All frames up to its time are drawn, as `visitant film` draws them, so that the same source and seed give the same
picture.
"""

from __future__ import annotations

import argparse

from installation.commands.arguments import picture_size_of, show_time_of, still_of
from installation.commands.film import add_look_options, rendered, status_of
from installation.core.output_files import require_outputs

DEFAULT_TIME_SECONDS = 3.0
"""Time of the picture without --at."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help='video file, folder of pictures, "ghost" or FILE.moments')
    parser.add_argument("--out", type=still_of, required=True, metavar="FILE", help="the picture, .png or .jpg")
    parser.add_argument(
        "--at",
        type=show_time_of,
        default=DEFAULT_TIME_SECONDS,
        metavar="SECONDS",
        help=f"its time in the film (default: {DEFAULT_TIME_SECONDS:g})",
    )
    add_look_options(parser, picture_size_of)


def run(args: argparse.Namespace) -> int:
    from installation.offline.render import FilmSettings, render_still

    require_outputs([("--out", args.out)], (args.source, args.cues, args.venue), args.overwrite)
    settings = FilmSettings(
        args.scene, args.fps, preset=args.preset, knobs=args.knobs, cues=args.cues, tempo=args.tempo
    )
    result = rendered("still", args, lambda venue: render_still(venue, args.source, args.out, args.at, settings))
    if isinstance(result, int):
        return result
    if not result.interrupted:
        print(args.out)
    return status_of(args, result)
