"""The same loop in lock-step, from a video, a folder of pictures, a ghost or saved moments to a film.

The same source and seed give the same frames, byte for byte. Ctrl-C ends the film early; what is written plays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from installation.commands import INTERRUPTED, venue_of
from installation.commands.setup import ensure


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help='video file, folder of pictures, "ghost" or FILE.moments')
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the film, .mp4 or .mkv")
    parser.add_argument("--scene", metavar="NAME", help="play this scene (default: the venue's playlist)")
    parser.add_argument("--size", type=size_of, metavar="WxH", help="size of the film (default: the venue's canvas)")
    parser.add_argument("--fps", type=_rate, default=None, metavar="N", help="frames a second (default: 30)")
    parser.add_argument("--seconds", type=seconds_of, metavar="N", help="length (default: the source's own)")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of everything random (default: the venue's)")
    parser.add_argument("--save-moments", type=Path, metavar="FILE", help="also save the Moments, to film them again")


def run(args: argparse.Namespace) -> int:
    from installation.offline.render import film

    venue = venue_of(args)
    changes: dict[str, object] = {}
    if args.size is not None:
        changes["canvas"] = venue.canvas.model_copy(update={"size": args.size})
    if args.seed is not None:
        changes["seed"] = args.seed
    if venue.eye.model is None and not args.source.endswith(".moments"):
        ensure("pose_landmarker_full.task")
    result = film(
        venue.model_copy(update=changes),
        args.source,
        args.out,
        scene=args.scene,
        rate=args.fps,
        seconds=args.seconds,
        moments=args.save_moments,
    )
    for note in result.notes:
        print(f"visitant film: {note}", file=sys.stderr)
    print(f"{args.out}: {result.frames} frames, {result.seconds:.1f} s")
    if result.interrupted:
        return INTERRUPTED
    return 0 if result.whole else 1


def size_of(text: str) -> tuple[int, int]:
    """A size in pixels, as an option gives it."""
    wide, _, high = text.lower().partition("x")
    if not (wide.isdecimal() and high.isdecimal() and 16 <= int(wide) <= 8192 and 16 <= int(high) <= 8192):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; right would be 1280x720, each side 16 to 8192")
    if int(wide) % 2 or int(high) % 2:
        raise argparse.ArgumentTypeError(f"{text!r}: both sides must be even")
    return int(wide), int(high)


def _rate(text: str) -> float:
    return number(text, 1.0, 240.0)


def seconds_of(text: str) -> float:
    """A length in seconds, as an option gives it."""
    return number(text, 0.04, 86400.0)


def minutes_of(text: str) -> float:
    """A length in minutes, as an option gives it."""
    return number(text, 0.01, 1e5)


def number(text: str, low: float, high: float) -> float:
    """A number within bounds, as an option gives it."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {low:g} to {high:g}")
    return value
