"""Harm while the show plays: the eye killed, the eye stopped; what the wall shows of it."""

from __future__ import annotations

from collections.abc import Callable

from installation.evaluate.bench.loop import measured
from installation.evaluate.report import Figure
from installation.venue.schema import Venue

RATE = 30.0
"""Frames a second of the loop: one that this machine keeps, so that an interval tells of harm alone."""


def harm(person: str, size: list[int], advance: Callable[[float], None]) -> list[Figure]:
    """Play one person's clip, kill the eye, and later stop it."""
    scene = Venue().scenes.playlist[0]
    wounds = ((2.0, "SIGKILL"), (12.0, "SIGSTOP"))
    found = measured("ours", clip=person, size=size, seconds=22.0, scene=scene, harm=wounds, rate=RATE)
    advance(1.0)
    figures = []
    for name, after in zip(("killed", "stopped"), found["after"], strict=True):
        figures += [
            Figure.at_most(f"longest interval, eye {name}", 1e3 * after["longest"], 100.0, "ms", 1e3 * found["median"]),
            Figure.at_most(f"eye {name}, sees again after", after["back"], 5.0, "s"),
        ]
    return figures
