"""Options of `visitant retarget` for finishing a motion and for what is written besides it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands.arguments import bounded_number, share_of

if TYPE_CHECKING:
    from installation.offline.motion_finish import FinishSettings
    from installation.offline.motion_outputs import OutputSettings

PROFILE_NAMES = ("blender", "unreal", "unity", "maya")
MIN_SPEED, MAX_SPEED = 0.05, 20.0


def add_finish_options(parser: argparse.ArgumentParser) -> None:
    """Options of how a motion is finished."""
    group = parser.add_argument_group("finish")
    group.add_argument(
        "--foot-lock",
        type=share_of,
        metavar="X",
        help="how firmly standing feet stay in place: 0 as measured, 1 fixed (1 for what a camera saw, else 0)",
    )
    group.add_argument(
        "--smooth",
        type=share_of,
        metavar="X",
        help="how much jitter is taken away: 0 none, 1 very calm (0.25 for what a camera saw, else 0)",
    )
    group.add_argument("--raw", action="store_true", help="nothing is done to what a camera saw, unless asked for here")
    group.add_argument(
        "--speed",
        type=lambda text: bounded_number(text, MIN_SPEED, MAX_SPEED),
        default=1.0,
        metavar="X",
        help="how many times faster the motion is (1)",
    )


def finish_settings(args: argparse.Namespace) -> FinishSettings:
    """The settings of these options."""
    from installation.offline.motion_finish import FinishSettings

    return FinishSettings(args.smooth, args.foot_lock, args.speed, args.raw)


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Options of what is written besides the motion itself."""
    group = parser.add_argument_group("output")
    group.add_argument(
        "--profile",
        choices=PROFILE_NAMES,
        help="unit, axes and joint names of this program, and a root joint on the floor above the hips",
    )
    group.add_argument("--one-file", action="store_true", help="write all motions as animations of one .glb")
    group.add_argument(
        "--view",
        type=Path,
        metavar="PAGE",
        help="also write an .html page that shows the motion, turning, in a browser",
    )


def output_settings(args: argparse.Namespace, targets: Sequence[object]) -> OutputSettings:
    """The settings of these options. Raises UserError."""
    from installation.core.errors import UserError
    from installation.offline.motion_outputs import OutputSettings, check_one_file, profile_of

    if args.view is not None and args.view.suffix.lower() not in (".html", ".htm"):
        raise UserError(f"--view {args.view}: expected a page, .html")
    if args.one_file:
        check_one_file(args.out, targets)
    return OutputSettings(profile_of(args.profile, args.out), args.one_file, args.view)
