"""Metrics of rollouts: beat F1 with the partner, skate, contact, jerk, speed, and their ratio to captured motion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from motion import beat, metrics
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, Rollout
from motion.skeleton import TOE_BONES, TOES_HEIGHT_M

Array = NDArray[np.floating]
RolloutPairs = Sequence[tuple[EvaluationPair, Rollout]]


def shared_beats_f1(pair: EvaluationPair, rollout: Rollout) -> float:
    """Beat F1 of a rollout with the true partner."""
    return beat.beat_f1(rollout.beats_s, partner_beats_s(pair, len(rollout)))


def partner_beats_s(pair: EvaluationPair, frames: int) -> Array:
    """(N,) s: the true partner's kinematic beats in the first frames of the rollout."""
    return beat.beat_times(pair.partner_m[CONTEXT_FRAMES : CONTEXT_FRAMES + frames], FRAME_RATE)


def couple_means(values: Sequence[tuple[str, float]]) -> Array:
    """(C,) the mean of the values of each couple, couples in the order of their names."""
    names = sorted({name for name, _ in values})
    return np.array([np.mean([v for name, v in values if name == one]) for one in names])


def ratio_to_captured(pairs: RolloutPairs, metric: Callable[[Array], float]) -> float:
    """A metric of the rollouts' joints over that of the captured dancers in their place, without a foot lock; means
    over couples."""
    rolled_out = couple_means([(m.couple, metric(d.joints_m)) for m, d in pairs])
    captured = couple_means([(m.couple, metric(m.own_m[CONTEXT_FRAMES : CONTEXT_FRAMES + len(d)])) for m, d in pairs])
    return float(rolled_out.mean() / captured.mean())


def foot_skate(joints_m: Array) -> float:
    """Foot skate on the floor at 0, m/s, of joints (T, 22, 3)."""
    return metrics.foot_skate(joints_m[:, TOE_BONES], FRAME_RATE, TOES_HEIGHT_M)


def contact_share(joints_m: Array) -> float:
    """Share of the frames in which a toe touches the floor."""
    return float((joints_m[:, TOE_BONES, 1] - TOES_HEIGHT_M < metrics.CONTACT_HEIGHT_M).mean())


def jerk(joints_m: Array) -> float:
    """Mean jerk, m/s³."""
    return metrics.jerk(joints_m, FRAME_RATE)


def mean_speed(joints_m: Array) -> float:
    """Mean speed of all joints, m/s."""
    return float(np.linalg.norm(np.diff(joints_m, axis=0), axis=-1).mean() * FRAME_RATE)
