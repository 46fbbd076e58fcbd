"""Write a layout for Open Stage Control, a control surface for tablets and screens, from the knobs of the venue.

It has one page for the show and one for each scene of the playlist. Write it anew when scenes, presets or cues change.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from installation.commands import venue_of
from installation.commands.arguments import add_overwrite_option
from installation.core.errors import UserError
from installation.core.output_files import require_outputs

DEFAULT_TARGET_PORT = 9000
"""Port to suggest where venue.toml names no target."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.json", help="the layout")
    add_overwrite_option(parser)


def run(args: argparse.Namespace) -> int:
    from installation.control.open_stage_control import session
    from installation.show import knob_tree

    venue = venue_of(args)
    require_outputs([("--out", args.out)], (args.venue, venue.file), args.overwrite)
    kinds = knob_tree.scenes(venue)
    tree = knob_tree.tree(venue, kinds)
    book = knob_tree.repertory(venue, kinds, tree)
    layout = session(tree, tuple(kinds), book.presets, book.cues)
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps(layout, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{args.out}: cannot be written ({error.strerror})") from None
    port = venue.osc.targets[0].port if venue.osc.targets else DEFAULT_TARGET_PORT
    print(f"{args.out}: {len(tree)} knobs")
    print(f"Open it with: open-stage-control --load {args.out} --send 127.0.0.1:{venue.osc.port} --osc-port {port}")
    if not venue.osc.targets:
        print(
            "To send it feedback from the show, add to venue.toml:\n\n"
            f'    [[osc.targets]]\n    host = "127.0.0.1"\n    port = {port}\n'
        )
    return 0
