"""Fault injection while the show plays: the eye's process killed, then stopped; frame intervals and recovery."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from installation.evaluate.bench.live_loop import LiveRun, measure_live
from installation.evaluate.report import Figure
from installation.venue.schema import Venue

RATE_HZ = 30.0
"""Frame rate of the loop: one that this machine keeps, so that a longer interval comes from the fault alone."""
SIGNALS = ((2.0, "SIGKILL"), (12.0, "SIGSTOP"))
"""Seconds after the warm-up, and the signal."""
SECONDS = 22.0
"""How long the show is measured."""


def measure_eye_faults(person_clip: str, size_px: Sequence[int], advance: Callable[[float], None]) -> list[Figure]:
    """Play one person's clip, kill the eye's process, and later stop it. Raises JsonProcessError."""
    scene = Venue().scenes.playlist[0]
    found = measure_live(LiveRun(person_clip, size_px, SECONDS, scene, SIGNALS, RATE_HZ))
    advance(1.0)
    median_ms = 1e3 * found.interval_median_seconds
    figures = []
    for name, recovery in zip(("killed", "stopped"), found.recoveries, strict=True):
        longest_ms = 1e3 * recovery.longest_interval_seconds
        figures += [
            Figure.at_most(f"longest interval, eye {name}", longest_ms, 100.0, "ms", median_ms),
            Figure.at_most(f"eye {name}, sees again after", recovery.eye_seconds, 5.0, "s"),
        ]
    return figures
