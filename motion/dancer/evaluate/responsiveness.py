"""Answering: every couple danced both ways by the network that never saw it, and by all that stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from motion import beat
from motion.dancer import baselines, evaluation_pairs
from motion.dancer.collision_avoidance import Apart
from motion.dancer.data import RATE
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import BEFORE, Dance, Floor, Meeting, astray, danced, replayed
from motion.dancer.guidance import manner
from motion.dancer.motion_matching import Database, Matching
from motion.dancer.training_tensors import laid_out

Array = NDArray[np.floating]
Rows = dict[str, list[tuple[Meeting, Dance]]]
"""Everything that was danced, by who danced it."""

TRUE, NETWORK, WRONG = "true partner", "network", "network, wrong partner"
MATCHING, MATCHING_WRONG = "motion matching", "motion matching, wrong partner"
RANDOM, ON_BEAT, METRONOME = "random partner", "nearest clip on the beat", "metronome at the partner's rate"
MIRRORS = MappingProxyType({"mirror, 150 ms late": 0.15, "mirror, 200 ms late": 0.2})
LATES = MappingProxyType({f"network, partner {ms} ms late": n for ms, n in ((0, 0), (67, 2), (100, 3))})
"""Frames that the partner is late beside the usual 33 ms."""
SEEDS = 3
"""Dances of the network for each meeting, and strangers whom it meets in one."""


def answered(every: Sequence[Fold], heard: Callable[[float], None] = lambda share: None) -> Rows:
    """All dances of all folds; `heard` is told which share is done."""
    everyone = [m for fold in every for m in evaluation_pairs.meetings(fold.held)]
    rows: Rows = {}
    for number, fold in enumerate(every):
        some = evaluation_pairs.meetings(fold.held)
        if some:
            for name, pairs in _fold(fold, some, everyone).items():
                rows.setdefault(name, []).extend(pairs)
        heard((number + 1) / len(every))
    return rows


def _fold(fold: Fold, some: list[Meeting], everyone: list[Meeting]) -> Rows:
    # Strangers whom the network has not learned from either, where the fold holds any.
    among = some if len({m.couple for m in some}) > 1 else everyone
    alone = len({m.couple for m in among}) < 2
    wrong = [] if alone else [m for n in range(1, SEEDS + 1) for m in astray(some, n, among)]
    rows: Rows = {TRUE: _pairs(some, replayed([baselines.true(m) for m in some]))}
    both = _network(fold, some * SEEDS + wrong)
    rows[NETWORK], rows[WRONG] = both[: SEEDS * len(some)], both[SEEDS * len(some) :]
    for name, late in LATES.items():
        rows[name] = _network(fold, some * SEEDS, late)
    if fold.learned:
        rows |= _matched(fold, some, wrong)
    for name, late_s in MIRRORS.items():
        rows[name] = _pairs(some, replayed([baselines.late_mirror(m, late_s) for m in some]))
    others = [(m, o) for m in some for o in everyone if o.role == m.role and o.couple != m.couple]
    if others:
        rows[RANDOM] = _pairs([m for m, _ in others], replayed([baselines.stranger(*pair) for pair in others]))
    return {name: pairs for name, pairs in rows.items() if pairs}


def _network(fold: Fold, some: list[Meeting], late: int = evaluation_pairs.LATE) -> list[tuple[Meeting, Dance]]:
    floor = Floor(some, late, fold.network)
    mover = Apart(fold.network, floor.past, floor.turns, seed=1)
    return _pairs(some, danced(mover, floor, manner(len(some)), some))


def _matched(fold: Fold, some: list[Meeting], wrong: list[Meeting]) -> Rows:
    """What replays what the network has learned from."""
    tracks = laid_out(fold.learned, tuple(sorted({c.style for c in fold.learned})), paces=(1.0,))
    asked = some * SEEDS + wrong
    floor = Floor(asked)
    mover = Matching(Database(tracks), floor.past, floor.turns, phases=np.arange(len(asked)) // len(some))
    both = _pairs(asked, danced(mover, floor, manner(len(asked)), asked))
    blind = Database(tracks, weights=baselines.BLIND)
    floor = Floor(some)
    on_beat = baselines.OnBeat(blind, floor.past, floor.turns, baselines.clip_beats(blind))
    return {
        MATCHING: both[: SEEDS * len(some)],
        MATCHING_WRONG: both[SEEDS * len(some) :],
        ON_BEAT: _pairs(some, danced(on_beat, floor, manner(len(some)), some)),
    }


def shared(meeting: Meeting, dance: Dance) -> float:
    """Beat F1 of a dance with the true partner."""
    return beat.f1(dance.beats_s, beats_of_partner(meeting, len(dance)))


def beats_of_partner(meeting: Meeting, frames: int) -> Array:
    """(N,) s: the true partner's, from where the dance begins, over so many frames."""
    return beat.beats(meeting.partner_m[BEFORE : BEFORE + frames], RATE)


def f1(rows: Rows) -> dict[str, Array]:
    """By who danced: the mean beat F1 of each couple (C,), in the order of their names; the metronome among them."""
    found = {name: per_couple([(m.couple, shared(m, d)) for m, d in pairs]) for name, pairs in rows.items() if pairs}
    blind = []
    for meeting, dance in rows[TRUE]:
        frames = len(dance)
        blind.append((meeting.couple, baselines.metronome(beats_of_partner(meeting, frames), frames / RATE)))
    return found | {METRONOME: per_couple(blind)}


def echo(pairs: Sequence[tuple[Meeting, Dance]]) -> float:
    """0..1: how much of the partners' beats the dances echo, over couples; the beat echo degree of other works."""
    values = [(m.couple, beat.echo(beats_of_partner(m, len(d)), d.beats_s)) for m, d in pairs]
    return float(per_couple(values).mean())


def rates(pairs: Sequence[tuple[Meeting, Dance]]) -> tuple[float, float]:
    """Kinematic beats a second of the dances, and of the partners meanwhile."""
    seconds = sum(len(d) for _, d in pairs) / RATE
    own = sum(len(d.beats_s) for _, d in pairs)
    theirs = sum(len(beats_of_partner(m, len(d))) for m, d in pairs)
    return own / seconds, theirs / seconds


def takes(pairs: Sequence[tuple[Meeting, Dance]]) -> list[list[tuple[Meeting, Dance]]]:
    """Dances of the same meetings by how often each was danced before: as many sets as there are seeds."""
    found: list[list[tuple[Meeting, Dance]]] = []
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


def _pairs(some: Sequence[Meeting], dances: Sequence[Dance]) -> list[tuple[Meeting, Dance]]:
    return list(zip(some, dances, strict=True))
