"""Ten minutes alone: whether a dancer is still as alive at the end."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from motion import rotation
from motion.dancer import kinetic, rollout_metrics
from motion.dancer.body_reconstruction import BatchFootLock, reconstruct
from motion.dancer.collision_avoidance import CollisionAvoiding, pose_correction
from motion.dancer.conditioning import BODY_PARTS, Conditioning
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate import pose_shape
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import EvaluationPair, PairBatch, Rollout
from motion.dancer.guidance import energy_input as asked_energy
from motion.dancer.guidance import typical_speed, uniform_guidance

Array = NDArray[np.floating]

SEEDS, MINUTES, MINUTE_SECONDS = 8, 10, 60.0
FROZEN_SECONDS, STILL_SHARE = 2.0, 0.1
"""Seconds after which somebody is frozen, and share of the captured speed of joints under which they are still."""
LIKELY_DEVIATION = 2.306 * math.sqrt(1.0 + 1.0 / (MINUTES - 1))
"""Standard deviations of nine minutes within which a tenth that is like them lies 95 times of 100: the prediction
interval of Student's t with 8 degrees of freedom, 2.43."""


@dataclass(frozen=True)
class UnconditionedRun:
    """What became of SEEDS dancers; minutes in rows."""

    finite: bool
    longest_still_seconds: float
    """Seconds that somebody was still, at most."""
    skate: Array
    """(M, S) m/s"""
    energy: Array
    """(M, S) m/s"""
    diversity: Array
    """(M, S)"""
    contact: Array
    """(M, S) share of frames in which a toe touches the floor."""
    captured: tuple[float, float]
    """Energy and contact of the captured dancers where these begin."""


def roll_out_alone(
    fold: Fold,
    some: Sequence[EvaluationPair],
    minutes: int = MINUTES,
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> UnconditionedRun:
    """SEEDS dancers go on alone from where captured ones began, feet locked."""
    begins = [some[n % len(some)] for n in range(SEEDS)]
    captured = float(np.mean([rollout_metrics.mean_speed(m.own_m) for m in some]))
    true = pose_shape.rollout_features([(m, Rollout(m.own.hips_m, m.own.turns)) for m in some])
    floor = PairBatch(begins)
    mover = CollisionAvoiding(fold.network, floor.past, floor.turns, seed=3)
    # As the wall asks who has nobody: to be as lively as people are.
    lively = asked_energy(torch.full((SEEDS, 1), typical_speed(fold.network)))
    nobody = Conditioning(floor.past, floor.turns, torch.zeros(SEEDS, len(BODY_PARTS)), energy=lively)
    how, grip = uniform_guidance(SEEDS), BatchFootLock(SEEDS)
    count = round(MINUTE_SECONDS * FRAME_RATE)
    finite, still, frozen = True, np.zeros(SEEDS), 0.0
    last: Array | None = None
    rows = []
    for minute in range(minutes):
        steps = []
        for _ in range(count):
            places, six = (part.numpy() for part in mover.next_frame(nobody if mover.plan_due else None, how))
            turned = rotation.six_to_matrix(six)
            hips, bones = reconstruct(places, turned)
            mover.correct(*pose_correction(places, six, turned, hips, bones))
            steps.append(grip.step(hips, bones, 1.0 / FRAME_RATE))
        dances = [Rollout(np.stack([h[s] for h, _ in steps]), np.stack([q[s] for _, q in steps])) for s in range(SEEDS)]
        all_m = np.stack([d.joints_m for d in dances], axis=1)
        finite = finite and bool(np.isfinite(all_m).all())
        whole = all_m if last is None else np.concatenate([last, all_m])
        for speed in np.linalg.norm(np.diff(whole, axis=0), axis=-1).mean(axis=-1) * FRAME_RATE:
            still = np.where(speed < STILL_SHARE * captured, still + 1.0 / FRAME_RATE, 0.0)
            frozen = max(frozen, float(still.max()))
        last = all_m[-1:]
        rows.append([_minute(d, true) for d in dances])
        on_progress((minute + 1) / minutes)
    stands = float(np.mean([rollout_metrics.contact_share(m.own_m) for m in some]))
    skate, energy, diversity, contact = np.moveaxis(np.array(rows), 2, 0)
    return UnconditionedRun(finite, frozen, skate, energy, diversity, contact, (captured, stands))


def _minute(dance: Rollout, true: Array) -> tuple[float, float, float, float]:
    moves = kinetic.window_features(kinetic.smpl_joints(dance.hips_m, dance.turns))
    there = dance.joints_m
    return (
        rollout_metrics.foot_skate(there),
        rollout_metrics.mean_speed(there),
        kinetic.diversity(kinetic.z_scores(moves, true)),
        rollout_metrics.contact_share(
            there,
        ),
    )


def last_minute_deviation(minutes: Array) -> float:
    """How many standard deviations of the minutes before the last minute is off their mean; of (M, S), means over S."""
    means = minutes.mean(axis=1)
    return float(abs(means[-1] - means[:-1].mean()) / max(means[:-1].std(ddof=1), 1e-9))
