"""Responsiveness: rollouts of every couple in both directions, by the network and its baselines, and their beat F1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from motion import beat
from motion.dancer import baselines
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import (
    LATENCY_FRAMES,
    EvaluationPair,
    PairBatch,
    Rollout,
    pairs_of,
    replay,
    roll_out,
    with_wrong_partner,
)
from motion.dancer.guidance import uniform_guidance
from motion.dancer.motion_matching import MatchingDatabase, MotionMatcher
from motion.dancer.rollout_metrics import RolloutPairs, couple_means, partner_beats_s, shared_beats_f1
from motion.dancer.training_tensors import training_tensors

Array = NDArray[np.floating]
RolloutsByModel = dict[str, list[tuple[EvaluationPair, Rollout]]]
"""All rollouts by the name of the model."""

TRUE_PARTNER = "true partner"
"""The captured dancer."""
NETWORK = "network"
WRONG_PARTNER = "network, wrong partner"
MATCHING = "motion matching"
MATCHING_WRONG_PARTNER = "motion matching, wrong partner"
RANDOM_PARTNER = "random partner"
ON_BEAT = "nearest clip on the beat"
METRONOME = "metronome at the partner's rate"
DELAYED_MIRRORS = MappingProxyType({"mirror, 150 ms late": 0.15, "mirror, 200 ms late": 0.2})
"""Delays of the mirrors, seconds."""
DELAYED_PARTNERS = MappingProxyType({f"network, partner {ms} ms late": n for ms, n in ((0, 0), (67, 2), (100, 3))})
"""Latencies of the partner beside the usual 33 ms, frames."""
SEEDS = 3
"""Rollouts of the network for each pair, and wrong partners of each."""


def roll_out_all(
    folds: Sequence[Fold], on_progress: Callable[[float], None] = lambda fraction: None
) -> RolloutsByModel:
    """The rollouts of all folds; `on_progress` receives the completed part, 0..1."""
    all_pairs = [pair for fold in folds for pair in pairs_of(fold.held_out)]
    rollouts: RolloutsByModel = {}
    for number, fold in enumerate(folds):
        pairs = pairs_of(fold.held_out)
        if pairs:
            for name, found in _fold_rollouts(fold, pairs, all_pairs).items():
                rollouts.setdefault(name, []).extend(found)
        on_progress((number + 1) / len(folds))
    return rollouts


def _fold_rollouts(fold: Fold, pairs: list[EvaluationPair], all_pairs: list[EvaluationPair]) -> RolloutsByModel:
    # Wrong partners are held out of the network's training too, where the fold holds another couple.
    among = pairs if len({m.couple for m in pairs}) > 1 else all_pairs
    only_couple = len({m.couple for m in among}) < 2
    wrong = [] if only_couple else [m for n in range(1, SEEDS + 1) for m in with_wrong_partner(pairs, n, among)]
    rollouts: RolloutsByModel = {TRUE_PARTNER: _zipped(pairs, replay([baselines.captured(m) for m in pairs]))}
    both = _network_rollouts(fold, pairs * SEEDS + wrong)
    rollouts[NETWORK], rollouts[WRONG_PARTNER] = both[: SEEDS * len(pairs)], both[SEEDS * len(pairs) :]
    for name, latency_frames in DELAYED_PARTNERS.items():
        rollouts[name] = _network_rollouts(fold, pairs * SEEDS, latency_frames)
    if fold.trained_on:
        rollouts |= _matching_rollouts(fold, pairs, wrong)
    for name, delay_seconds in DELAYED_MIRRORS.items():
        rollouts[name] = _zipped(pairs, replay([baselines.delayed_mirror(m, delay_seconds) for m in pairs]))
    others = [(m, o) for m in pairs for o in all_pairs if o.role == m.role and o.couple != m.couple]
    if others:
        motions = [baselines.random_partner(*pair) for pair in others]
        rollouts[RANDOM_PARTNER] = _zipped([m for m, _ in others], replay(motions))
    return {name: found for name, found in rollouts.items() if found}


def _network_rollouts(
    fold: Fold, pairs: list[EvaluationPair], latency_frames: int = LATENCY_FRAMES
) -> list[tuple[EvaluationPair, Rollout]]:
    batch = PairBatch(pairs, latency_frames, fold.network)
    model = CollisionAvoiding(fold.network, batch.past, batch.turns, seed=1)
    return _zipped(pairs, roll_out(model, batch, uniform_guidance(len(pairs)), pairs))


def _matching_rollouts(fold: Fold, pairs: list[EvaluationPair], wrong: list[EvaluationPair]) -> RolloutsByModel:
    """The baselines that replay the network's training data."""
    styles = tuple(sorted({c.style for c in fold.trained_on}))
    tensors = training_tensors(fold.trained_on, styles, speed_factors=(1.0,))
    every = pairs * SEEDS + wrong
    batch = PairBatch(every)
    phases = np.arange(len(every)) // len(pairs)
    matcher = MotionMatcher(MatchingDatabase(tensors), batch.past, batch.turns, phases=phases)
    both = _zipped(every, roll_out(matcher, batch, uniform_guidance(len(every)), every))
    blind = MatchingDatabase(tensors, weights=baselines.BLIND_WEIGHTS)
    batch = PairBatch(pairs)
    on_beat = baselines.OnBeatMatcher(blind, batch.past, batch.turns, baselines.beats_per_frame(blind))
    return {
        MATCHING: both[: SEEDS * len(pairs)],
        MATCHING_WRONG_PARTNER: both[SEEDS * len(pairs) :],
        ON_BEAT: _zipped(pairs, roll_out(on_beat, batch, uniform_guidance(len(pairs)), pairs)),
    }


