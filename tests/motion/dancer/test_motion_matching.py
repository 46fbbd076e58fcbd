"""Motion matching goes on as the clip that it is in, sees whom it dances with, and changes clips without a jump."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from motion.dancer import baselines
from motion.dancer.conditioning import WATCHED_JOINTS, Conditioning
from motion.dancer.data import FRAME_RATE, DanceClip
from motion.dancer.evaluation_pairs import (
    CONTEXT_FRAMES,
    EvaluationPair,
    PairBatch,
    Rollout,
    pairs_of,
    replay,
    roll_out,
)
from motion.dancer.guidance import Guidance, uniform_guidance
from motion.dancer.motion_matching import FEATURE_WEIGHTS, MatchingDatabase, MotionMatcher, matching_features
from motion.dancer.training_tensors import training_tensors
from tests.motion.dancer.dances import company


@pytest.fixture(scope="module")
def clips() -> list[DanceClip]:
    return company(3, 9.0)


@pytest.fixture(scope="module")
def database(clips: list[DanceClip]) -> MatchingDatabase:
    return MatchingDatabase(training_tensors(clips, ("60", "61"), (1.0,), mirrored=False))


def matched(database: MatchingDatabase, some: list[EvaluationPair]) -> tuple[MotionMatcher, list[Rollout]]:
    floor = PairBatch(some)
    mover = MotionMatcher(database, floor.past, floor.turns)
    return mover, roll_out(mover, floor, uniform_guidance(len(some)), some)


def test_who_is_in_the_database_is_followed_to_the_end(clips: list[DanceClip], database: MatchingDatabase) -> None:
    some = pairs_of(clips)
    true = replay([baselines.captured(m) for m in some])
    for own, dance in zip(true, matched(database, some)[1], strict=True):
        # Until where the clip is too near its end to be entered.
        apart = np.linalg.norm(dance.joints_m - own.joints_m, axis=-1)[:-15]
        assert apart.max() < 0.03


def test_nothing_jumps_when_clips_change(clips: list[DanceClip], database: MatchingDatabase) -> None:
    some = pairs_of(clips)
    strangers = [replace(m, wrong_partner=some[(n + 2) % len(some)].partner) for n, m in enumerate(some)]
    strangers = [m for m in strangers if m.wrong_partner is not None and len(m.wrong_partner) >= len(m.own)]
    mover, dances = matched(database, strangers)
    fastest = max(np.linalg.norm(np.diff(m.own_m, axis=0), axis=-1).max() for m in some)
    for dance in dances:
        assert np.isfinite(dance.joints_m).all()
        assert np.linalg.norm(np.diff(dance.joints_m, axis=0), axis=-1).max() < 2.0 * fastest + 0.02
    assert (mover.at >= 0.0).all()


def test_it_may_not_know_what_the_partner_has_yet_to_do(clips: list[DanceClip], database: MatchingDatabase) -> None:
    one = pairs_of(clips)[0]
    hips = one.partner.hips_m.copy()
    hips[CONTEXT_FRAMES + 40 :] += (1.0, 0.0, 1.0)
    other = replace(one, partner=replace(one.partner, hips_m=hips))
    a, b = (matched(database, [m])[1][0].joints_m for m in (one, other))
    # The partner's 40th frame is seen one frame late, and answered in the next.
    np.testing.assert_array_equal(a[:41], b[:41])


def test_the_nearest_frame_of_all_is_the_frame_itself(clips: list[DanceClip], database: MatchingDatabase) -> None:
    some = pairs_of(clips)[:1]
    floor = PairBatch(some)
    mover = MotionMatcher(database, floor.past, floor.turns)
    costs = database.costs(database.normalise(matching_features(floor.conditioning(mover, 0))))[0]
    assert int(database.candidates[int(costs.argmin())]) == CONTEXT_FRAMES - 1
    assert float(costs.min()) == pytest.approx(0.0, abs=1e-2)


def test_features_are_the_same_wherever_both_stand(clips: list[DanceClip]) -> None:
    from motion.body import transformed
    from motion.rotation import from_axis_angle

    one = pairs_of(clips)[0]
    turn, shift = from_axis_angle([0.0, 1.0, 0.0], 1.1), np.array([2.0, 0.0, -3.0])
    other = replace(one, own=transformed(one.own, turn, shift), partner=transformed(one.partner, turn, shift))
    found = []
    for meeting in (one, other):
        floor = PairBatch([meeting])
        found.append(matching_features(floor.conditioning(_Still(floor), 0)))
    for name in FEATURE_WEIGHTS:
        np.testing.assert_allclose(found[0][name], found[1][name], atol=1e-4)
    assert found[0]["limbs"].shape[1] == 3 * 5 * 3
    assert len(WATCHED_JOINTS) == 13
    assert FRAME_RATE == 30.0


class _Still:
    """Whoever is asked about and does not move."""

    plan_due = True

    def __init__(self, floor: PairBatch) -> None:
        self.joints, self.turns = floor.past, floor.turns

    def next_frame(self, conditioning: Conditioning | None, guidance: Guidance) -> tuple[torch.Tensor, torch.Tensor]:
        return self.joints, self.turns
