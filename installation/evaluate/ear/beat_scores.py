"""Scores of beat tracking: F-measure and continuity, as Davies, Degara and Plumbley (2009) define them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.floating]

F_WINDOW_SECONDS = 0.07
"""Distance up to which a beat is found."""
PHASE_TOLERANCE = 0.175
"""Largest error of a beat, as a share of the interval, that is continuous,"""
PERIOD_TOLERANCE = 0.175
"""and largest error of an interval."""
SKIPPED_SECONDS = 5.0
"""Left out at the start, as is customary."""


@dataclass(frozen=True, slots=True)
class BeatScores:
    """Scores of one take, 0..1."""

    f_measure: float
    cmlt: float
    """Share of beats that are continuous at the true tempo,"""
    amlt: float
    """and that of the best of the true, the double, the half tempo and the off-beat."""


def beat_scores(found: Times, true: Times) -> BeatScores:
    """Scores of found beats beside true ones, s, both ascending; beats before SKIPPED_SECONDS do not count."""
    found, true = found[found >= SKIPPED_SECONDS], true[true >= SKIPPED_SECONDS]
    if len(found) < 2 or len(true) < 2:
        return BeatScores(0.0, 0.0, 0.0)
    variants = [continuity(found, other) for other in metrical_variants(true)]
    return BeatScores(f_measure(found, true), variants[0], max(variants))


def f_measure(found: Times, true: Times) -> float:
    """Harmonic mean of precision and recall; each true beat is found at most once."""
    hits, at = 0, 0
    for beat in true:
        while at < len(found) and found[at] < beat - F_WINDOW_SECONDS:
            at += 1
        if at < len(found) and found[at] <= beat + F_WINDOW_SECONDS:
            hits += 1
            at += 1
    return 2.0 * hits / (len(found) + len(true))


def metrical_variants(true: Times) -> list[Times]:
    """The true beats, their off-beats, twice as many, and every second one from the first and from the second."""
    double = np.interp(np.arange(2 * len(true) - 1) / 2, np.arange(len(true)), true)
    return [true, double[1::2], double, true[::2], true[1::2]]


def continuity(found: Times, true: Times) -> float:
    """Share of beats that lie near a true one and at the right distance from the beat before (or, at the start, after).

    The share is of the longer of both sequences; each true beat counts once.
    """
    if len(found) < 2 or len(true) < 2:
        return 0.0
    nearest = np.abs(found[:, None] - true[None]).argmin(axis=1)
    used: set[int] = set()
    correct = 0
    for number, near in enumerate(nearest.tolist()):
        # Towards the neighbour before; at the very start there is none.
        side = 1 if number == 0 or near == 0 else -1
        if number + side >= len(found) or near + side >= len(true) or near in used:
            continue
        interval = abs(true[near + side] - true[near])
        own = abs(found[number + side] - found[number])
        in_phase = abs(found[number] - true[near]) < PHASE_TOLERANCE * interval
        if in_phase and abs(1.0 - own / interval) < PERIOD_TOLERANCE:
            correct += 1
            used.add(near)
    return correct / max(len(found), len(true))
