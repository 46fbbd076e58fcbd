"""Bodies on a floor: what the captured ones are is 1, who stands in another is told, who stands beside them is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion.dancer import rollout_metrics
from motion.dancer.evaluate import pose_shape
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, Rollout, pairs_of
from tests.motion.dancer.dances import company


def true(meeting: EvaluationPair) -> tuple[EvaluationPair, Rollout]:
    return meeting, Rollout(meeting.own.hips_m[CONTEXT_FRAMES:], meeting.own.turns[CONTEXT_FRAMES:])


def test_the_captured_dance_is_once_itself() -> None:
    pairs = [true(m) for m in pairs_of(company(2))]
    for what in (
        rollout_metrics.foot_skate,
        rollout_metrics.contact_share,
        rollout_metrics.jerk,
        rollout_metrics.mean_speed,
    ):
        assert rollout_metrics.ratio_to_captured(pairs, what) == pytest.approx(1.0)


def test_who_stands_in_another_goes_through_them() -> None:
    one = pairs_of(company(1))[0]
    assert pose_shape.intersection_share([true(one)]) == 0.0
    partner = replace(one.partner, hips_m=one.own.hips_m.copy())
    assert pose_shape.intersection_share([true(replace(one, partner=partner))]) == 1.0


def test_holding_hands_is_not_going_through() -> None:
    one = pairs_of(company(1))[0]
    # Trunks 60 cm apart, hands between.
    near = one.own.hips_m + (0.0, 0.0, 0.6)
    assert pose_shape.intersection_share([true(replace(one, partner=replace(one.partner, hips_m=near)))]) < 0.2


def test_segments_are_as_far_apart_as_they_are() -> None:
    def ends(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
        return np.array([a]), np.array([b])

    crossing = pose_shape._segment_distance(ends((-1, 0, 0), (1, 0, 0)), ends((0, 1, -1), (0, 1, 1)))
    beside = pose_shape._segment_distance(ends((0, 0, 0), (1, 0, 0)), ends((2, 0, 0), (3, 0, 0)))
    along = pose_shape._segment_distance(ends((0, 0, 0), (4, 0, 0)), ends((1, 2, 0), (3, 2, 0)))
    assert [float(d[0]) for d in (crossing, beside, along)] == pytest.approx([1.0, 1.0, 2.0])


def test_half_a_set_is_not_the_other_half() -> None:
    pairs = [true(m) for m in pairs_of(company(4, 8.0))]
    one, other = pose_shape.split_features(pairs)
    assert len(one) > 2
    assert len(other) > 2
    assert len(one) + len(other) == len(pose_shape.rollout_features(pairs))


def test_the_lowest_hips_are_found() -> None:
    one = pairs_of(company(1))[0]
    hips = one.own.hips_m[CONTEXT_FRAMES:].copy()
    hips[17, 1] = 0.31
    assert pose_shape.lowest_hips_m([(one, Rollout(hips, one.own.turns[CONTEXT_FRAMES:]))]) == pytest.approx(0.31)
