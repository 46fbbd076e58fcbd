"""Measure quality against baselines: `visitant measure eye` on the standard clips, or on a clip of your own."""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.commands.report import add_json, report


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", choices=("eye",), help="what to measure")
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="a clip of your own: who is seen in each frame")
    parser.add_argument("--material", type=Path, metavar="DIR", help="folder with the standard clips and motions")
    add_json(parser)
