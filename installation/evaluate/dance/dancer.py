"""What the dancer is measured by: how it answers, keeps the beat, stands, completes, looks ahead, and lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.bench.dancer import TARGETS, dancer
from installation.evaluate.report import Figure
from motion.dancer import kinetic, store
from motion.dancer.data import DanceClip, read_clips
from motion.dancer.evaluate import beat_alignment, completion, pose_shape, prediction, responsiveness, unconditioned
from motion.dancer.evaluate.confidence_interval import bootstrap_interval
from motion.dancer.evaluate.cross_validation import Fold, leave_one_couple_out, read_folds
from motion.dancer.evaluate.responsiveness import (
    MATCHING,
    NETWORK,
    RANDOM_PARTNER,
    TRUE_PARTNER,
    WRONG_PARTNER,
    RolloutsByModel,
)
from motion.dancer.evaluate.simulated_landmarks import SimulatedObservation, observe, observe_exactly
from motion.dancer.evaluation_pairs import EvaluationPair, pairs_of

Array = NDArray[np.floating]
Advance = Callable[[float], None]

MEGABYTES = 20.0
"""That the weights may have."""
TIMES = "times the captured"


@dataclass
class Study:
    """What is measured, and what was found that is drawn."""

    folds: Sequence[Fold]
    weights: Path
    """The file whose size counts."""
    known: Sequence[str] = ()
    """Clips that are measured on though the network was trained on them."""
    rows: RolloutsByModel = field(default_factory=dict)
    f1: dict[str, Array] = field(default_factory=dict)
    errors: dict[str, Array] = field(default_factory=dict)
    lonely: unconditioned.UnconditionedRun | None = None

    @property
    def facts(self) -> dict[str, object]:
        """What is told beside the figures, to programs."""
        couples = sorted({m.couple for m, _ in self.rows.get(TRUE_PARTNER, ())})
        by_couple = {name: dict(zip(couples, values.tolist(), strict=True)) for name, values in self.f1.items()}
        return {"trained on": list(self.known), "beat F1 by couple": by_couple}

    @cached_property
    def seen(self) -> list[tuple[Fold, SimulatedObservation]]:
        """All that is held, as a camera sees it."""
        return [(fold, observe(clip, n)) for fold in self.folds for n, clip in enumerate(fold.held_out)]

    @cached_property
    def exact(self) -> list[tuple[Fold, SimulatedObservation]]:
        """The same as nobody sees it: without noise."""
        return [(fold, observe_exactly(clip)) for fold in self.folds for clip in fold.held_out]

    @property
    def starts(self) -> list[EvaluationPair]:
        """From where dancers begin that are alone: those whom the first network never saw."""
        return pairs_of(self.folds[0].held_out)


def study(data: Path, networks: Path | None, weights: Path | None, learned: Path | None, advance: Advance) -> Study:
    """Clips and networks read. Raises DataError, FoldError, StoreError."""
    clips = read_clips(data, lambda done, of: advance(done / max(of, 1)))
    if networks is not None:
        found = read_folds(networks, clips)
        return Study(found, sorted(networks.glob("fold-*.safetensors"))[0])
    others: list[DanceClip] | None = None if learned is None else read_clips(learned)
    every, known = leave_one_couple_out(weights, clips, others)
    return Study(every, weights or store.BUNDLED_WEIGHTS, known)


def measure_dancer(of: Study, names: Sequence[str], advance: Advance) -> list[Figure]:
    """The figures of some of PARTS, or of all; with all dances of eleven couples this takes a quarter of an hour."""
    figures = [Figure("couples measured", len({m.couple for f in of.folds for m in pairs_of(f.held_out)}))]
    if of.known:
        figures.append(Figure("clips among them that the network was trained on", len(of.known)))
    chosen = [part for name, part in PARTS.items() if name in names or not names]
    for done, part in enumerate(chosen):
        figures += part(of, lambda share, done=done: advance((done + share) / len(chosen)))  # type: ignore[misc]
        advance((done + 1) / len(chosen))
    return figures


def _danced(of: Study, advance: Advance) -> RolloutsByModel:
    if not of.rows:
        of.rows.update(responsiveness.roll_out_all(of.folds, heard=advance))
        of.f1.update(responsiveness.f1_per_couple(of.rows))
    return of.rows


def _answer(of: Study, advance: Advance) -> Iterator[Figure]:
    """How a partner is answered, beside everybody else who might."""
    rows, f1 = _danced(of, advance), of.f1
    own = f1[NETWORK]
    yield Figure("answer: beat F1", float(own.mean()), "", _mean(f1, MATCHING))
    for name, other, least in (("the wrong partner", WRONG_PARTNER, 0.14), ("motion matching", MATCHING, 0.12)):
        if other in f1:
            yield from _surely(f"answer: beat F1 over {name}", bootstrap_interval(own - f1[other]), least, f1[other])
    if RANDOM_PARTNER in f1:
        way = bootstrap_interval(own - f1[RANDOM_PARTNER], f1[TRUE_PARTNER] - f1[RANDOM_PARTNER])
        yield from _surely("answer: way from a random partner to the true one", way, 0.75)
    told, theirs = responsiveness.beat_rates(rows[NETWORK])
    yield Figure.at_most("answer: beat rate off the partner's", abs(told / theirs - 1.0), 0.15)
    yield Figure("answer: beats of the network", told, "1/s", theirs)
    yield Figure(
        "answer: beat echo degree, beside true partners",
        responsiveness.echo_degree(rows[NETWORK]),
        "",
        responsiveness.echo_degree(
            rows[TRUE_PARTNER],
        ),
    )
    for name in f1:
        if name != NETWORK:
            rate = responsiveness.beat_rates(rows[name])[0] if name in rows else theirs
            yield Figure(f"answer: beat F1, {name}", float(f1[name].mean()))
            yield Figure(f"answer: beats, {name}", rate, "1/s", theirs)


def _surely(
    name: str, found: tuple[float, float, float], least: float, beside: Array | None = None
) -> Iterator[Figure]:
    mean, low, high = found
    yield Figure.at_least(name, mean, least, "", None if beside is None else float(beside.mean()))
    yield Figure(f"{name}, low end of 95 %", low, "", None, 0.0, low > 0.0)
    yield Figure(f"{name}, high end of 95 %", high)


def _body(of: Study, advance: Advance) -> Iterator[Figure]:
    """How dances look as bodies on a floor."""
    rows = _danced(of, advance)
    own, beside = rows[NETWORK], rows.get(MATCHING)

    def of_both(value: Callable[[pose_shape.Pairs], float]) -> tuple[float, float | None]:
        return value(own), value(beside) if beside else None

    def times(what: Callable[[Array], float]) -> tuple[float, float | None]:
        return of_both(lambda pairs: pose_shape.times(pairs, what))

    told, plain = times(pose_shape.skate)
    yield Figure.at_most("body: foot skate, floor at 0", told, 1.2, TIMES, plain)
    yield Figure(
        "body: foot skate, floor at 0, true partners through the same lock",
        pose_shape.times(
            rows[TRUE_PARTNER],
            pose_shape.skate,
        ),
    )
    for name, what, low, high in (
        ("share of contact frames", pose_shape.contact, 0.8, 1.2),
        ("jerk", pose_shape.jerk, 0.7, 1.5),
        ("energy", pose_shape.energy, 0.85, 1.15),
    ):
        told, plain = times(what)
        yield _between(f"body: {name}", told, low, high, plain)
    lowest = min(
        float(c.motion.hips_m[:, 1].min()) for f in of.folds for c in [*f.held_out, *f.trained_on] if c.partner
    )
    told, plain = of_both(pose_shape.lowest)
    yield Figure.at_least("body: hips at their lowest", told, lowest, "m", plain)
    told, plain = of_both(pose_shape.through)
    yield Figure.at_most(
        "body: frames in which bodies pass through each other", told, pose_shape.through(rows[TRUE_PARTNER]), "", plain
    )
    true = pose_shape.moves(rows[TRUE_PARTNER])

    def sets(pairs: pose_shape.Pairs) -> list[Array]:
        return [kinetic.z_scores(pose_shape.moves(take), true) for take in responsiveness.split_by_seed(pairs)]

    whole_set = kinetic.z_scores(true, true)
    usual = kinetic.diversity(whole_set)
    told = float(np.mean([kinetic.diversity(s) for s in sets(own)]))
    plain = float(np.mean([kinetic.diversity(s) for s in sets(beside)])) if beside else None
    yield Figure.at_least("body: diversity", told / usual, 0.85, TIMES, plain and plain / usual)
    told = float(np.mean([kinetic.frechet_distance(s, whole_set) for s in sets(own)]))
    if beside:
        plain = float(np.mean([kinetic.frechet_distance(s, whole_set) for s in sets(beside)]))
        yield Figure.at_most("body: FID_k", told, 2.0 * plain, "", plain)
    else:
        yield Figure("body: FID_k", told)
    halves = [kinetic.z_scores(half, true) for half in pose_shape.halves(rows[TRUE_PARTNER])]
    if min(map(len, halves)) > 1:
        yield Figure("body: FID_k, half of the true set against the other", kinetic.frechet_distance(*halves))


def _between(name: str, value: float, low: float, high: float, beside: float | None) -> Figure:
    """A figure that should lie between two bounds, of which it shows the nearer."""
    if value < 0.5 * (low + high):
        return Figure.at_least(name, value, low, TIMES, beside)
    return Figure.at_most(name, value, high, TIMES, beside)


def _beat(of: Study, advance: Advance) -> Iterator[Figure]:
    """How a clock is kept that somebody else sets."""
    found = beat_alignment.beat_alignment(of.folds)
    yield Figure.at_least(
        "beat: F1 with the clock", found.f1 / max(found.random_phase_f1, 1e-6), 1.3, "times one of random phase"
    )
    yield Figure("beat: F1 with the clock, itself", found.f1, "", found.random_phase_f1)
    slow, fast = beat_alignment.TEMPO_CHANGE_BPM
    yield Figure.at_most(
        f"beat: a change from {slow:g} to {fast:g} a minute is followed after", found.followed_after_beats, 4.0, "beats"
    )


def _complete(of: Study, advance: Advance) -> Iterator[Figure]:
    """What becomes of legs that are hidden."""
    for name, fits in (("walking", completion.is_walking), ("dancing", lambda s: s.clip.partner is not None)):
        label = f"complete: legs hidden for {completion.HIDDEN_SECONDS:g} s while {name}"
        for noise, bodies in (("", of.exact), (", through noise", of.seen)):
            parts = [
                completion.completion_error(f.network, [s for g, s in bodies if g is f and fits(s)]) for f in of.folds
            ]
            found = [part for part in parts if part is not None]
            if not found:
                yield Figure.at_most(f"{label}: none is held", None, 0.7, "times a pose that is held")
                break
            weights = [part.times for part in found]
            told, held = (
                float(np.average([getattr(p, n) for p in found], weights=weights)) for n in ("network", "held")
            )
            share, unit = told / held, "times a pose that is held"
            figure = f"{label}, direction error{noise}"
            yield Figure(figure, share, unit) if noise else Figure.at_most(figure, share, 0.7, unit)
            yield Figure(f"{figure}, itself", told, "°", held)


def _ahead(of: Study, advance: Advance) -> Iterator[Figure]:
    """Where a visitor will be."""
    parts = [prediction.prediction_errors(f.network, [s for g, s in of.seen if g is f]) for f in of.folds]
    for name in parts[0]:
        of.errors[name] = np.mean([part[name] for part in parts], axis=0)
    told, plain = of.errors[prediction.NETWORK], prediction.best_baseline(of.errors)
    for n, seconds in enumerate(prediction.HORIZONS_SECONDS):
        name = f"ahead: error {seconds * 1e3:g} ms from now"
        share = float(told[n] / plain[n])
        if seconds <= 0.2:
            yield Figure.at_most(name, share, 0.65, "times the best simple one")
        else:
            yield Figure(name, share, "times the best simple one")
        yield Figure(f"{name}, itself", float(told[n]), "mm", float(plain[n]))
        for other in (o for o in of.errors if o != prediction.NETWORK):
            yield Figure(f"{name}, {other}", float(of.errors[other][n]), "mm")


def _alone(of: Study, advance: Advance) -> Iterator[Figure]:
    """Ten minutes with nobody."""
    found = of.lonely = unconditioned.roll_out_alone(of.folds[0], of.starts, heard=advance)
    yield Figure("alone: every number is one", int(found.finite), "", None, 1, found.finite)
    yield Figure.at_most("alone: longest stillness", found.longest_still_seconds, unconditioned.FROZEN_SECONDS, "s")
    for name in ("skate", "energy", "diversity", "contact"):
        off = unconditioned.last_minute_deviation(getattr(found, name))
        unit = "standard deviations of the rest"
        label = f"alone: {name} in the last minute off the others'"
        yield (
            Figure(label, off, unit)
            if name == "contact"
            else Figure.at_most(label, off, unconditioned.LIKELY_DEVIATION, unit)
        )
    for name, values, captured in zip(
        ("energy", "share of contact frames"), (found.energy, found.contact), found.captured, strict=True
    ):
        yield Figure(f"alone: {name} in the last minute", float(values[-1].mean() / captured), TIMES)


def _speed(of: Study, advance: Advance) -> Iterator[Figure]:
    """How long it takes live, as `visitant bench` has it, and what it weighs."""
    if store.BUNDLED_WEIGHTS.is_file():
        yield from (replace(figure, name=f"speed: {figure.name}") for figure in dancer(advance))
    else:
        yield Figure.at_most(f"speed: {store.BUNDLED_WEIGHTS.name} isn't there", None, TARGETS[max(TARGETS)], "ms")
    yield Figure.at_most("weights", of.weights.stat().st_size / 1e6, MEGABYTES, "MB")


PARTS: Mapping[str, Callable[[Study, Advance], Iterator[Figure]]] = {
    "answer": _answer, "body": _body, "beat": _beat, "complete": _complete,
    "ahead": _ahead, "alone": _alone, "speed": _speed,
}  # fmt: skip


def _mean(f1: Mapping[str, Array], name: str) -> float | None:
    return float(f1[name].mean()) if name in f1 else None
