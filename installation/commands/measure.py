"""Measure quality against baselines: the eye on the standard clips or on a clip of your own, bodies, dancer, painter,
composer, ear, or precision.

The eye is also measured on scenes composed of people cut out of those clips, whose truth is known in every frame:
crossing, hidden, in the dark and so on. With --scene one of them is measured alone; with --out each becomes a sheet of
pictures with boxes, outlines and identities.

The dancer is measured on motions of people who danced together. With --folds each couple is danced with by the network
that was trained without them (cross-validation); else one network is measured, and the report names what it was trained
on. The painter is measured by its paintings of people in the standard clips, beside the pictures of its styles; that
takes about ten minutes.

The composer is measured on pieces of music that it has not read, beside an n-gram that has read the same, and by bars
that it composes: whether they are what its knobs ask, like those of people, and no copies.

The ear's beat is measured on 60 takes of drummers that its network was not trained on (Groove's validation and test
split, rendered with a soundfont), beside its own spectral flux and aubio; and on patterns, silence and babble.

The precision is that of time: how far the pictures of every scene move from frame to frame after seconds, hours, days
and weeks, with the same visitors, and how far at the full hour.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.commands.arguments import add_overwrite_option, minutes_of
from installation.commands.progress import progress
from installation.core.errors import UserError
from installation.core.output_files import require_outputs
from installation.core.yielding_threads import yield_cores
from installation.evaluate.report import Figure, add_json_option, report

if TYPE_CHECKING:
    from installation.evaluate.motion.film import FilmCapture

PARTS = {
    "eye": ("rate", "clips", "smoothing", "floor", "detector", "scenes"),
    "dancer": (
        *("answer", "gestures", "variety", "music", "body", "beat", "complete", "ahead", "between", "alone", "speed"),
    ),
    "painter": ("speed", "style", "structure", "still", "warp", "copying", "engines"),
    "composer": ("bits", "steering", "character", "live"),
    "ear": ("takes", "range", "phase", "tempo", "lock", "silence", "speech", "cost"),
}
"""Parts of the reports, for `--part`."""
DANCER_PICTURES = ("motion", "answer", "ahead", "alone")
"""Names of the pictures that are drawn of the dancer's results."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "subject",
        choices=("eye", "bodies", "dancer", "painter", "composer", "ear", "clocks", "precision"),
        help="what to measure",
    )
    parser.add_argument(
        "source", nargs="?", metavar="SOURCE", help="a clip of your own for the eye; counts its visitors"
    )
    parser.add_argument("--material", type=Path, metavar="DIR", help="folder with the standard clips, motions and art")
    names = "; ".join(f"{subject}: {', '.join(parts)}" for subject, parts in PARTS.items())
    parser.add_argument("--part", action="append", default=[], metavar="PART", help=f"only this; repeatable. {names}")
    parser.add_argument(
        "--scene",
        action="append",
        default=[],
        metavar="NAME",
        help="only this composed scene of the eye, or this scene of the precision; repeatable",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for pictures of the eye's scenes, or of the dancer's dances"
    )
    both = parser.add_argument_group("the dancer, the painter, the composer and the ear")
    both.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with .bvh and .glb motions, with the pictures of all styles, or with MIDI files",
    )
    both.add_argument("--weights", type=Path, metavar="FILE", help="the network (default: the one that comes along)")
    dancer = parser.add_argument_group("the dancer")
    dancer.add_argument("--folds", type=Path, metavar="DIR", help="folder with networks fold-*.safetensors")
    dancer.add_argument(
        "--learned",
        type=Path,
        metavar="DIR",
        help="motions that motion matching replays (default: the other couples of --data)",
    )
    _add_painter_options(parser)
    add_overwrite_option(parser)
    add_json_option(parser)


def _add_painter_options(parser: argparse.ArgumentParser) -> None:
    painter = parser.add_argument_group("the painter")
    painter.add_argument(
        "--judge",
        type=Path,
        metavar="FILE",
        help="SqueezeNet 1.1 as safetensors, which compares styles; without it they are not compared",
    )
    painter.add_argument(
        "--style", action="append", default=[], metavar="NAME", help="style to compare and to show; repeatable"
    )
    painter.add_argument(
        "--adain",
        type=Path,
        metavar="FILE",
        help="AdaIN network to compare with; the file to save it in, with --adain-minutes",
    )
    painter.add_argument(
        "--adain-minutes", type=minutes_of, metavar="N", help="train an AdaIN network for that long first"
    )
    painter.add_argument("--sheet", type=Path, metavar="FILE", help="write a contact sheet of styles by people (.jpg)")


def run(args: argparse.Namespace) -> int:
    yield_cores()
    # An AdaIN network that is given is read, but for the training that writes it.
    trained = args.adain if args.adain_minutes is not None else None
    draws_dances = args.out is not None and args.subject == "dancer"
    pictures = [("--out", args.out / f"{name}.png") for name in DANCER_PICTURES] if draws_dances else []
    read = (args.source, args.data, args.weights, args.judge, args.venue)
    require_outputs([("--sheet", args.sheet), ("--adain", trained), *pictures], read, args.overwrite)
    known = PARTS.get(args.subject, ())
    if unknown := [part for part in args.part if part not in known]:
        raise UserError(f"--part {unknown[0]}: no part of the {args.subject}; there are {', '.join(known) or 'none'}")
    if args.subject == "dancer":
        return _dancer(args)
    if args.subject == "painter":
        return _painter(args)
    if args.subject == "clocks":
        return _clocks(args)
    if args.subject == "ear":
        return _ear(args)
    if args.subject == "composer":
        return _composer(args)
    if args.subject == "bodies":
        return _bodies(args)
    if args.subject == "precision":
        return _precision(args)
    return _eye(args) if args.source is None else _clip(args)


