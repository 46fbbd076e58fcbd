"""Measure quality against baselines: the eye on the standard clips or on a clip of your own, or bodies."""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.commands.progress import progress
from installation.commands.report import Figure, add_json, report


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", choices=("eye", "bodies"), help="what to measure")
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="a clip of your own for the eye: who is seen")
    parser.add_argument("--material", type=Path, metavar="DIR", help="folder with the standard clips and motions")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.subject == "bodies":
        from installation.measure_bodies import measure_bodies

        with progress("bodies") as advance:
            return report(measure_bodies(args.material, advance), args.json)
    from installation.eye.measure import frames_of, measure_eye

    if args.source is None:
        with progress("the eye") as advance:
            figures = measure_eye(args.material, advance)
        return report(figures, args.json)
    with progress(args.source) as advance:
        frames = frames_of(args.source, advance)
    ids = {visitor["id"] for frame in frames for visitor in frame["visitors"]}
    seen = [len(frame["visitors"]) for frame in frames]
    figures = [
        Figure("frames", len(frames)),
        Figure("visitors in all", len(ids)),
        Figure("visitors in a frame, mean", sum(seen) / max(1, len(seen))),
    ]
    return report(figures, args.json, {"frames": frames})
