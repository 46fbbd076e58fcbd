"""Answering: whether a dancer does with hands and hips what a partner does, and keeps the time of one who waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from motion import beat
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.data import FRAME_RATE, DanceClip
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, PairBatch, Rollout, roll_out
from motion.dancer.guidance import Guidance
from motion.dancer.mirror_image import mirror_image
from motion.dancer.network import Network
from motion.dancer.rollout_metrics import RolloutPairs, partner_beats_s
from motion.resample import cut
from motion.skeleton import BONE_INDEX

Array = NDArray[np.floating]

DISTANCE_M = 1.2
"""Distance between both at the start."""
MAX_LAG_SECONDS = 1.0
"""Latest answer that is looked for."""
MAX_SECONDS = 20.0
"""Duration of the longest rollout."""
MIN_SECONDS = 2.0
"""Duration of the shortest rollout: correlations of shorter ones say nothing."""
MIN_SPREAD_M = 0.03
"""Standard deviation of the partner's height below which there is nothing to answer."""
SHOULDERS = [BONE_INDEX["leftUpperArm"], BONE_INDEX["rightUpperArm"]]
HANDS = [BONE_INDEX["leftHand"], BONE_INDEX["rightHand"]]


@dataclass(frozen=True)
class AnswerFigures:
    """How partners of one kind are answered; nan where nothing could be measured."""

    beat_f1: float
    """With the partner."""
    wrong_f1: float
    """With the partner, where the dancer saw another one."""
    hand_r: float
    """Mean over clips of the correlation of the higher hands' heights over the shoulders, at the best lag."""
    hips_r: float
    """The same of the heights of the hips."""


def answer_pairs(clips: Sequence[DanceClip]) -> list[EvaluationPair]:
    """A pair of each clip: the dancer begins as the partner's mirror image, and both stand still before."""
    pairs = []
    for clip in clips:
        motion = cut(clip.motion, 0.0, min(MAX_SECONDS, len(clip.motion) / FRAME_RATE))
        if len(motion) < MIN_SECONDS * FRAME_RATE:
            continue
        frames = np.maximum(np.arange(-CONTEXT_FRAMES, len(motion)), 0)
        image, partner = (
            replace(
                one,
                hips_m=one.hips_m[frames],
                turns=one.turns[frames],
                trust=one.trust[frames],
                feet=one.feet[frames],
            )
            for one in (mirror_image(motion, DISTANCE_M), motion)
        )
        pairs.append(EvaluationPair(clip.name, clip.style, image, partner))
    return pairs


def answer_rollouts(
    network: Network, clips: Sequence[DanceClip], guidance: Guidance, seed: int = 0
) -> tuple[list[tuple[EvaluationPair, Rollout]], list[tuple[EvaluationPair, Rollout]]]:
    """A network on the CPU that answers each of these clips, and that answers another one meanwhile; `guidance` is that
    of one body."""
    pairs = answer_pairs(clips)
    every = pairs + [_with_motion_of(one, pairs[number - 1]) for number, one in enumerate(pairs)]
    batch = PairBatch(every, estimator=network)
    model = CollisionAvoiding(network, batch.past, batch.turns, seed)
    expanded = Guidance(*(values.expand(len(every), -1) for values in vars(guidance).values()))
    both = list(zip(every, roll_out(model, batch, expanded, every), strict=True))
    return both[: len(pairs)], both[len(pairs) :]


def answer_figures(right: RolloutPairs, other: RolloutPairs) -> AnswerFigures:
    """Figures of `answer_rollouts`."""
    aligned = [_aligned(each) for each in right]
    return AnswerFigures(
        _mean([_f1(*each) for each in right]),
        _mean([_f1(*each) for each in other]),
        _mean([best_lag_correlation(hand_height(p.partner_m), hand_height(r.joints_m)) for p, r in aligned]),
        _mean([best_lag_correlation(p.partner_m[:, 0, 1], r.joints_m[:, 0, 1]) for p, r in aligned]),
    )


def hand_height(joints_m: Array) -> Array:
    """(T,) height of the higher hand over the shoulders, metres, of joints (T, 22, 3)."""
    height: Array = joints_m[:, HANDS, 1].max(axis=1) - joints_m[:, SHOULDERS, 1].mean(axis=1)
    return height


def best_lag_correlation(leader: Array, follower: Array) -> float:
    """The highest correlation of heights (T,) with later ones, over lags up to MAX_LAG_SECONDS; nan where the leader
    hardly moves."""
    found = []
    for lag in range(round(MAX_LAG_SECONDS * FRAME_RATE) + 1):
        first, second = leader[: len(leader) - lag], follower[lag:]
        if len(first) < FRAME_RATE or first.std() < MIN_SPREAD_M:
            continue
        found.append(float(np.corrcoef(first, second)[0, 1]) if second.std() > 1e-6 else 0.0)
    return max(found) if found else float("nan")


@dataclass(frozen=True)
class _Heights:
    partner_m: Array


def _aligned(pair: tuple[EvaluationPair, Rollout]) -> tuple[_Heights, Rollout]:
    """The partner's joints from the first frame of the rollout on, and the rollout."""
    one, rollout = pair
    return _Heights(one.partner_m[CONTEXT_FRAMES : CONTEXT_FRAMES + len(rollout)]), rollout


def _f1(pair: EvaluationPair, rollout: Rollout) -> float:
    theirs = partner_beats_s(pair, len(rollout))
    return beat.beat_f1(rollout.beats_s, theirs) if len(theirs) > 1 else float("nan")


def _with_motion_of(pair: EvaluationPair, other: EvaluationPair) -> EvaluationPair:
    """The pair, as long as the shorter of both, whose dancer sees the other's partner."""
    seconds = min(len(pair.own), len(other.own)) / FRAME_RATE
    own, partner, shown = (cut(motion, 0.0, seconds) for motion in (pair.own, pair.partner, other.partner))
    return replace(pair, own=own, partner=partner, wrong_partner=shown)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
