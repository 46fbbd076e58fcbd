"""Meetings: who takes whose place, who is a stranger to whom, and that nobody sees what has yet to happen."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from motion.dancer.body_frame import frame_of
from motion.dancer.conditioning import HISTORY_FRAMES, SPEED_FRAMES, WATCHED_JOINTS, Conditioning
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, PairBatch, moved_to, pairs_of, replay, with_wrong_partner
from motion.dancer.guidance import Guidance
from tests.motion.dancer.dances import company


def test_couples_meet_both_ways_round() -> None:
    some = pairs_of(company(2))
    assert [(m.couple, m.role) for m in some] == [("60_01", "60"), ("60_01", "61"), ("60_02", "60"), ("60_02", "61")]
    np.testing.assert_array_equal(some[0].own_m, some[1].partner_m)


def test_a_stranger_dances_the_same_role_and_stands_where_the_true_one_does() -> None:
    some = pairs_of(company(3))
    for one, wrong in zip(some, with_wrong_partner(some), strict=True):
        assert wrong.wrong_partner is not None
        assert (wrong.couple, wrong.role) == (one.couple, one.role)
        count = len(wrong.own)
        np.testing.assert_array_equal(wrong.partner_m, one.partner_m[:count])
        there, true = (frame_of(_tensor(j[CONTEXT_FRAMES - 1])) for j in (wrong.shown_m, one.partner_m))
        np.testing.assert_allclose(there.position, true.position, atol=1e-6)
        np.testing.assert_allclose(there.left, true.left, atol=1e-6)
        assert not np.allclose(wrong.shown_m[-1], one.partner_m[count - 1], atol=0.01)


def test_further_strangers_are_others() -> None:
    some = pairs_of(company(3))
    first, second = (with_wrong_partner(some, n)[0].wrong_partner for n in (1, 2))
    assert first is not None
    assert second is not None
    assert not np.allclose(first.turns[:100], second.turns[:100], atol=0.01)


def test_who_is_alone_has_no_strangers() -> None:
    with pytest.raises(ValueError, match="60_01 is the only couple"):
        with_wrong_partner(pairs_of(company(1)))


def test_what_is_asked_is_as_late_as_it_should_be() -> None:
    some = pairs_of(company(2))
    for late in (0, 1, 3):
        floor = PairBatch(some, late)
        asked = floor.conditioning(_Mover(floor), 7)
        assert asked.partner is not None
        assert asked.pace is not None
        newest = CONTEXT_FRAMES - 1 + 7 - late
        np.testing.assert_allclose(asked.partner[0, -1], some[0].partner_m[newest, WATCHED_JOINTS], atol=1e-5)
        assert asked.pace.shape == (4, SPEED_FRAMES)
        np.testing.assert_allclose(asked.joints[0, -1], some[0].own_m[CONTEXT_FRAMES - 1], atol=1e-5)
        assert asked.joints.shape[1] == HISTORY_FRAMES


def test_what_stands_cleanly_is_replayed_nearly_as_it_was() -> None:
    some = pairs_of(company(2))
    for meeting, dance in zip(some, replay([m.own for m in some]), strict=True):
        assert len(dance) == len(meeting.own)
        assert np.abs(dance.joints_m - meeting.own_m).max() < 0.1


def test_what_is_moved_stays_the_same_motion() -> None:
    one = pairs_of(company(1))[0]
    there = moved_to(one.own, one.own_m[0], one.partner_m[0])
    speed = np.linalg.norm(np.diff(one.own.hips_m, axis=0), axis=-1)
    np.testing.assert_allclose(np.linalg.norm(np.diff(there.hips_m, axis=0), axis=-1), speed, atol=1e-9)


class _Mover:
    plan_due = True

    def __init__(self, floor: PairBatch) -> None:
        self.joints, self.turns = floor.past, floor.turns

    def next_frame(self, conditioning: Conditioning | None, guidance: Guidance) -> tuple[torch.Tensor, torch.Tensor]:
        return self.joints, self.turns


def _tensor(values: NDArray[np.floating]) -> torch.Tensor:
    return torch.as_tensor(values)