def _bodies(args: argparse.Namespace) -> int:
    from installation.evaluate.motion.retarget import measure_bodies

    with progress("bodies") as advance:
        return report(measure_bodies(args.material, _capture_film, advance), args.json)


def _capture_film(clip: Path) -> FilmCapture:
    """The motions of a film as `visitant retarget` captures and finishes them."""
    from installation.evaluate.motion.film import FilmCapture, FilmMotion
    from installation.offline.motion_capture import capture_source
    from installation.offline.motion_finish import FinishSettings, finish_motion
    from installation.venue.loader import without_file

    result = capture_source(str(clip), without_file(Path()), None, lambda _: None)
    motions = [
        FilmMotion(each.start_seconds, each.motion, finish_motion(each, each.motion, FinishSettings()))
        for each in result.motions
    ]
    return FilmCapture(motions, result.cut_seconds)


def _clocks(args: argparse.Namespace) -> int:
    from installation.evaluate.clocks.figures import measure_clocks

    return report(measure_clocks(), args.json)


def _precision(args: argparse.Namespace) -> int:
    from installation.evaluate.stage.precision import measure_precision

    with progress("time") as advance:
        return report(measure_precision(args.scene, advance), args.json)


def _eye(args: argparse.Namespace) -> int:
    from installation.evaluate.eye.scene_report import sheet_paths, try_scenes
    from installation.evaluate.eye.tracking import measure_eye

    if args.out is not None:
        sheets = [("--out", sheet) for sheet in sheet_paths(args.scene, args.out)]
        require_outputs(sheets, overwrite=args.overwrite)
    # A scene by name is that scene alone.
    parts = args.part or (["scenes"] if args.scene else list(PARTS["eye"]))
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    if clip_parts := [part for part in parts if part != "scenes"]:
        with progress("the eye on clips") as advance:
            figures += measure_eye(args.material, clip_parts, advance)
    if "scenes" in parts:
        with progress("the eye on composed scenes") as advance:
            scene_figures, details = try_scenes(args.scene, args.material, args.out, advance)
        figures += scene_figures
    return report(figures, args.json, details)


def _clip(args: argparse.Namespace) -> int:
    """Report the visitors that the eye sees in a clip of the user."""
    from installation.evaluate.eye.tracking import observation_records

    with progress(args.source) as advance:
        frames = observation_records(args.source, advance)
    ids = {visitor["id"] for frame in frames for visitor in frame["visitors"]}
    counts = [len(frame["visitors"]) for frame in frames]
    figures = [
        Figure("frames", len(frames)),
        Figure("visitors in all", len(ids)),
        Figure("visitors in a frame, mean", sum(counts) / max(1, len(counts))),
    ]
    return report(figures, args.json, {"frames": frames})


def _dancer(args: argparse.Namespace) -> int:
    from installation.evaluate.clips import material_folder

    root = material_folder(args.material)
    data = args.data or (root / "data" / "motion" if root else None)
    if data is None:
        raise UserError(
            "--data: which motions? Expected a folder with .bvh or .glb files of people who danced together"
        )
    from installation.evaluate.dance.dancer import load_evaluation, measure_dancer

    try:
        with progress("motions") as advance:
            evaluation = load_evaluation(data, args.folds, args.weights, args.learned, advance)
    except ValueError as error:
        raise UserError(str(error)) from error
    with progress("the dancer") as advance:
        figures = measure_dancer(evaluation, args.part, advance)
    if args.out is not None:
        from installation.evaluate.dance.picture import draw_pictures

        args.out.mkdir(parents=True, exist_ok=True)
        draw_pictures(evaluation, args.out)
    return report(figures, args.json, evaluation.json_fields)


def _ear(args: argparse.Namespace) -> int:
    from installation.evaluate.clips import material_folder
    from installation.evaluate.ear.report import measure_ear

    root = material_folder(args.material)
    music = root / "data" / "music" if root else None
    data = args.data or (music if music is not None and music.is_dir() else None)
    with progress("the ear") as advance:
        figures = measure_ear(data, args.weights, args.part, advance)
    return report(figures, args.json)


def _composer(args: argparse.Namespace) -> int:
    from installation.evaluate.clips import material_folder
    from installation.evaluate.composer.report import measure_composer

    root = material_folder(args.material)
    data = args.data or (root / "data" / "music" if root else None)
    with progress("the composer") as advance:
        figures = measure_composer(data, args.weights, args.part, advance)
    return report(figures, args.json)


def _painter(args: argparse.Namespace) -> int:
    from installation.evaluate.paint.report import measure_painter, study_sheet
    from installation.evaluate.paint.study import open_study

    with progress("people and pictures") as advance:
        study = open_study(args.material, args.data, args.weights, args.judge, args.style, advance)
    if args.adain_minutes is not None:
        with progress("an AdaIN") as advance:
            study.train_adain(args.adain_minutes, args.adain, advance)
    elif args.adain is not None:
        study.load_adain(args.adain)
    with progress("the painter") as advance:
        figures = measure_painter(study, args.part, advance)
    if args.sheet is not None:
        args.sheet.parent.mkdir(parents=True, exist_ok=True)
        study_sheet(study).save(args.sheet, quality=92)
    return report(figures, args.json, study.facts)
