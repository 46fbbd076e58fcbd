"""Train the dancer on recorded motion, the painter on pictures, the ear or the composer on MIDI files.

Beside FILE it writes loss curves (.png), a model card (.md) and a checkpoint, from which --resume continues. Ctrl-C
stops after the current step; nothing is lost.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import INTERRUPTED
from installation.commands.arguments import add_overwrite_option, minutes_of
from installation.core.errors import UserError
from installation.core.output_files import require_outputs
from installation.core.yielding_threads import yield_cores
from installation.evaluate.report import Figure, add_json_option, report

if TYPE_CHECKING:
    from motion.learning.training_loop import Progress as TrainingProgress
    from motion.learning.training_loop import ProgressCallback, TrainingResult, TrainingRun

WIDTH_FACTORS = {"small": 0.5, "medium": 1.0, "large": 1.5}
"""Widths of the painter's network relative to the default."""
WRITTEN_SUFFIXES = (".safetensors", ".png", ".md")
"""What a training writes beside each other. Its checkpoint is left out: the training itself says how one goes on."""
DEFAULT_MINUTES = 60.0
"""Duration of a training."""
DEFAULT_DUET_MINUTES = 20.0
"""Duration of a dancer's training that goes on from other weights."""
DEFAULT_ADAPTATION_MINUTES = 15.0
"""Duration of adapting a painter to a few pictures."""


def arguments(parser: argparse.ArgumentParser) -> None:
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="dancer|painter|ear|composer")
    dancer = subjects.add_parser("dancer", help="from a folder of BVH or GLB files", description=_dancer.__doc__)
    _add_common(dancer, "folder with .bvh and .glb motions", "dancer.safetensors", "authors of the motions")
    dancer.add_argument(
        "--without",
        nargs="+",
        default=[],
        metavar="NAME",
        help="clips to leave out of training and validation, with their partners",
    )
    dancer.add_argument(
        "--all", action="store_true", help="no validation split: for weights that are evaluated elsewhere"
    )
    dancer.add_argument(
        "--from",
        type=Path,
        nargs="?",
        const=Path(),
        dest="start",
        metavar="WEIGHTS",
        help=f"go on from WEIGHTS, or from the bundled ones, for {DEFAULT_DUET_MINUTES:g} minutes",
    )
    dancer.set_defaults(train=_dancer, adapt=None)
    painter = subjects.add_parser("painter", help="from a folder of pictures", description=_painter.__doc__)
    _add_common(
        painter,
        "folder with pictures; a manifest.csv may name authors",
        "painter.safetensors",
        "authors of the pictures",
    )
    painter.add_argument("--people", type=Path, nargs="+", default=[], metavar="FILM", help="films to paint people of")
    painter.add_argument("--styles", type=Path, metavar="FILE", help="table of styles and their pictures (.toml)")
    painter.add_argument("--size", choices=WIDTH_FACTORS, default="medium", help="size of the network (medium)")
    painter.add_argument(
        "--adapt",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="WEIGHTS",
        help="add one style to a trained painter: to that of WEIGHTS, or to the bundled one",
    )
    painter.add_argument("--name", metavar="STYLE", help="with --adapt: name of the style (the folder's name)")
    painter.set_defaults(train=_painter)
    ear = subjects.add_parser("ear", help="from a folder of MIDI files with steady beats", description=_ear.__doc__)
    _add_common(
        ear, "folder with .mid files; an info.csv may name a training split", "ear.safetensors", "authors of the files"
    )
    ear.set_defaults(train=_ear, adapt=None)
    composer = subjects.add_parser("composer", help="from a folder of MIDI files", description=_composer.__doc__)
    _add_common(
        composer, "folder with .mid files; an info.csv may name genres", "composer.safetensors", "authors of the files"
    )
    composer.set_defaults(train=_composer, adapt=None)


def _add_common(parser: argparse.ArgumentParser, data: str, out: str, credit: str) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help=data)
    parser.add_argument("--out", type=Path, default=Path(out), metavar="FILE", help=f"default: {out}")
    parser.add_argument("--minutes", type=minutes_of, metavar="N", help=f"duration ({DEFAULT_MINUTES:g})")
    parser.add_argument("--resume", action="store_true", help="continue from FILE's checkpoint")
    parser.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, … (default: cuda if available)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of everything random (0)")
    parser.add_argument("--threads", type=int, metavar="N", help="processor cores to use (default: all)")
    parser.add_argument("--credit", default="", metavar="TEXT", help=f"{credit}, for the model card")
    add_overwrite_option(parser)
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    yield_cores()
    import torch

    _require_outputs(args)
    if args.threads is not None:
        torch.set_num_threads(max(args.threads, 1))
    if args.minutes is None:
        shorter = DEFAULT_DUET_MINUTES if getattr(args, "start", None) is not None else DEFAULT_MINUTES
        args.minutes = shorter if args.adapt is None else DEFAULT_ADAPTATION_MINUTES
    try:
        with _progress_line() as progress:
            result, labels = args.train(args, progress)
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(
            f"{error.filename or args.out}: {error.strerror or error}; continue with --resume once that is mended"
        ) from error
    if not result.finished:
        print(
            f"visitant train: stopped after {result.minutes:.1f} of {args.minutes:g} min, with a checkpoint; "
            f"continue with\n    {shlex.join(['visitant', *sys.argv[1:]])}{'' if args.resume else ' --resume'}",
            file=sys.stderr,
        )
        return INTERRUPTED
    figures = [Figure("steps", result.steps), Figure("took", result.minutes, "min")]
    figures += [Figure(labels.get(name, name), value) for name, value in result.figures.items()]
    print(f"{args.out}: written; beside it .png, .md", file=sys.stderr)
    return report(figures, args.json)


