"""Options of `visitant retarget` for reading a motion, finishing it, and for further outputs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands.arguments import bounded_number, frame_rate_of, seconds_of, share_of, show_time_of

if TYPE_CHECKING:
    from installation.offline.motion_finish import FinishSettings
    from installation.offline.motion_outputs import OutputSettings

PROFILE_NAMES = ("blender", "unreal", "unity", "maya")
MIN_SPEED, MAX_SPEED = 0.05, 20.0


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Options of how a source is read: bones, rest pose, unit, axis, take, rate and part."""
    group = parser.add_argument_group("source")
    group.add_argument("--start", type=show_time_of, default=0.0, metavar="S", help="begin at this time of the source")
    group.add_argument("--seconds", type=seconds_of, metavar="S", help="duration (default: to the end)")
    group.add_argument("--fps", type=frame_rate_of, metavar="N", help="frames a second (default: the source's own)")
    group.add_argument("--take", metavar="NAME", help="the animation of the source, by name (default: its first)")
    group.add_argument(
        "--skeleton", default="", metavar="NAME", help="a skin or joint of the source's skeleton to take"
    )
    group.add_argument(
        "--rest",
        metavar="POSE",
        help="pose in which the source's skeleton rests: zero (all rotations 0), first (its first frame), the number "
        "of a frame, or a motion file whose first frame it is (default: found from the structure)",
    )
    group.add_argument("--keep-start", action="store_true", help="keep a T-pose at the start, else it is left out")
    group.add_argument(
        "--fingers",
        choices=("auto", "relaxed"),
        default="auto",
        help="in a film: as hands show them, relaxed where none is seen, or always relaxed (auto)",
    )
    group.add_argument("--source-map", type=Path, metavar="FILE", help="TOML: bone of each joint of the source")
    group.add_argument("--save-source-map", type=Path, metavar="FILE", help="write that map as it is in use")
    group.add_argument(
        "--unit",
        metavar="UNIT",
        help="unit of a BVH: m, cm, inch, …, or its length in metres (default: estimated from the legs)",
    )
    group.add_argument("--up", choices=("Y", "Z"), help="up axis of a BVH (default: estimated from the pose)")


def inputs_of(args: argparse.Namespace) -> list[Path | str]:
    """All files that are read besides the source."""
    from installation.offline.motion_sources import files_named, is_pose_word

    rest = None if args.rest is None or is_pose_word(args.rest) else args.rest
    return files_named(*args.to, rest, args.map, args.source_map, args.weights, args.venue, args.then)


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


def add_fill_options(parser: argparse.ArgumentParser) -> None:
    """Options of what the dancer makes anew."""
    group = parser.add_argument_group("filling")
    group.add_argument(
        "--fill",
        type=_gap_of,
        action="append",
        default=[],
        metavar="FROM:TO",
        help="let the dancer fill this gap, seconds of the source; repeatable",
    )
    group.add_argument("--then", metavar="SOURCE", help="motion file that follows, moved to where the dance arrives")
    group.add_argument(
        "--dance", type=seconds_of, metavar="S", help="duration of the dance between the two, seconds (2)"
    )


def _gap_of(text: str) -> tuple[float, float]:
    """Begin and end of a gap, s."""
    start, colon, end = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"{text}: expected FROM:TO in seconds, such as 2.0:4.5")
    gap = show_time_of(start), show_time_of(end)
    if gap[0] >= gap[1]:
        raise argparse.ArgumentTypeError(f"{text}: ends before it begins; expected FROM:TO, such as 2.0:4.5")
    return gap


def finish_settings(args: argparse.Namespace) -> FinishSettings:
    """The settings of these options. What another program measured and sends over VMC stays as a motion file does."""
    from installation.offline.motion_finish import FinishSettings
    from installation.offline.vmc_capture import is_vmc

    return FinishSettings(args.smooth, args.foot_lock, args.speed, args.raw or is_vmc(args.source))


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Options of the outputs beside the motion itself."""
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
