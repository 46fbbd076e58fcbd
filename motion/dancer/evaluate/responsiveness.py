"""Answering: every couple danced both ways by the network that never saw it, and by all that stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from motion import beat
from motion.dancer import baselines, evaluation_pairs
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import (
    CONTEXT_FRAMES,
    EvaluationPair,
    PairBatch,
    Rollout,
    replay,
    roll_out,
    with_wrong_partner,
)
from motion.dancer.guidance import uniform_guidance
from motion.dancer.motion_matching import MatchingDatabase, MotionMatcher
from motion.dancer.training_tensors import training_tensors

Array = NDArray[np.floating]
RolloutsByModel = dict[str, list[tuple[EvaluationPair, Rollout]]]
"""Everything that was danced, by who danced it."""

TRUE_PARTNER, NETWORK, WRONG_PARTNER = "true partner", "network", "network, wrong partner"
MATCHING, MATCHING_WRONG_PARTNER = "motion matching", "motion matching, wrong partner"
RANDOM_PARTNER, ON_BEAT, METRONOME = "random partner", "nearest clip on the beat", "metronome at the partner's rate"
DELAYED_MIRRORS = MappingProxyType({"mirror, 150 ms late": 0.15, "mirror, 200 ms late": 0.2})
DELAYED_PARTNERS = MappingProxyType({f"network, partner {ms} ms late": n for ms, n in ((0, 0), (67, 2), (100, 3))})
"""Frames that the partner is late beside the usual 33 ms."""
SEEDS = 3
"""Dances of the network for each meeting, and strangers whom it meets in one."""


def roll_out_all(every: Sequence[Fold], heard: Callable[[float], None] = lambda share: None) -> RolloutsByModel:
    """All dances of all folds; `heard` is told which share is done."""
    everyone = [m for fold in every for m in evaluation_pairs.pairs_of(fold.held_out)]
    rows: RolloutsByModel = {}
    for number, fold in enumerate(every):
        some = evaluation_pairs.pairs_of(fold.held_out)
        if some:
            for name, pairs in _fold(fold, some, everyone).items():
                rows.setdefault(name, []).extend(pairs)
        heard((number + 1) / len(every))
    return rows


def _fold(fold: Fold, some: list[EvaluationPair], everyone: list[EvaluationPair]) -> RolloutsByModel:
    # Strangers whom the network has not learned from either, where the fold holds any.
    among = some if len({m.couple for m in some}) > 1 else everyone
    alone = len({m.couple for m in among}) < 2
    wrong = [] if alone else [m for n in range(1, SEEDS + 1) for m in with_wrong_partner(some, n, among)]
    rows: RolloutsByModel = {TRUE_PARTNER: _pairs(some, replay([baselines.captured(m) for m in some]))}
    both = _network(fold, some * SEEDS + wrong)
    rows[NETWORK], rows[WRONG_PARTNER] = both[: SEEDS * len(some)], both[SEEDS * len(some) :]
    for name, late in DELAYED_PARTNERS.items():
        rows[name] = _network(fold, some * SEEDS, late)
    if fold.trained_on:
        rows |= _matched(fold, some, wrong)
    for name, late_s in DELAYED_MIRRORS.items():
        rows[name] = _pairs(some, replay([baselines.delayed_mirror(m, late_s) for m in some]))
    others = [(m, o) for m in some for o in everyone if o.role == m.role and o.couple != m.couple]
    if others:
        rows[RANDOM_PARTNER] = _pairs(
            [m for m, _ in others], replay([baselines.random_partner(*pair) for pair in others])
        )
    return {name: pairs for name, pairs in rows.items() if pairs}


def _network(
    fold: Fold, some: list[EvaluationPair], late: int = evaluation_pairs.LATENCY_FRAMES
) -> list[tuple[EvaluationPair, Rollout]]:
    floor = PairBatch(some, late, fold.network)
    mover = CollisionAvoiding(fold.network, floor.past, floor.turns, seed=1)
    return _pairs(some, roll_out(mover, floor, uniform_guidance(len(some)), some))


def _matched(fold: Fold, some: list[EvaluationPair], wrong: list[EvaluationPair]) -> RolloutsByModel:
    """What replays what the network has learned from."""
    tracks = training_tensors(fold.trained_on, tuple(sorted({c.style for c in fold.trained_on})), paces=(1.0,))
    asked = some * SEEDS + wrong
    floor = PairBatch(asked)
    mover = MotionMatcher(MatchingDatabase(tracks), floor.past, floor.turns, phases=np.arange(len(asked)) // len(some))
    both = _pairs(asked, roll_out(mover, floor, uniform_guidance(len(asked)), asked))
    blind = MatchingDatabase(tracks, weights=baselines.BLIND_WEIGHTS)
    floor = PairBatch(some)
    on_beat = baselines.OnBeatMatcher(blind, floor.past, floor.turns, baselines.beats_per_frame(blind))
    return {
        MATCHING: both[: SEEDS * len(some)],
        MATCHING_WRONG_PARTNER: both[SEEDS * len(some) :],
        ON_BEAT: _pairs(some, roll_out(on_beat, floor, uniform_guidance(len(some)), some)),
    }


def shared(meeting: EvaluationPair, dance: Rollout) -> float:
    """Beat F1 of a dance with the true partner."""
    return beat.beat_f1(dance.beats_s, beats_of_partner(meeting, len(dance)))


def beats_of_partner(meeting: EvaluationPair, frames: int) -> Array:
    """(N,) s: the true partner's, from where the dance begins, over so many frames."""
    return beat.beat_times(meeting.partner_m[CONTEXT_FRAMES : CONTEXT_FRAMES + frames], FRAME_RATE)


