"""Everybody who answers is held against the true partner, and one couple counts as much as another."""

from __future__ import annotations

import numpy as np
import pytest

from motion.dancer.evaluate import responsiveness
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluate.responsiveness import (
    MATCHING,
    NETWORK,
    RANDOM_PARTNER,
    SEEDS,
    TRUE_PARTNER,
    WRONG_PARTNER,
    RolloutsByModel,
)
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, Rollout, pairs_of
from motion.dancer.rollout_metrics import couple_means, partner_beats_s
from tests.motion.dancer.dances import company, prepared

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def rows() -> RolloutsByModel:
    clips = company(3)
    folds = [Fold(prepared(), clips[:4], clips[4:]), Fold(prepared(), clips[4:], clips[:4])]
    heard: list[float] = []
    found = responsiveness.roll_out_all(folds, on_progress=heard.append)
    assert heard == [0.5, 1.0]
    return found


@pytest.mark.slow
def test_everybody_dances_every_meeting(rows: RolloutsByModel) -> None:
    couples = {"60_01", "60_02", "60_03"}
    for pairs in rows.values():
        assert {(m.couple, m.role) for m, _ in pairs} == {(c, r) for c in couples for r in ("60", "61")}
    assert len(rows[NETWORK]) == SEEDS * 6
    assert len(rows[WRONG_PARTNER]) == SEEDS * 6
    assert len(rows[MATCHING]) == SEEDS * 6
    assert len(rows[TRUE_PARTNER]) == 6
    assert len(rows[RANDOM_PARTNER]) == 6 * 2


@pytest.mark.slow
def test_who_sees_a_stranger_is_held_against_the_true_partner(rows: RolloutsByModel) -> None:
    for meeting, dance in rows[WRONG_PARTNER]:
        assert meeting.wrong_partner is not None
        theirs = partner_beats_s(meeting, len(dance))
        true = next(m for m, _ in rows[TRUE_PARTNER] if (m.couple, m.role) == (meeting.couple, meeting.role))
        np.testing.assert_array_equal(theirs, partner_beats_s(true, len(dance)))


@pytest.mark.slow
def test_true_partners_who_keep_one_beat_share_most_of_it(rows: RolloutsByModel) -> None:
    found = responsiveness.f1_per_couple(rows)
    assert found[TRUE_PARTNER].shape == (3,)
    assert found[TRUE_PARTNER].min() > 0.6
    assert found[TRUE_PARTNER].mean() > found[RANDOM_PARTNER].mean() + 0.1


@pytest.mark.slow
def test_seeds_are_told_apart(rows: RolloutsByModel) -> None:
    takes = responsiveness.split_by_seed(rows[NETWORK])
    assert [len(take) for take in takes] == [6] * SEEDS
    first, second = takes[0][0], takes[1][0]
    assert first[0] is second[0]
    assert not np.allclose(first[1].hips_m, second[1].hips_m)


def test_beats_a_second_are_counted_over_all_the_time() -> None:
    one = pairs_of(company(1, 12.0))[0]
    dance = Rollout(one.partner.hips_m[CONTEXT_FRAMES:], one.partner.turns[CONTEXT_FRAMES:])
    own, theirs = responsiveness.beat_rates([(one, dance)])
    assert own == theirs
    assert own == pytest.approx(len(dance.beats_s) / (len(dance) / 30.0))


def test_a_couple_counts_once_however_often_it_was_danced() -> None:
    np.testing.assert_allclose(couple_means([("b", 1.0), ("a", 0.0), ("a", 1.0), ("b", 1.0)]), [0.5, 1.0])
