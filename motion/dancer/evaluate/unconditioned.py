"""Unconditioned rollouts of ten minutes: whether skate, energy, diversity and contact last."""

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
from motion.dancer.guidance import energy_input, typical_speed, uniform_guidance

Array = NDArray[np.floating]

SEEDS = 8
"""Dancers of a run."""
MINUTES = 10
MINUTE_SECONDS = 60.0
FROZEN_SECONDS = 2.0
"""Duration of stillness from which on a dancer is frozen."""
STILL_SHARE = 0.1
"""Mean speed of joints, times the captured one, below which a dancer is still."""
LIKELY_DEVIATION = 2.306 * math.sqrt(1.0 + 1.0 / (MINUTES - 1))
"""Standard deviations of nine minutes within which a tenth like them lies with 95 %: the prediction interval of
Student's t with 8 degrees of freedom, 2.43."""


@dataclass(frozen=True)
class UnconditionedRun:
    """Metrics of S = SEEDS dancers over M minutes."""

    finite: bool
    longest_still_seconds: float
    """The longest stillness of any dancer."""
    skate: Array
    """(M, S) m/s"""
    energy: Array
    """(M, S) m/s"""
    diversity: Array
    """(M, S)"""
    contact: Array
    """(M, S) share of frames in which a toe touches the floor."""
    captured: tuple[float, float]
    """Energy and contact of the captured dancers from whose starts these begin."""


def roll_out_alone(
    fold: Fold,
    pairs: Sequence[EvaluationPair],
    minutes: int = MINUTES,
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> UnconditionedRun:
    """Roll out SEEDS dancers alone from the starts of captured ones, feet locked; `on_progress` receives the completed
    part, 0..1."""
    starts = [pairs[n % len(pairs)] for n in range(SEEDS)]
    captured_speed = float(np.mean([rollout_metrics.mean_speed(m.own_m) for m in pairs]))
    reference = pose_shape.rollout_features([(m, Rollout(m.own.hips_m, m.own.turns)) for m in pairs])
    batch = PairBatch(starts)
    model = CollisionAvoiding(fold.network, batch.past, batch.turns, seed=3)
    # Live dancers without a partner have the typical energy too.
    energy = energy_input(torch.full((SEEDS, 1), typical_speed(fold.network)))
    alone = Conditioning(batch.past, batch.turns, torch.zeros(SEEDS, len(BODY_PARTS)), energy=energy)
    lock = BatchFootLock(SEEDS)
    finite, still, longest_still = True, np.zeros(SEEDS), 0.0
    last: Array | None = None
    metrics = []
    for minute in range(minutes):
        rollouts = _roll_out_minute(model, alone, lock)
        joints_m = np.stack([d.joints_m for d in rollouts], axis=1)
        finite = finite and bool(np.isfinite(joints_m).all())
        joined = joints_m if last is None else np.concatenate([last, joints_m])
        for speed in np.linalg.norm(np.diff(joined, axis=0), axis=-1).mean(axis=-1) * FRAME_RATE:
            still = np.where(speed < STILL_SHARE * captured_speed, still + 1.0 / FRAME_RATE, 0.0)
            longest_still = max(longest_still, float(still.max()))
        last = joints_m[-1:]
        metrics.append([_metrics(d, reference) for d in rollouts])
        on_progress((minute + 1) / minutes)
    contact_share = float(np.mean([rollout_metrics.contact_share(m.own_m) for m in pairs]))
    skate, speeds, diversity, contact = np.moveaxis(np.array(metrics), 2, 0)
    captured = captured_speed, contact_share
    return UnconditionedRun(finite, longest_still, skate, speeds, diversity, contact, captured)


def _roll_out_minute(model: CollisionAvoiding, alone: Conditioning, lock: BatchFootLock) -> list[Rollout]:
    guidance = uniform_guidance(SEEDS)
    steps = []
    for _ in range(round(MINUTE_SECONDS * FRAME_RATE)):
        joints, six = (part.numpy() for part in model.next_frame(alone if model.plan_due else None, guidance))
        matrices = rotation.six_to_matrix(six)
        hips, turns = reconstruct(joints, matrices)
        model.correct(*pose_correction(joints, six, matrices, hips, turns))
        steps.append(lock.step(hips, turns, 1.0 / FRAME_RATE))
    return [Rollout(np.stack([h[s] for h, _ in steps]), np.stack([q[s] for _, q in steps])) for s in range(SEEDS)]


def _metrics(rollout: Rollout, reference: Array) -> tuple[float, float, float, float]:
    """Skate, energy, diversity and contact."""
    features = kinetic.window_features(kinetic.smpl_joints(rollout.hips_m, rollout.turns))
    joints_m = rollout.joints_m
    return (
        rollout_metrics.foot_skate(joints_m),
        rollout_metrics.mean_speed(joints_m),
        kinetic.diversity(kinetic.z_scores(features, reference)),
        rollout_metrics.contact_share(joints_m),
    )


def last_minute_deviation(minutes: Array) -> float:
    """Deviation of the last minute from the mean of those before, in their standard deviations; of (M, S), means over
    S."""
    means = minutes.mean(axis=1)
    return float(abs(means[-1] - means[:-1].mean()) / max(means[:-1].std(ddof=1), 1e-9))
