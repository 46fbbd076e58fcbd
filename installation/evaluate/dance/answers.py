"""Figures of answers to gestures, of variety, and of dances to music: on clips held out, and on live dances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from installation.evaluate.dance import live_dance
from installation.evaluate.report import Figure
from motion.dancer.data import DanceClip
from motion.dancer.evaluate import variety
from motion.dancer.evaluate.answering import AnswerFigures, answer_figures, answer_rollouts
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluate.responsiveness import NETWORK, TRUE_PARTNER, RolloutsByModel
from motion.dancer.evaluation_pairs import EvaluationPair, Rollout
from motion.dancer.guidance import uniform_guidance
from motion.dancer.rollout_metrics import RolloutPairs

Advance = Callable[[float], None]

RolloutPair = tuple[EvaluationPair, Rollout]

MOST_CLIPS = 6
"""Clips of each kind that are answered."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "gestures": ("directing_traffic", "basketball_signal", "wave", "dab"),
    "jumps": ("jumping",),
    "modern dance": ("05_",),
}
"""Beginnings of the names of clips, by kind."""


def gestures(folds: Sequence[Fold], advance: Advance, drawn: dict[str, RolloutPair]) -> Iterator[Figure]:
    """Answers to partners who wave, jump and dance otherwise, at a closeness of .6; those of each kind that are `drawn`
    are added by its name."""
    kinds = [(kind, fold, clips) for kind in KINDS for fold in folds if (clips := _of_kind(fold.held_out, kind))]
    for done, (kind, fold, clips) in enumerate(kinds):
        for label, guidance in (
            ("", uniform_guidance(1)),
            (", the clock's guidance off", uniform_guidance(1, pull=0.0)),
        ):
            rollouts = answer_rollouts(fold.network, clips, guidance)
            if not label and rollouts[0]:
                drawn[kind] = max(rollouts[0], key=lambda pair: len(pair[1]))
            yield from _answers(f"gestures: {kind}{label}", answer_figures(*rollouts), targets=not label)
        advance((done + 1) / len(kinds))
    if not kinds:
        yield Figure("gestures: clips held out", 0)


def _answers(label: str, found: AnswerFigures, targets: bool) -> Iterator[Figure]:
    over = found.beat_f1 - found.wrong_f1
    if targets:
        yield Figure.at_least(f"{label}: beat F1 over another's", over, 0.10, "", found.wrong_f1)
        for name, value, least in (("hand height", found.hand_r, 0.6), ("level of hips", found.hips_r, 0.5)):
            if np.isfinite(value):
                yield Figure.at_least(f"{label}: {name}, best-lag r", value, least)
    else:
        yield Figure(f"{label}: beat F1 over another's", over, "", found.wrong_f1)


def of_rollouts(rollouts: RolloutsByModel) -> Iterator[Figure]:
    """Raised hands, turns and the lowest hips of answers, beside those of the captured dancers in their place."""
    own, captured = (rollouts[name] for name in (NETWORK, TRUE_PARTNER))

    def mean(pairs: RolloutPairs, value: Callable[[Rollout], float]) -> float:
        return float(np.mean([value(rollout) for _, rollout in pairs]))

    def above(rollout: Rollout) -> float:
        return variety.hand_above_shoulder_share(rollout.hips_m, rollout.turns)

    def turns(rollout: Rollout) -> float:
        return variety.turns_a_minute(rollout.joints_m)

    def repeated(rollout: Rollout) -> float:
        return variety.repeated_share(rollout.joints_m)

    truth = mean(captured, above)
    yield Figure.at_least("variety: a hand above the shoulders", mean(own, above), 0.25, "of the time", truth)
    truth = mean(captured, turns)
    yield Figure.at_least("variety: turns", mean(own, turns), 10.0, "a minute", truth)
    lowest = [float(min(rollout.hips_m[:, 1].min() for _, rollout in pairs)) for pairs in (own, captured)]
    yield Figure.at_most("variety: lowest hips over the captured", lowest[0] - lowest[1], 0.05, "m", 0.0)
    yield Figure("variety: movements that come back within 30 s", mean(own, repeated), "", mean(captured, repeated))


def with_someone_still(fold: Fold, advance: Advance) -> Iterator[Figure]:
    """Ten minutes with a visitor who stands still: whether two of them are alike."""
    one = live_dance.dance_with_someone_still(fold.network, advance)
    apart = variety.minute_distances(one.hips_m, one.turns)
    captured = [clip for clip in [*fold.held_out, *fold.trained_on] if clip.partner]
    least = _true_distance(captured)
    name = f"variety: two of {live_dance.STILL_MINUTES} minutes with a still visitor, least apart"
    if np.isfinite(least):
        yield Figure.at_least(name, float(apart.min()), least, "", least)
    else:
        yield Figure(name, float(apart.min()))
    joints = one.joints_m[: 120 * 30]
    yield Figure("variety: movements that come back, with a still visitor", variety.repeated_share(joints))


def _true_distance(clips: Sequence[DanceClip]) -> float:
    """The least distance of two minutes of captured dances, one after the other."""
    features = []
    for role in sorted({clip.style for clip in clips}):
        those = [clip.motion for clip in clips if clip.style == role]
        hips, turns = (np.concatenate(values) for values in zip(*((m.hips_m, m.turns) for m in those), strict=True))
        features.append(variety.minute_features(hips, turns))
    found = [float(variety.feature_distances(one).min()) for one in features if len(one) > 1]
    return min(found) if found else float("nan")


def music(fold: Fold, advance: Advance) -> Iterator[Figure]:
    """Dances to made-up music of 60 to 180 beats a minute."""
    found = live_dance.music_figures(fold.network, advance)
    yield Figure.at_least("music: beat F1, at half or double time", found.f1, 0.75)
    yield Figure.at_least("music: largest movements that start on the downbeat", found.downbeat_share, 0.6, "", 0.25)
    yield Figure.at_least("music: energy of motion with that of music, r", found.energy_r, 0.6)
    yield Figure.at_most("music: speed in its rests", found.rest_speed, 0.5, "times the rest of the dance")


def _of_kind(clips: Sequence[DanceClip], kind: str) -> list[DanceClip]:
    return [clip for clip in clips if clip.partner is None and clip.name.startswith(KINDS[kind])][:MOST_CLIPS]
