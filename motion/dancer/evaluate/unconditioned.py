"""Ten minutes alone: whether a dancer is still as alive at the end."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from motion import rotation
from motion.dancer import kinetic
from motion.dancer.body_reconstruction import Grip, embodied
from motion.dancer.collision_avoidance import Apart, mending
from motion.dancer.data import RATE
from motion.dancer.evaluate import pose_shape
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import Dance, Floor, Meeting
from motion.dancer.guidance import energy as asked_energy
from motion.dancer.guidance import manner, usual
from motion.dancer.network import PARTS, Asked

Array = NDArray[np.floating]

SEEDS, MINUTES, MINUTE = 8, 10, 60.0
FROZEN, STILL = 2.0, 0.1
"""Seconds after which somebody is frozen, and share of the captured speed of joints under which they are still."""
LIKELY = 2.306 * math.sqrt(1.0 + 1.0 / (MINUTES - 1))
"""Standard deviations of nine minutes within which a tenth that is like them lies 95 times of 100: the prediction
interval of Student's t with 8 degrees of freedom, 2.43."""


@dataclass(frozen=True)
class Lonely:
    """What became of SEEDS dancers; minutes in rows."""

    finite: bool
    frozen: float
    """Seconds that somebody was still, at most."""
    skate: Array
    """(M, S) m/s"""
    energy: Array
    """(M, S) m/s"""
    diversity: Array
    """(M, S)"""
    contact: Array
    """(M, S) share of frames in which a toe touches the floor."""
    usual: tuple[float, float]
    """Energy and contact of the captured dancers where these begin."""


def alone(
    fold: Fold, some: Sequence[Meeting], minutes: int = MINUTES, heard: Callable[[float], None] = lambda s: None
) -> Lonely:
    """SEEDS dancers go on alone from where captured ones began, feet locked."""
    begins = [some[n % len(some)] for n in range(SEEDS)]
    captured = float(np.mean([pose_shape.energy(m.own_m) for m in some]))
    true = pose_shape.moves([(m, Dance(m.own.hips_m, m.own.turns)) for m in some])
    floor = Floor(begins)
    mover = Apart(fold.network, floor.past, floor.turns, seed=3)
    # As the wall asks who has nobody: to be as lively as people are.
    lively = asked_energy(torch.full((SEEDS, 1), usual(fold.network)))
    nobody = Asked(floor.past, floor.turns, torch.zeros(SEEDS, len(PARTS)), energy=lively)
    how, grip = manner(SEEDS), Grip(SEEDS)
    count = round(MINUTE * RATE)
    finite, still, frozen = True, np.zeros(SEEDS), 0.0
    last: Array | None = None
    rows = []
    for minute in range(minutes):
        steps = []
        for _ in range(count):
            places, six = (part.numpy() for part in mover.frame(nobody if mover.due else None, how))
            turned = rotation.six_to_matrix(six)
            hips, bones = embodied(places, turned)
            mover.mend(*mending(places, six, turned, hips, bones))
            steps.append(grip.step(hips, bones, 1.0 / RATE))
        dances = [Dance(np.stack([h[s] for h, _ in steps]), np.stack([q[s] for _, q in steps])) for s in range(SEEDS)]
        all_m = np.stack([d.joints_m for d in dances], axis=1)
        finite = finite and bool(np.isfinite(all_m).all())
        whole = all_m if last is None else np.concatenate([last, all_m])
        for speed in np.linalg.norm(np.diff(whole, axis=0), axis=-1).mean(axis=-1) * RATE:
            still = np.where(speed < STILL * captured, still + 1.0 / RATE, 0.0)
            frozen = max(frozen, float(still.max()))
        last = all_m[-1:]
        rows.append([_minute(d, true) for d in dances])
        heard((minute + 1) / minutes)
    stands = float(np.mean([pose_shape.contact(m.own_m) for m in some]))
    skate, energy, diversity, contact = np.moveaxis(np.array(rows), 2, 0)
    return Lonely(finite, frozen, skate, energy, diversity, contact, (captured, stands))


def _minute(dance: Dance, true: Array) -> tuple[float, float, float, float]:
    moves = kinetic.windows(kinetic.places(dance.hips_m, dance.turns))
    there = dance.joints_m
    return (
        pose_shape.skate(there),
        pose_shape.energy(there),
        kinetic.diversity(kinetic.even(moves, true)),
        pose_shape.contact(
            there,
        ),
    )


def spread(minutes: Array) -> float:
    """How many standard deviations of the minutes before the last minute is off their mean; of (M, S), means over S."""
    means = minutes.mean(axis=1)
    return float(abs(means[-1] - means[:-1].mean()) / max(means[:-1].std(ddof=1), 1e-9))