def f1_per_couple(rollouts: RolloutsByModel) -> dict[str, Array]:
    """Mean beat F1 of each couple (C,), in the order of their names, by model; the metronome among them."""
    found = {
        name: couple_means([(m.couple, shared_beats_f1(m, d)) for m, d in pairs])
        for name, pairs in rollouts.items()
        if pairs
    }
    metronome = []
    for pair, rollout in rollouts[TRUE_PARTNER]:
        frames = len(rollout)
        f1 = baselines.metronome_f1(partner_beats_s(pair, frames), frames / FRAME_RATE)
        metronome.append((pair.couple, f1))
    return found | {METRONOME: couple_means(metronome)}


def echo_degree(pairs: RolloutPairs) -> float:
    """0..1: how much of the partners' beats the rollouts echo, mean over couples; the literature's beat echo degree."""
    values = [(m.couple, beat.beat_echo(partner_beats_s(m, len(d)), d.beats_s)) for m, d in pairs]
    return float(couple_means(values).mean())


def beat_rates(pairs: RolloutPairs) -> tuple[float, float]:
    """Kinematic beats a second of the rollouts, and of the partners meanwhile."""
    seconds = sum(len(d) for _, d in pairs) / FRAME_RATE
    own = sum(len(d.beats_s) for _, d in pairs)
    partners = sum(len(partner_beats_s(m, len(d))) for m, d in pairs)
    return own / seconds, partners / seconds


def split_by_seed(pairs: RolloutPairs) -> list[list[tuple[EvaluationPair, Rollout]]]:
    """Rollouts of the same pairs, one set a seed."""
    found: list[list[tuple[EvaluationPair, Rollout]]] = []
    counts: dict[int, int] = {}
    for pair in pairs:
        before = counts.get(id(pair[0]), 0)
        counts[id(pair[0])] = before + 1
        if before == len(found):
            found.append([])
        found[before].append(pair)
    return found


def _zipped(pairs: Sequence[EvaluationPair], rollouts: Sequence[Rollout]) -> list[tuple[EvaluationPair, Rollout]]:
    return list(zip(pairs, rollouts, strict=True))
