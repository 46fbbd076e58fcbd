"""The commands: one file each, imported only when it is the one that was typed.

A command's module has `arguments(parser)`, which adds its own options, and `run(args)`, which returns the
exit status. Its docstring heads its help. `args.venue` is a path or None; `venue_of(args)` loads it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from installation.core.errors import Trouble

if TYPE_CHECKING:
    from installation.venue.schema import Venue

COMMANDS = {
    "run": "play live: in windows, or headless where there is no display",
    "film": "the same, lock-step from a video to a film",
    "retarget": "put what bodies do onto a character",
    "paint": "paint pictures, films and folders of them",
    "train": "teach the dancer from motion, or the painter from pictures",
    "setup": "bring the models and the demo film, and say what the system lacks",
    "check": "look over the venue file and this machine",
    "new": "start a scene of your own",
    "surface": "write a control surface for this venue, for Open Stage Control",
    "rehearse": "an evening in minutes: everything that can happen to a show, and a report",
    "bench": "measure speed, side by side with the plain way",
    "measure": "measure quality against baselines",
}
"""Every command, which is also its module's name, and its line of help."""

INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `visitant ARGV...` and return its exit status; errors that a person can mend go to stderr."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = _front().parse_args(words[:1])
    if args.command is None:
        _front().print_help()
        return 2
    try:
        module = import_module(f"installation.commands.{args.command}")
        parser = argparse.ArgumentParser(f"visitant {args.command}", description=module.__doc__)
        parser.add_argument(
            "--venue", type=Path, metavar="FILE", help="the venue file (default: ./venue.toml if there)"
        )
        module.arguments(parser)
        return int(module.run(parser.parse_args(words[1:])))
    except Trouble as trouble:
        print(f"visitant {args.command}: {trouble}", file=sys.stderr)
        return trouble.status
    except KeyboardInterrupt:
        print(f"visitant {args.command}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def venue_of(args: argparse.Namespace) -> Venue:
    """The venue of `--venue`, else of venue.toml in the working directory, else the built-in defaults.

    Raises VenueError (exit status 2) with everything that is wrong with it.
    """
    from installation.show.venue_check import load
    from installation.venue.schema import Venue

    path = args.venue or Path("venue.toml")
    return load(path) if args.venue or path.exists() else Venue()


def _front() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {name:9} {line}" for name, line in COMMANDS.items())
    parser = argparse.ArgumentParser(
        "visitant",
        usage="visitant COMMAND [options]",
        description="A runtime for living art: somebody walks in front of a camera and the wall answers.",
        epilog=f"commands:\n{listing}\n\n`visitant COMMAND --help` tells a command's options.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and stop")
    parser.add_argument("command", nargs="?", choices=COMMANDS, metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


class _Version(argparse.Action):
    """Looks the version up only when asked: reading package metadata takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        print(f"visitant {version('visitant')}")
        parser.exit()
