"""Gaps of a recorded motion filled by the dancer, and a second motion joined to it by a dance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from installation.core.errors import UserError
from installation.offline.motion_capture import CapturedMotion
from motion.body import Motion
from motion.dancer.gap_filling import MIN_SECONDS, fill_motion, join_motions
from motion.dancer.in_between import GapError
from motion.dancer.network import Network

Say = Callable[[str], None]
"""Receives a line about what happens."""


@dataclass(frozen=True)
class FillSettings:
    """What of a motion is made anew."""

    gaps: Sequence[tuple[float, float]]
    """Begin and end of each, seconds of the source."""
    then: Motion | None = None
    """The motion that follows."""
    dance_seconds: float = 0.0
    """Duration of the dance between the two."""
    seed: int = 0


def checked_gaps(gaps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The gaps in order. Raises UserError where two meet or overlap."""
    ordered = sorted(gaps)
    for (start, end), (after, stop) in pairwise(ordered):
        if after - end < MIN_SECONDS:
            raise UserError(
                f"--fill {start:g}:{end:g} and {after:g}:{stop:g}: overlap, or are less than two frames apart; "
                f"expected {MIN_SECONDS:.2f} s or more between them"
            )
    return ordered


def fill_captured(captured: CapturedMotion, settings: FillSettings, network: Network, say: Say) -> Motion:
    """The motion with its gaps filled and the other one joined. Raises UserError."""
    # The times of a motion file are its own, with the T-pose that was left out at its start.
    skipped = captured.start_seconds if captured.take is not None else 0.0
    motion = captured.motion
    for start, end in settings.gaps:
        try:
            motion = fill_motion(motion, start - skipped, end - skipped, network, settings.seed)
        except GapError as error:
            shift = f" (after the T-pose at its start, {skipped:.2f} s, which is left out)" if skipped else ""
            raise UserError(f"--fill {start:g}:{end:g}: {error}{shift}") from error
        say(f"{captured.name}: {start:g} to {end:g} s filled")
    if settings.then is not None:
        seconds = len(motion) / motion.rate
        try:
            motion = join_motions(motion, settings.then, settings.dance_seconds, network, settings.seed)
        except GapError as error:
            raise UserError(f"--dance {settings.dance_seconds:g}: {error}") from error
        say(f"{captured.name}: a dance from {seconds:.2f} to {seconds + settings.dance_seconds:.2f} s")
    return motion