def f1_per_couple(rows: RolloutsByModel) -> dict[str, Array]:
    """By who danced: the mean beat F1 of each couple (C,), in the order of their names; the metronome among them."""
    found = {name: per_couple([(m.couple, shared(m, d)) for m, d in pairs]) for name, pairs in rows.items() if pairs}
    blind = []
    for meeting, dance in rows[TRUE_PARTNER]:
        frames = len(dance)
        blind.append((meeting.couple, baselines.metronome_f1(beats_of_partner(meeting, frames), frames / FRAME_RATE)))
    return found | {METRONOME: per_couple(blind)}


def echo_degree(pairs: Sequence[tuple[EvaluationPair, Rollout]]) -> float:
    """0..1: how much of the partners' beats the dances echo, over couples; the beat echo degree of other works."""
    values = [(m.couple, beat.beat_echo(beats_of_partner(m, len(d)), d.beats_s)) for m, d in pairs]
    return float(per_couple(values).mean())


def beat_rates(pairs: Sequence[tuple[EvaluationPair, Rollout]]) -> tuple[float, float]:
    """Kinematic beats a second of the dances, and of the partners meanwhile."""
    seconds = sum(len(d) for _, d in pairs) / FRAME_RATE
    own = sum(len(d.beats_s) for _, d in pairs)
    theirs = sum(len(beats_of_partner(m, len(d))) for m, d in pairs)
    return own / seconds, theirs / seconds


def split_by_seed(pairs: Sequence[tuple[EvaluationPair, Rollout]]) -> list[list[tuple[EvaluationPair, Rollout]]]:
    """Dances of the same meetings by how often each was danced before: as many sets as there are seeds."""
    found: list[list[tuple[EvaluationPair, Rollout]]] = []
    times: dict[int, int] = {}
    for pair in pairs:
        before = times.get(id(pair[0]), 0)
        times[id(pair[0])] = before + 1
        if before == len(found):
            found.append([])
        found[before].append(pair)
    return found


def per_couple(values: Sequence[tuple[str, float]]) -> Array:
    """(C,) the mean of the values of each couple, couples in the order of their names."""
    names = sorted({name for name, _ in values})
    return np.array([np.mean([v for name, v in values if name == one]) for one in names])


def _pairs(some: Sequence[EvaluationPair], dances: Sequence[Rollout]) -> list[tuple[EvaluationPair, Rollout]]:
    return list(zip(some, dances, strict=True))
