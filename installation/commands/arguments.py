"""Argument types that several commands share: sizes, durations, rates and shares within bounds."""

from __future__ import annotations

import argparse
from pathlib import Path

FILM_SUFFIXES = (".mp4", ".mkv", ".mov")
"""What a film's file may end with."""
STILL_SUFFIXES = (".png", ".jpg", ".jpeg")
"""What a picture's file may end with."""
MOMENTS_SUFFIX = ".moments"
"""What the file of a recording of Moments ends with."""
MIN_SIDE_PX = 16
"""Shortest side of a canvas or film, pixels."""
MAX_SIDE_PX = 8192
"""Longest side of a canvas or film, pixels."""


def size_of(text: str) -> tuple[int, int]:
    """(width, height) in pixels from "1280x720", both even, as films need. Raises ArgumentTypeError."""
    width, height = picture_size_of(text)
    if width % 2 or height % 2:
        raise argparse.ArgumentTypeError(f"{text!r}: both sides must be even")
    return width, height


def picture_size_of(text: str) -> tuple[int, int]:
    """(width, height) in pixels from "241x135". Raises ArgumentTypeError."""
    width, _, height = text.lower().partition("x")
    if not all(side.isdecimal() and MIN_SIDE_PX <= int(side) <= MAX_SIDE_PX for side in (width, height)):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no size; expected one such as 1280x720, each side {MIN_SIDE_PX} to {MAX_SIDE_PX}"
        )
    return int(width), int(height)


def film_of(text: str) -> Path:
    """A path for a film. Raises ArgumentTypeError with what would be right for any other suffix."""
    other = "; `visitant still` renders pictures" if text.lower().endswith(STILL_SUFFIXES) else ""
    return _path_of(text, FILM_SUFFIXES, "film", other)


def still_of(text: str) -> Path:
    """A path for a picture. Raises ArgumentTypeError with what would be right for any other suffix."""
    other = "; `visitant film` renders films" if text.lower().endswith(FILM_SUFFIXES) else ""
    return _path_of(text, STILL_SUFFIXES, "picture", other)


def _path_of(text: str, suffixes: tuple[str, ...], kind: str, other: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in suffixes:
        stem = path.with_suffix("") if path.name else Path(kind)
        right = " or ".join(f"{stem}{suffix}" for suffix in suffixes[:2])
        raise argparse.ArgumentTypeError(f"{text!r} is no {kind}; expected a name such as {right}{other}")
    return path


def moments_of(text: str) -> Path:
    """A path for a recording of Moments. Raises ArgumentTypeError for other suffixes, with which it would not play."""
    return _path_of(text, (MOMENTS_SUFFIX,), "recording of Moments", "")


def add_overwrite_option(parser: argparse.ArgumentParser) -> None:
    """Add the option of every command that writes a file which may exist; see `installation.core.output_files`."""
    parser.add_argument("--overwrite", "--force", action="store_true", help="replace files that exist")


def frame_rate_of(text: str) -> float:
    """Frames a second, 1 to 240. Raises ArgumentTypeError."""
    return bounded_number(text, 1.0, 240.0)


def tempo_of(text: str) -> float:
    """Beats a minute within the bounds of the pulse. Raises ArgumentTypeError."""
    # The tracker imports NumPy, which commands without a tempo start sooner without.
    from installation.ear.clocks.clock import MAX_TEMPO, MIN_TEMPO

    return bounded_number(text, MIN_TEMPO, MAX_TEMPO)


def seconds_of(text: str) -> float:
    """A duration in seconds, from one frame to one day. Raises ArgumentTypeError."""
    return bounded_number(text, 0.04, 86400.0)


def show_time_of(text: str) -> float:
    """A time from the begin of a film, up to one day. Raises ArgumentTypeError."""
    return bounded_number(text, 0.0, 86400.0)


def minutes_of(text: str) -> float:
    """A duration in minutes. Raises ArgumentTypeError."""
    return bounded_number(text, 0.01, 1e5)


def share_of(text: str) -> float:
    """A share, 0..1. Raises ArgumentTypeError."""
    return bounded_number(text, 0.0, 1.0)


def bounded_number(text: str, minimum: float, maximum: float) -> float:
    """A number from `minimum` to `maximum`. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not minimum <= value <= maximum:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {minimum:g} to {maximum:g}")
    return value
