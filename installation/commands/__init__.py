"""Command line of `visitant`: one module a command, imported only when that command runs.

A command's module has `arguments(parser)`, which adds its own options, and `run(args)`, which returns the
exit status. Its docstring heads its help. `args.venue` is a path or None; `venue_of(args)` loads it.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from installation.core import logging as project_logging
from installation.core import native_output, python_process, standard_streams
from installation.core.errors import UserError
from installation.core.exit_status import ExitStatus
from installation.core.printable import printable
from installation.core.secrets import hide_source

if TYPE_CHECKING:
    from installation.venue.schema import Venue

COMMANDS = {
    "run": "play live: in windows, or headless where there is no display",
    "film": "render a video or a recording to a film, in lock-step",
    "still": "render one picture of what a film would show",
    "reel": "render a reel of four works and its poster",
    "retarget": "put recorded motion onto a character",
    "dance": "make motion from words",
    "paint": "paint pictures, films and folders of them",
    "compose": "compose a piece of music, as MIDI, sound and picture",
    "train": "train the dancer on motion, or the painter on pictures",
    "setup": "download the models and the demo film, and install missing libraries",
    "check": "check the venue file and this machine",
    "new": "start a scene of your own",
    "surface": "write a control surface for this venue, for Open Stage Control",
    "rehearse": "stress-test a show: an evening in minutes, and a report",
    "bench": "measure speed beside a plain implementation",
    "measure": "measure quality against baselines",
}
"""Every command, which is also its module's name, and its line of help."""

INTERRUPTED = ExitStatus.INTERRUPTED
"""Exit status of a program that Ctrl-C ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `visitant ARGV...` and return its exit status; errors with a remedy are printed to stderr."""
    python_process.begin(project_logging.PROCESS_NAME)
    words = list(sys.argv[1:] if argv is None else argv)
    args = _front_parser().parse_args(words[:1])
    if args.command is None:
        _front_parser().print_help()
        return ExitStatus.USAGE
    try:
        module = import_module(f"installation.commands.{args.command}")
        parser = argparse.ArgumentParser(
            f"visitant {args.command}",
            description=module.__doc__,
            epilog="`visitant --help` lists the exit statuses: 0 only where everything was done.",
        )
        parser.add_argument(
            "--venue", type=Path, metavar="FILE", help="the venue file (default: ./venue.toml if there)"
        )
        _add_log_options(parser)
        module.arguments(parser)
        options = parser.parse_args(words[1:])
        hide_source(getattr(options, "source", None) or "")
        _start_log(args.command, options)
        with native_output.logged():
            return int(module.run(options))
    except UserError as error:
        print(printable(f"visitant {args.command}: {error}"), file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print(f"visitant {args.command}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        standard_streams.discard_output()
        return ExitStatus.FAILED
    finally:
        project_logging.stop()


def _add_log_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log", type=Path, metavar="FILE", help="also write a log, which is rotated at 1 MB")
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-v", "--verbose", action="store_true", help="print details on standard error")
    loudness.add_argument("-q", "--quiet", action="store_true", help="print errors alone on standard error")


def _start_log(command: str, options: argparse.Namespace) -> None:
    """Log to standard error: a show with date and process, any other command its warnings with its name."""
    level = logging.INFO if command == "run" else logging.WARNING
    if options.verbose or options.quiet:
        level = logging.DEBUG if options.verbose else logging.ERROR
    line = project_logging.LINE_FORMAT if command == "run" else f"visitant {command}: %(message)s"
    project_logging.start(level, options.log, line, queued=command == "run")


def venue_of(args: argparse.Namespace) -> Venue:
    """The venue of `--venue`, else of venue.toml in the working directory, else the built-in defaults, with the scenes
    of the working directory where it has some.

    Raises VenueError (exit status 2) with all problems of the file.
    """
    from installation.show.venue_check import load
    from installation.venue.loader import without_file

    path = args.venue or Path("venue.toml")
    return load(path) if args.venue or path.exists() else without_file(Path())


def _front_parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {name:9} {line}" for name, line in COMMANDS.items())
    statuses = "\n".join(f"  {status:3}  {status.meaning}" for status in ExitStatus)
    parser = argparse.ArgumentParser(
        "visitant",
        usage="visitant COMMAND [options]",
        description="A runtime for living art: people walk in front of a camera and the wall answers.",
        epilog=f"commands:\n{listing}\n\n`visitant COMMAND --help` lists a command's options.\n\n"
        f"exit statuses:\n{statuses}\n 128+n  ended at once by a second signal of number n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and stop")
    parser.add_argument("command", nargs="?", choices=COMMANDS, metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


class _Version(argparse.Action):
    """Prints the version; looks it up only then, for reading package metadata takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        print(f"visitant {version('visitant')}")
        parser.exit()
