"""Teach the dancer from recorded motion, or the painter from pictures.

Beside FILE stand its curves (.png), what there is to say about it (.md), and the checkpoint that --resume goes on from.
Ctrl-C stops after the step that is under way; nothing is lost.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.commands import INTERRUPTED
from installation.commands.arguments import minutes_of
from installation.core.errors import UserError
from installation.evaluate.report import Figure, add_json, report

if TYPE_CHECKING:
    from installation.training.painter import train as painter
    from motion.dancer import train as dancer

    Told = dancer.Progress | painter.Progress
    Made = dancer.TrainingResult | painter.TrainingResult

Heard = Callable[[Any], None]

SIZES = {"small": 0.5, "medium": 1.0, "large": 1.5}
"""Widths of a painter's network, times those that it has when nothing is said."""
LONG, SHORT = 60.0, 15.0
"""Minutes of a training, and of adapting a painter to a few pictures."""


def arguments(parser: argparse.ArgumentParser) -> None:
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="dancer|painter")
    dancer = subjects.add_parser("dancer", help="from a folder of BVH or GLB files", description=_dancer.__doc__)
    _common(dancer, "folder with .bvh and .glb motions", "dancer.safetensors", "whose the motions are")
    dancer.add_argument(
        "--without", nargs="+", default=[], metavar="NAME", help="clips never to learn from, nor from their partners"
    )
    dancer.add_argument(
        "--all", action="store_true", help="keep nothing aside: for weights that are measured elsewhere"
    )
    dancer.set_defaults(teach=_dancer, adapt=None)
    painter = subjects.add_parser("painter", help="from a folder of pictures", description=_painter.__doc__)
    _common(painter, "folder with pictures; its manifest.csv may say whose", "painter.safetensors", "whose they are")
    painter.add_argument("--people", type=Path, nargs="+", default=[], metavar="FILM", help="films to paint people of")
    painter.add_argument("--styles", type=Path, metavar="FILE", help="which pictures make which style (.toml)")
    painter.add_argument("--size", choices=SIZES, default="medium", help="of the network (medium)")
    painter.add_argument(
        "--adapt", type=Path, nargs="?", const=Path(), metavar="WEIGHTS",
        help="teach a painter that is there a style of its own: WEIGHTS, or the one that comes along",
    )  # fmt: skip
    painter.add_argument("--name", metavar="STYLE", help="with --adapt: what the style is called (the folder's name)")
    painter.set_defaults(teach=_painter)


def _common(parser: argparse.ArgumentParser, data: str, out: str, credit: str) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help=data)
    parser.add_argument("--out", type=Path, default=Path(out), metavar="FILE", help=f"default: {out}")
    parser.add_argument("--minutes", type=minutes_of, metavar="N", help=f"how long it takes ({LONG:g})")
    parser.add_argument("--resume", action="store_true", help="go on from FILE's checkpoint")
    parser.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, … (default: cuda where it is)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of everything random (0)")
    parser.add_argument("--threads", type=int, metavar="N", help="processor cores to use (default: all)")
    parser.add_argument("--credit", default="", metavar="TEXT", help=f"{credit}, for what is said about FILE")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    import torch

    if args.threads is not None:
        torch.set_num_threads(max(args.threads, 1))
    if args.minutes is None:
        args.minutes = LONG if args.adapt is None else SHORT
    try:
        with _line() as heard:
            made, names = args.teach(args, heard)
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(
            f"{error.filename or args.out}: {error.strerror or error}; --resume goes on when it can"
        ) from error
    if not made.finished:
        print(
            f"visitant train: stopped after {made.minutes:.1f} of {args.minutes:g} min, and all is kept; go on with\n"
            f"    {shlex.join(['visitant', *sys.argv[1:]])}{'' if args.resume else ' --resume'}",
            file=sys.stderr,
        )
        return INTERRUPTED
    figures = [Figure("steps", made.steps), Figure("took", made.minutes, "min")]
    figures += [Figure(names.get(name, name), value) for name, value in made.figures.items()]
    print(f"{args.out}: made; beside it .png, .md", file=sys.stderr)
    return report(figures, args.json)


def _dancer(args: argparse.Namespace, heard: Heard) -> tuple[Made, Mapping[str, str]]:
    """Teach the dancer from recorded motion: a folder of BVH or GLB files, in which two that belong together are a
    couple."""
    from motion.dancer.model_card import FIGURE_LABELS
    from motion.dancer.train import train

    more = [*(["--without", *args.without] if args.without else []), *(["--all"] if args.all else [])]
    made = train(
        args.data, args.out, args.minutes, args.without, resume=args.resume, whole=args.all, device=args.device,
        seed=args.seed, credit=args.credit, command=_typed(args, more), heard=heard,
    )  # fmt: skip
    return made, FIGURE_LABELS


def _painter(args: argparse.Namespace, heard: Heard) -> tuple[Made, Mapping[str, str]]:
    """Teach the painter from a folder of pictures, each of which becomes a style; or, with --adapt, teach one that has
    learned already an artist's own twenty pictures in a quarter of an hour."""
    from installation.commands.setup import ensure
    from installation.paint.engines.network import NetworkSettings
    from installation.paint.perceptual import ASSET
    from installation.training.painter import train

    if args.adapt is None and args.name is not None:
        raise UserError("--name: is for --adapt; --styles names the styles of a painter that learns anew")
    for film in (film for film in args.people if not film.is_file()):
        raise UserError(f"{film}: no such file; --people takes films")
    ensure(ASSET, *(["pose_landmarker_full.task"] if args.people else []))
    more = ["--people", *(film.name for film in args.people)] if args.people else []
    told = {
        "films": args.people, "resume": args.resume, "device": args.device, "seed": args.seed,
        "credit": args.credit, "heard": heard,
    }  # fmt: skip
    if args.adapt is not None:
        weights = None if args.adapt == Path() else args.adapt
        name = args.name or args.data.resolve().stem
        more += ["--adapt", *([weights.name] if weights else []), "--name", name]
        command = _typed(args, more)
        return train.adapt(args.data, args.out, args.minutes, name, weights, command=command, **told), {}
    more += ["--styles", args.styles.name] if args.styles else []
    more += ["--size", args.size] if args.size != "medium" else []
    fine, middle, deep = (round(SIZES[args.size] * width / 8) * 8 for width in NetworkSettings().widths)
    settings = NetworkSettings(widths=(fine, middle, deep))
    made = train.train(
        args.data, args.out, args.minutes, styles=args.styles, settings=settings, command=_typed(args, more), **told
    )
    return made, {}


def _typed(args: argparse.Namespace, more: list[str]) -> str:
    """The command that made the file: what matters to the result, without this machine's paths."""
    words = ["visitant", "train", args.subject, "--data", args.data.resolve().name, "--minutes", f"{args.minutes:g}"]
    return shlex.join([*words, "--seed", str(args.seed), *more])


@contextmanager
def _line() -> Iterator[Heard]:
    """A line on stderr that says how it goes."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(TextColumn("{task.description}"), BarColumn(30), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0)

        def heard(told: Told) -> None:
            if told.note:
                bar.console.print(f"visitant train: {told.note}", markup=False, highlight=False)
            words = told.doing
            if told.doing == "training" and told.rows == told.rows:
                words = f"loss {told.loss:.3f} · {told.rows:,.0f} rows/s · {max(told.minutes_left, 0.0):.1f} min left"
            bar.update(task, completed=told.share, description=words)

        yield heard
