"""Evaluation of the dancer: answering a partner, motion quality, beat, completion, prediction, endurance and speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.bench.dancer import TARGETS_MS, measure_dancer_steps
from installation.evaluate.dance import answers, between
from installation.evaluate.report import Figure
from motion.dancer import kinetic, rollout_metrics, store
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
from motion.dancer.rollout_metrics import RolloutPairs

Array = NDArray[np.floating]
Advance = Callable[[float], None]

MAX_WEIGHTS_MB = 20.0
"""Largest size of the weights file."""
TIMES_CAPTURED = "times the captured"
"""Unit of figures relative to captured dances."""


@dataclass
class DancerEvaluation:
    """Clips and networks of an evaluation, and those results that are drawn."""

    folds: Sequence[Fold]
    weights: Path
    """The file whose size is reported."""
    trained_on: Sequence[str] = ()
    """Evaluated clips that the network was trained on."""
    rollouts: RolloutsByModel = field(default_factory=dict)
    beat_f1: dict[str, Array] = field(default_factory=dict)
    """(couples,) by model."""
    prediction_errors: dict[str, Array] = field(default_factory=dict)
    """(horizons,) mm by model."""
    alone: unconditioned.UnconditionedRun | None = None
    gestures: dict[str, answers.RolloutPair] = field(default_factory=dict)
    """An answer to a clip of each kind."""

    @property
    def json_fields(self) -> dict[str, object]:
        """Fields of the JSON report beside the figures."""
        couples = sorted({m.couple for m, _ in self.rollouts.get(TRUE_PARTNER, ())})
        by_couple = {name: dict(zip(couples, values.tolist(), strict=True)) for name, values in self.beat_f1.items()}
        return {"trained on": list(self.trained_on), "beat F1 by couple": by_couple}

    @cached_property
    def noisy(self) -> list[tuple[Fold, SimulatedObservation]]:
        """The held-out clips as observed through a camera's noise."""
        return [(fold, observe(clip, n)) for fold in self.folds for n, clip in enumerate(fold.held_out)]

    @cached_property
    def exact(self) -> list[tuple[Fold, SimulatedObservation]]:
        """The same without noise."""
        return [(fold, observe_exactly(clip)) for fold in self.folds for clip in fold.held_out]

    @property
    def start_pairs(self) -> list[EvaluationPair]:
        """Pairs from which dancers without a partner start: those held out from the first network."""
        return pairs_of(self.folds[0].held_out)


def load_evaluation(
    data: Path, networks: Path | None, weights: Path | None, training_data: Path | None, advance: Advance
) -> DancerEvaluation:
    """Read clips and networks. Raises DataError, FoldError, WeightsError."""
    clips = read_clips(data, lambda done, of: advance(done / max(of, 1)))
    if networks is not None:
        found = read_folds(networks, clips)
        return DancerEvaluation(found, sorted(networks.glob("fold-*.safetensors"))[0])
    others: list[DanceClip] | None = None if training_data is None else read_clips(training_data)
    every, trained_on = leave_one_couple_out(weights, clips, others)
    return DancerEvaluation(every, weights or store.BUNDLED_WEIGHTS, trained_on)


def measure_dancer(evaluation: DancerEvaluation, names: Sequence[str], advance: Advance) -> list[Figure]:
    """The figures of the PARTS in `names`, or of all; all dances of eleven couples take a quarter of an hour."""
    figures = [Figure("couples measured", len({m.couple for f in evaluation.folds for m in pairs_of(f.held_out)}))]
    if evaluation.trained_on:
        figures.append(Figure("clips among them that the network was trained on", len(evaluation.trained_on)))
    chosen = [part for name, part in PARTS.items() if name in names or not names]
    for done, part in enumerate(chosen):
        figures += part(evaluation, lambda share, done=done: advance((done + share) / len(chosen)))  # type: ignore[misc]
        advance((done + 1) / len(chosen))
    return figures


def _roll_out(evaluation: DancerEvaluation, advance: Advance) -> RolloutsByModel:
    """Dances of all models with the held-out partners, computed once."""
    if not evaluation.rollouts:
        evaluation.rollouts.update(responsiveness.roll_out_all(evaluation.folds, on_progress=advance))
        evaluation.beat_f1.update(responsiveness.f1_per_couple(evaluation.rollouts))
    return evaluation.rollouts


