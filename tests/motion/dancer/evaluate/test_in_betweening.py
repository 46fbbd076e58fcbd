"""Gaps are measured beside slerp and motion matching, on clips that are long enough."""

from __future__ import annotations

import numpy as np
import pytest

from motion.body import joint_positions
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluate.in_betweening import (
    MATCHING,
    NETWORK,
    PLANTED,
    SLERP,
    TRUTH,
    gaps_of,
    in_between_figures,
    matched,
)
from tests.motion.dancer.dances import company, prepared


def test_every_way_is_measured_on_the_same_gaps() -> None:
    clips = company(3, 4.0)
    found = in_between_figures([Fold(prepared(), clips[:2], clips[2:])], 1.0)
    assert found is not None
    assert found.gaps == len(gaps_of(clips[:2], 1.0))
    assert found.error_mm.keys() == {NETWORK, SLERP, MATCHING, TRUTH, SLERP + PLANTED, MATCHING + PLANTED}
    assert found.error_mm[TRUTH] == 0.0
    assert all(np.isfinite(value) for value in [*found.error_mm.values(), *found.skate.values()])


def test_motion_matching_finds_the_gap_itself_where_it_was_captured() -> None:
    clips = company(1, 4.0)
    gaps = gaps_of(clips[:1], 1.0)
    (gap, *_), (motion, *_) = gaps, matched(gaps, clips)
    found, true = (joint_positions(one.hips_m, one.turns, one.offsets_m) for one in (motion, gap.motion))
    assert np.linalg.norm(found - true, axis=-1).max() == pytest.approx(0.0, abs=0.01)


def test_clips_that_are_too_short_give_no_figures() -> None:
    assert in_between_figures([Fold(prepared(), company(1, 2.2), [])], 2.0) is None
