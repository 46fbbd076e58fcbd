"""Measure quality against baselines: the eye on the standard clips or on a clip of your own, bodies, or the dancer.

The dancer is measured on motions of people who danced together. With --folds each couple is danced with by the network
that was trained without them; else one network is, and what it was trained on is told.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.commands.progress import progress
from installation.commands.report import Figure, add_json, report
from installation.trouble import Trouble

PARTS = ("answer", "body", "beat", "complete", "ahead", "alone", "speed")
"""Of the dancer."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", choices=("eye", "bodies", "dancer"), help="what to measure")
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="a clip of your own for the eye: who is seen")
    parser.add_argument("--material", type=Path, metavar="DIR", help="folder with the standard clips and motions")
    dancer = parser.add_argument_group("the dancer")
    dancer.add_argument("--data", type=Path, metavar="DIR", help="folder with .bvh and .glb motions to measure on")
    dancer.add_argument("--folds", type=Path, metavar="DIR", help="folder with networks fold-*.safetensors")
    dancer.add_argument("--weights", type=Path, metavar="FILE", help="the network (default: the one that comes along)")
    dancer.add_argument(
        "--learned",
        type=Path,
        metavar="DIR",
        help="what motion matching replays (default: the other couples of --data)",
    )
    dancer.add_argument("--part", action="append", default=[], choices=PARTS, help="only this one; may be repeated")
    dancer.add_argument("--out", type=Path, metavar="DIR", help="where pictures of it go")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.subject == "dancer":
        return _dancer(args)
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


def _dancer(args: argparse.Namespace) -> int:
    from installation.material import folder

    root = folder(args.material)
    data = args.data or (root / "data" / "motion" if root else None)
    if data is None:
        raise Trouble("--data: which motions? Expected a folder with .bvh or .glb files of people who danced together")
    from installation.measure_dancer import measure_dancer, study

    try:
        with progress("motions") as advance:
            of = study(data, args.folds, args.weights, args.learned, advance)
    except ValueError as error:
        raise Trouble(str(error)) from error
    with progress("the dancer") as advance:
        figures = measure_dancer(of, args.part, advance)
    if args.out is not None:
        from installation.measure_dancer_picture import pictures

        args.out.mkdir(parents=True, exist_ok=True)
        pictures(of, args.out)
    return report(figures, args.json, of.facts)
