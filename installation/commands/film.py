"""Render a video, folder of pictures, ghost or recorded Moments to a film, in lock-step.

The same source and seed give the same frames, byte for byte. Ctrl-C ends the film early; the frames written so far
play.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.commands import INTERRUPTED, venue_of
from installation.commands.arguments import frame_rate_of, seconds_of, size_of
from installation.commands.setup import ensure


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help='video file, folder of pictures, "ghost" or FILE.moments')
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the film, .mp4 or .mkv")
    parser.add_argument("--scene", metavar="NAME", help="play this scene (default: the venue's playlist)")
    parser.add_argument("--size", type=size_of, metavar="WxH", help="size of the film (default: the venue's canvas)")
    parser.add_argument("--fps", type=frame_rate_of, default=None, metavar="N", help="frames a second (default: 30)")
    parser.add_argument("--seconds", type=seconds_of, metavar="N", help="length (default: the source's own)")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of everything random (default: the venue's)")
    parser.add_argument("--save-moments", type=Path, metavar="FILE", help="also save the Moments, to film them again")


def run(args: argparse.Namespace) -> int:
    from installation.offline.render import FilmSettings, render_film

    venue = venue_of(args)
    changes: dict[str, object] = {}
    if args.size is not None:
        changes["canvas"] = venue.canvas.model_copy(update={"size": args.size})
    if args.seed is not None:
        changes["seed"] = args.seed
    if venue.eye.model is None and not args.source.endswith(".moments"):
        ensure("pose_landmarker_full.task")
    settings = FilmSettings(args.scene, args.fps, args.seconds, args.save_moments)
    result = render_film(venue.model_copy(update=changes), args.source, args.out, settings)
    print(f"{args.out}: {result.frames} frames, {result.seconds:.1f} s")
    if result.interrupted:
        return INTERRUPTED
    return 0 if result.complete else 1