def _require_outputs(args: argparse.Namespace) -> None:
    """Check the files of the training before it begins; --resume continues those that exist. Raises UserError."""
    read = [args.venue]
    if not args.resume:
        # A training into the folder of its data leaves its curves there, which --resume replaces.
        read.append(args.data)
    if args.subject == "painter":
        read += [*args.people, args.styles, args.adapt if args.adapt != Path() else None]
    outputs = [("--out", args.out.with_suffix(suffix)) for suffix in WRITTEN_SUFFIXES]
    require_outputs(outputs, read, args.overwrite or args.resume)


def _dancer(args: argparse.Namespace, progress: ProgressCallback) -> tuple[TrainingResult, Mapping[str, str]]:
    """Train the dancer on a folder of BVH or GLB files of recorded motion; two files that belong together are a
    couple."""
    from motion.dancer.model_card import FIGURE_LABELS
    from motion.dancer.store import BUNDLED_WEIGHTS
    from motion.dancer.train import DancerTrainingRun, train

    options = [*(["--without", *args.without] if args.without else []), *(["--all"] if args.all else [])]
    start = BUNDLED_WEIGHTS if args.start == Path() else args.start
    options += [] if start is None else ["--from", *([] if args.start == Path() else [str(start)])]
    training = DancerTrainingRun(
        args.data,
        args.out,
        args.minutes,
        resume=args.resume,
        device=args.device,
        seed=args.seed,
        credit=args.credit,
        command=_command_line(args, options),
        without=args.without,
        validate=not args.all,
        start=start,
    )
    return train(training, progress=progress), FIGURE_LABELS


def _painter(args: argparse.Namespace, progress: ProgressCallback) -> tuple[TrainingResult, Mapping[str, str]]:
    """Train the painter on a folder of pictures, each of which becomes a style; or, with --adapt, add an artist's own
    twenty pictures as one style to a trained painter in a quarter of an hour."""
    from installation.commands.setup import ensure
    from installation.paint.engines.network import NetworkSettings
    from installation.paint.pictures.perceptual import ASSET
    from installation.training.painter import train

    if args.adapt is None and args.name is not None:
        raise UserError("--name: needs --adapt; --styles names the styles of a new painter")
    for film in (film for film in args.people if not film.is_file()):
        raise UserError(f"{film}: no such file; --people takes films")
    ensure(ASSET, *(["pose_landmarker_full.task"] if args.people else []))
    options = ["--people", *(film.name for film in args.people)] if args.people else []
    weights = None if args.adapt == Path() else args.adapt
    name = args.name or args.data.resolve().stem
    if args.adapt is not None:
        options += ["--adapt", *([weights.name] if weights else []), "--name", name]
    else:
        options += ["--styles", args.styles.name] if args.styles else []
        options += ["--size", args.size] if args.size != "medium" else []
    training = train.PainterTrainingRun(
        args.data,
        args.out,
        args.minutes,
        films=args.people,
        resume=args.resume,
        device=args.device,
        seed=args.seed,
        credit=args.credit,
        command=_command_line(args, options),
    )
    if args.adapt is not None:
        return train.adapt(training, name, weights, progress=progress), {}
    fine, middle, deep = (round(WIDTH_FACTORS[args.size] * width / 8) * 8 for width in NetworkSettings().widths)
    settings = NetworkSettings(widths=(fine, middle, deep))
    return train.train(training, styles=args.styles, settings=settings, progress=progress), {}


def _ear(args: argparse.Namespace, progress: ProgressCallback) -> tuple[TrainingResult, Mapping[str, str]]:
    """Train the ear's beat network on MIDI files, which are rendered with drum kits, bass, chords, noise and rooms;
    their beats are known exactly. In a folder with the Groove data set only its training split is read."""
    from installation.training.ear.train import train

    return train(_training_run(args), progress=progress), {}


def _composer(args: argparse.Namespace, progress: ProgressCallback) -> tuple[TrainingResult, Mapping[str, str]]:
    """Train the composer on MIDI files. The Groove MIDI Dataset is recognised by its info.csv, which names genres,
    tempos and splits; of other files every eleventh is for validation, and another for the test."""
    from installation.training.composer.train import FIGURE_LABELS, train

    return train(_training_run(args), progress=progress), FIGURE_LABELS


def _training_run(args: argparse.Namespace) -> TrainingRun:
    """A training that has no options of its own."""
    from motion.learning.training_loop import TrainingRun

    return TrainingRun(
        args.data,
        args.out,
        args.minutes,
        resume=args.resume,
        device=args.device,
        seed=args.seed,
        credit=args.credit,
        command=_command_line(args, []),
    )


def _command_line(args: argparse.Namespace, options: list[str]) -> str:
    """The command that made the file: all that matters to the result, without paths of this machine."""
    words = ["visitant", "train", args.subject, "--data", args.data.resolve().name, "--minutes", f"{args.minutes:g}"]
    return shlex.join([*words, "--seed", str(args.seed), *options])


@contextmanager
def _progress_line() -> Iterator[ProgressCallback]:
    """Show the progress of a training in one line on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(TextColumn("{task.description}"), BarColumn(30), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0)

        def show(now: TrainingProgress) -> None:
            words = now.stage
            if now.stage == "training" and now.rows_per_second == now.rows_per_second:
                left = max(now.minutes_left, 0.0)
                words = f"loss {now.loss:.3f} · {now.rows_per_second:,.0f} rows/s · {left:.1f} min left"
            bar.update(task, completed=now.fraction, description=words)

        yield show
