"""Rehearse an evening in minutes: people come and go, scenes change every five seconds, controllers send 2,000 messages
a second of which many are malformed, shaders are edited and broken, child processes are killed, and where there is a
display, windows are resized and switched to full screen every 20 seconds.

It ends with a report: late frames, the longest frame interval, errors by kind, memory. The files of the venue are not
changed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.commands import venue_of
from installation.commands.arguments import add_overwrite_option, minutes_of, size_of, still_of
from installation.commands.progress import progress
from installation.core.output_files import require_outputs
from installation.core.system_info import has_display
from installation.evaluate.report import add_json_option, report


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=minutes_of, default=10.0, metavar="N", help="how long it takes (default: 10)")
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of the script; another one is another evening (default: 1)"
    )
    parser.add_argument("--size", type=size_of, metavar="WxH", help="size of the canvas (default: the venue's)")
    parser.add_argument("--headless", action="store_true", help="open no window, also where there is a display")
    parser.add_argument("--material", type=Path, metavar="DIR", help="folder with the standard clips")
    parser.add_argument("--plot", type=still_of, metavar="FILE", help="write a plot of frame intervals and memory")
    add_overwrite_option(parser)
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    from installation.evaluate.stress.report import draw_rehearsal, rehearse

    require_outputs([("--plot", args.plot)], (args.venue,), args.overwrite)
    venue = venue_of(args)
    if args.size is not None:
        venue = venue.model_copy(update={"canvas": venue.canvas.model_copy(update={"size": args.size})})
    with progress("rehearsal") as advance:
        windows = has_display() and not args.headless
        found = rehearse(venue, args.material, 60.0 * args.minutes, args.seed, advance, windows)
    if args.plot is not None:
        args.plot.parent.mkdir(parents=True, exist_ok=True)
        draw_rehearsal(found).save(args.plot)
    names = {"dropped": "dropped", "restarts": "restarts", "errors": "errors", "acts": "events", "faults": "faults"}
    details = {name: found.findings[key] for name, key in names.items()}
    status = report(found.figures, args.json, {"rehearsal": details})
    if not args.json:
        for name, detail in details.items():
            for item, count in detail.items() if isinstance(detail, dict) else ((fault, "") for fault in detail):
                print(f"{name}: {item} {count}".rstrip())
    return status
