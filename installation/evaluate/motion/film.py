"""Evaluation of motion capture from films: hops of feet that stand, and bones that spin at a cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from installation.evaluate.clips import find_clip
from installation.evaluate.report import Figure
from motion import rotation
from motion.body import Motion
from motion.metrics import motion_joints
from motion.skeleton import TOE_BONES


@dataclass(frozen=True, slots=True)
class FilmMotion:
    """The motion of one person in a film."""

    start_seconds: float
    measured: Motion
    """As it was captured."""
    finished: Motion
    """As it is retargeted."""


@dataclass(frozen=True, slots=True)
class FilmCapture:
    """All motions in a film, longest first, and the times of its cuts."""

    motions: Sequence[FilmMotion]
    cut_seconds: Sequence[float]


CaptureFilm = Callable[[Path], FilmCapture]
"""Captures the motions of a film; comes from the room of motion capture, beside which this one stands."""

SQUATS = "tfjs_pose_squats.mp4"
"""A woman who does squats with both feet down, five pictures a second."""
DANCER = "tfjs_dancer_crop.mp4"
"""A dancer; the film jumps from her sitting to her standing after three pictures."""
MAX_HOP_M = 0.02
MAX_CUT_SPEED = 15.0
"""rad/s"""
CUT_S = 0.5
"""Time on both sides of a cut in which bones are watched."""
STANDING_PERCENTILE = 25.0
"""Percentile of the height of the lower foot that is a standing one's."""


def measure_films(material: Path | None, capture: CaptureFilm) -> list[Figure]:
    """The highest hop in a film of squats, and the fastest bone at the cut in another; its baseline is the motion
    before it is finished."""
    squats, dancer = (
        None if clip is None else capture(clip) for clip in (find_clip(name, material) for name in (SQUATS, DANCER))
    )
    hop = "film: highest hop of squats with both feet down"
    spin = "film: fastest turn of a bone within half a second of a cut"
    figures = [
        Figure(f"{hop}: its clip is not there", None, "m"),
        Figure(f"{spin}: its clip is not there", None, "rad/s"),
    ]
    if squats is not None:
        figures[0] = Figure.at_most(hop, highest_hop_m(squats.motions[0].finished), MAX_HOP_M, "m")
    if dancer is not None:
        cuts = dancer.cut_seconds
        own = max((fastest_turn(each.start_seconds, each.finished, cuts) for each in dancer.motions), default=0.0)
        raw_speed = max((fastest_turn(each.start_seconds, each.measured, cuts) for each in dancer.motions), default=0.0)
        figures[1] = Figure.at_most(spin, own, MAX_CUT_SPEED, "rad/s", raw_speed)
        figures.append(Figure.at_least("film: cuts found in the dancer's film, one there", float(len(cuts)), 1.0))
    return figures


def highest_hop_m(motion: Motion) -> float:
    """How far the lower foot leaves the height at which it stands."""
    lower = motion_joints(motion)[:, TOE_BONES, 1].min(axis=1)
    return float(lower.max() - np.percentile(lower, STANDING_PERCENTILE))


def fastest_turn(start_s: float, motion: Motion, cuts_s: Sequence[float]) -> float:
    """rad/s of the fastest bone near one of the cuts; 0 where the motion is not near one."""
    speed = rotation.angle(motion.turns[1:], motion.turns[:-1]).max(axis=1) * motion.rate
    times = start_s + (np.arange(len(speed)) + 0.5) / motion.rate
    near = np.zeros(len(speed), bool)
    for cut in cuts_s:
        near |= np.abs(times - cut) < CUT_S
    return float(speed[near].max(initial=0.0))