def _answer(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Answers to a partner, beside those of the baselines."""
    rollouts, f1 = _roll_out(evaluation, advance), evaluation.beat_f1
    own = f1[NETWORK]
    yield Figure("answer: beat F1", float(own.mean()), "", _mean(f1, MATCHING))
    for name, other, least in (("the wrong partner", WRONG_PARTNER, 0.14), ("motion matching", MATCHING, 0.12)):
        if other in f1:
            yield from _with_interval(
                f"answer: beat F1 over {name}", bootstrap_interval(own - f1[other]), least, f1[other]
            )
    if RANDOM_PARTNER in f1:
        way = bootstrap_interval(own - f1[RANDOM_PARTNER], f1[TRUE_PARTNER] - f1[RANDOM_PARTNER])
        yield from _with_interval("answer: way from a random partner to the true one", way, 0.75)
    own_rate, partner_rate = responsiveness.beat_rates(rollouts[NETWORK])
    yield Figure.at_most("answer: beat rate off the partner's", abs(own_rate / partner_rate - 1.0), 0.15)
    yield Figure("answer: beats of the network", own_rate, "1/s", partner_rate)
    yield Figure(
        "answer: beat echo degree, beside true partners",
        responsiveness.echo_degree(rollouts[NETWORK]),
        "",
        responsiveness.echo_degree(rollouts[TRUE_PARTNER]),
    )
    for name in f1:
        if name != NETWORK:
            rate = responsiveness.beat_rates(rollouts[name])[0] if name in rollouts else partner_rate
            yield Figure(f"answer: beat F1, {name}", float(f1[name].mean()))
            yield Figure(f"answer: beats, {name}", rate, "1/s", partner_rate)


def _with_interval(
    name: str, interval: tuple[float, float, float], least: float, baseline: Array | None = None
) -> Iterator[Figure]:
    """The mean of an `interval` (mean, low, high), which should be at least `least`, and the ends of its 95 %, of which
    the lower should be above 0."""
    mean, low, high = interval
    yield Figure.at_least(name, mean, least, "", None if baseline is None else float(baseline.mean()))
    yield Figure(f"{name}, low end of 95 %", low, "", None, 0.0, low > 0.0)
    yield Figure(f"{name}, high end of 95 %", high)


def _body(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Quality of the motion: feet, jerk, energy, height, collisions, diversity."""
    rollouts = _roll_out(evaluation, advance)
    yield from _feet_and_speed(rollouts)
    captured = [clip for fold in evaluation.folds for clip in [*fold.held_out, *fold.trained_on] if clip.partner]
    yield from _height_and_collisions(rollouts, min(float(clip.motion.hips_m[:, 1].min()) for clip in captured))
    yield from _diversity(rollouts)


def _of_network_and_matching(
    rollouts: RolloutsByModel, value: Callable[[RolloutPairs], float]
) -> tuple[float, float | None]:
    """A value of the network's rollouts, and of motion matching's where there are any: the baseline."""
    matching = rollouts.get(MATCHING)
    return value(rollouts[NETWORK]), value(matching) if matching else None


def _feet_and_speed(rollouts: RolloutsByModel) -> Iterator[Figure]:
    """Foot skate, contacts, jerk and energy, relative to captured dances."""

    def ratios(metric: Callable[[Array], float]) -> tuple[float, float | None]:
        return _of_network_and_matching(rollouts, lambda pairs: rollout_metrics.ratio_to_captured(pairs, metric))

    network, baseline = ratios(rollout_metrics.foot_skate)
    yield Figure.at_most("body: foot skate, floor at 0", network, 1.2, TIMES_CAPTURED, baseline)
    yield Figure(
        "body: foot skate, floor at 0, true partners through the same lock",
        rollout_metrics.ratio_to_captured(rollouts[TRUE_PARTNER], rollout_metrics.foot_skate),
    )
    for name, metric, low, high in (
        ("share of contact frames", rollout_metrics.contact_share, 0.8, 1.2),
        ("jerk", rollout_metrics.jerk, 0.7, 1.5),
        ("energy", rollout_metrics.mean_speed, 0.85, 1.15),
    ):
        network, baseline = ratios(metric)
        yield _within_bounds(f"body: {name}", network, low, high, baseline)


def _height_and_collisions(rollouts: RolloutsByModel, lowest_captured_m: float) -> Iterator[Figure]:
    """The lowest hips, beside those of captured dances, and the share of frames with colliding bodies."""
    network, baseline = _of_network_and_matching(rollouts, pose_shape.lowest_hips_m)
    yield Figure.at_least("body: hips at their lowest", network, lowest_captured_m, "m", baseline)
    network, baseline = _of_network_and_matching(rollouts, pose_shape.intersection_share)
    captured = pose_shape.intersection_share(rollouts[TRUE_PARTNER])
    yield Figure.at_most("body: frames in which bodies pass through each other", network, captured, "", baseline)


def _diversity(rollouts: RolloutsByModel) -> Iterator[Figure]:
    """Diversity and Fréchet distance of kinetic features, each a mean over the seeds."""
    true = pose_shape.rollout_features(rollouts[TRUE_PARTNER])
    true_scores = kinetic.z_scores(true, true)

    def mean_over_seeds(value: Callable[[Array], float]) -> tuple[float, float | None]:
        def of_pairs(pairs: RolloutPairs) -> float:
            features = [pose_shape.rollout_features(take) for take in responsiveness.split_by_seed(pairs)]
            return float(np.mean([value(kinetic.z_scores(one, true)) for one in features]))

        return _of_network_and_matching(rollouts, of_pairs)

    captured = kinetic.diversity(true_scores)
    network, baseline = mean_over_seeds(kinetic.diversity)
    yield Figure.at_least("body: diversity", network / captured, 0.85, TIMES_CAPTURED, baseline and baseline / captured)
    network, baseline = mean_over_seeds(lambda scores: kinetic.frechet_distance(scores, true_scores))
    if baseline is not None:
        yield Figure.at_most("body: FID_k", network, 2.0 * baseline, "", baseline)
    else:
        yield Figure("body: FID_k", network)
    halves = [kinetic.z_scores(half, true) for half in pose_shape.split_features(rollouts[TRUE_PARTNER])]
    if min(map(len, halves)) > 1:
        yield Figure("body: FID_k, half of the true set against the other", kinetic.frechet_distance(*halves))


def _within_bounds(name: str, value: float, low: float, high: float, baseline: float | None) -> Figure:
    """A figure that should lie between two bounds; its target is the nearer one."""
    if value < 0.5 * (low + high):
        return Figure.at_least(name, value, low, TIMES_CAPTURED, baseline)
    return Figure.at_most(name, value, high, TIMES_CAPTURED, baseline)


def _beat(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Synchronisation with an external beat clock."""
    found = beat_alignment.beat_alignment(evaluation.folds)
    yield Figure.at_least(
        "beat: F1 with the clock", found.f1 / max(found.random_phase_f1, 1e-6), 1.3, "times one of random phase"
    )
    yield Figure("beat: F1 with the clock, itself", found.f1, "", found.random_phase_f1)
    slow, fast = beat_alignment.TEMPO_CHANGE_BPM
    yield Figure.at_most(
        f"beat: a change from {slow:g} to {fast:g} a minute is followed after", found.followed_after_beats, 4.0, "beats"
    )


def _complete(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Completion of hidden legs."""
    for name, fits in (("walking", completion.is_walking), ("dancing", lambda s: s.clip.partner is not None)):
        label = f"complete: legs hidden for {completion.HIDDEN_SECONDS:g} s while {name}"
        for noise, bodies in (("", evaluation.exact), (", through noise", evaluation.noisy)):
            parts = [
                completion.completion_error(f.network, [s for g, s in bodies if g is f and fits(s)])
                for f in evaluation.folds
            ]
            found = [part for part in parts if part is not None]
            if not found:
                yield Figure.at_most(f"{label}: none is held", None, 0.7, "times a pose that is held")
                break
            weights = [part.times for part in found]
            network, held = (
                float(np.average([getattr(p, n) for p in found], weights=weights)) for n in ("network", "held")
            )
            share, unit = network / held, "times a pose that is held"
            figure = f"{label}, direction error{noise}"
            yield Figure(figure, share, unit) if noise else Figure.at_most(figure, share, 0.7, unit)
            yield Figure(f"{figure}, itself", network, "°", held)


def _ahead(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Prediction of a visitor's joints."""
    errors = _mean_errors(evaluation, lambda observation: True)
    assert errors is not None
    evaluation.prediction_errors.update(errors)
    network, alone = errors[prediction.NETWORK], errors[prediction.NETWORK_ALONE]
    baseline = prediction.best_baseline(errors)
    for n, seconds in enumerate(prediction.HORIZONS_SECONDS):
        name = f"ahead: error {seconds * 1e3:g} ms from now"
        share = float(network[n] / baseline[n])
        if seconds <= 0.2:
            yield Figure.at_most(name, share, 0.65, "times the best simple one", float(alone[n] / baseline[n]))
        else:
            yield Figure(name, share, "times the best simple one", float(alone[n] / baseline[n]))
        yield Figure(f"{name}, itself", float(network[n]), "mm", float(baseline[n]))
        for other in (o for o in errors if o != prediction.NETWORK):
            yield Figure(f"{name}, {other}", float(errors[other][n]), "mm")
    yield from _ahead_by_kind(evaluation)


def _ahead_by_kind(evaluation: DancerEvaluation) -> Iterator[Figure]:
    """The same for each kind of clip, as the beginning of its name says; the network alone is the baseline."""
    kinds = sorted({observation.clip.style for _, observation in evaluation.noisy})
    worst: list[float] = []
    for kind in kinds:
        errors = _mean_errors(evaluation, lambda observation, kind=kind: observation.clip.style == kind)  # type: ignore[misc]
        if errors is None:
            continue
        best = prediction.best_baseline(errors)
        shares, alone = (errors[name] / best for name in (prediction.NETWORK, prediction.NETWORK_ALONE))
        worst.append(float(shares.max()))
        yield Figure(f"ahead: kind {kind}, at its worst", worst[-1], "times the best simple one", float(alone.max()))
    if worst:
        yield Figure.at_most("ahead: the kind that is predicted worst", max(worst), 1.05, "times the best simple one")


def _mean_errors(
    evaluation: DancerEvaluation, chosen: Callable[[SimulatedObservation], bool]
) -> dict[str, Array] | None:
    """Prediction errors of some held-out observations, means over the folds; None where there are none."""
    parts = [
        prediction.prediction_errors(fold.network, [one for of, one in evaluation.noisy if of is fold and chosen(one)])
        for fold in evaluation.folds
    ]
    parts = [part for part in parts if part]
    return {name: np.mean([part[name] for part in parts], axis=0) for name in parts[0]} if parts else None


def _alone(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Ten minutes without a partner."""
    found = evaluation.alone = unconditioned.roll_out_alone(
        evaluation.folds[0], evaluation.start_pairs, on_progress=advance
    )
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
        yield Figure(f"alone: {name} in the last minute", float(values[-1].mean() / captured), TIMES_CAPTURED)


def _speed(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Time of a live step, as in `visitant bench`, and size of the weights."""
    if store.BUNDLED_WEIGHTS.is_file():
        yield from (replace(figure, name=f"speed: {figure.name}") for figure in measure_dancer_steps(advance))
    else:
        yield Figure.at_most(
            f"speed: {store.BUNDLED_WEIGHTS.name} isn't there", None, max(TARGETS_MS["avx512_bf16"].values()), "ms"
        )
    yield Figure.at_most("weights", evaluation.weights.stat().st_size / 1e6, MAX_WEIGHTS_MB, "MB")


def _gestures(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Answers to gestures, jumps and other dances."""
    yield from answers.gestures(evaluation.folds, advance, evaluation.gestures)


def _variety(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Raised hands, turns, levels, and whether a dance repeats itself."""
    yield from answers.of_rollouts(_roll_out(evaluation, lambda share: advance(0.5 * share)))
    yield from answers.with_someone_still(evaluation.folds[0], lambda share: advance(0.5 + 0.5 * share))


def _music(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Dances to music."""
    yield from answers.music(evaluation.folds[0], advance)


def _between(evaluation: DancerEvaluation, advance: Advance) -> Iterator[Figure]:
    """Gaps of motions filled, beside slerp and motion matching."""
    yield from between.figures(evaluation.folds, advance)


PARTS: Mapping[str, Callable[[DancerEvaluation, Advance], Iterator[Figure]]] = {
    "answer": _answer,
    "gestures": _gestures,
    "variety": _variety,
    "music": _music,
    "body": _body,
    "beat": _beat,
    "complete": _complete,
    "ahead": _ahead,
    "between": _between,
    "alone": _alone,
    "speed": _speed,
}


def _mean(f1: Mapping[str, Array], name: str) -> float | None:
    """Mean over couples of a model's beat F1; None where the model was not evaluated."""
    return float(f1[name].mean()) if name in f1 else None
