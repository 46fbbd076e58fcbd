"""Teach the dancer from recorded motion: a folder of BVH or GLB files, in which two that belong together are a couple.

Beside FILE stand its curves (.png), what there is to say about it (.md), and the checkpoint that --resume goes on from.
Ctrl-C stops after the step that is under way; nothing is lost.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import INTERRUPTED
from installation.commands.film import number
from installation.commands.report import Figure, add_json, report
from installation.trouble import Trouble

if TYPE_CHECKING:
    from motion.dancer.train import Heard, Told


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", choices=("dancer",), help="who is taught")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder with .bvh and .glb motions")
    parser.add_argument(
        "--out", type=Path, default=Path("dancer.safetensors"), metavar="FILE", help="default: dancer.safetensors"
    )
    parser.add_argument("--minutes", type=_minutes, default=60.0, metavar="N", help="how long it takes (60)")
    parser.add_argument("--resume", action="store_true", help="go on from FILE's checkpoint")
    parser.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, … (default: cuda where it is)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of everything random (0)")
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="NAME", help="clips never to learn from, nor from their partners"
    )
    parser.add_argument(
        "--all", action="store_true", help="keep nothing aside: for weights that are measured elsewhere"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="processor cores to use (default: all)")
    parser.add_argument(
        "--credit", default="", metavar="TEXT", help="whose the motions are, for what is said about FILE"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    import torch

    from motion.dancer.card import NAMES
    from motion.dancer.train import train

    if args.threads is not None:
        torch.set_num_threads(max(args.threads, 1))
    try:
        with _line() as heard:
            made = train(
                args.data, args.out, args.minutes, args.without, resume=args.resume, whole=args.all,
                device=args.device, seed=args.seed, credit=args.credit, command=_typed(args), heard=heard,
            )  # fmt: skip
    except ValueError as error:
        raise Trouble(str(error)) from error
    except OSError as error:
        raise Trouble(
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
    figures += [Figure(NAMES[name], value) for name, value in made.figures.items()]
    print(f"{args.out}: made; beside it .png, .md", file=sys.stderr)
    return report(figures, args.json)


def _typed(args: argparse.Namespace) -> str:
    """The command that made the file: what matters to the result, without this machine's paths."""
    words = ["visitant", "train", args.subject, "--data", args.data.resolve().name, "--minutes", f"{args.minutes:g}"]
    words += ["--seed", str(args.seed)]
    words += ["--without", *args.without] if args.without else []
    return shlex.join([*words, *(["--all"] if args.all else [])])


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


def _minutes(text: str) -> float:
    return number(text, 0.01, 1e5)
