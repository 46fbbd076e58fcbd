"""Answers to gestures are found by the heights of hands and hips, at the lag at which they come."""

from __future__ import annotations

import numpy as np
import pytest

from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.answering import answer_figures, answer_pairs, answer_rollouts, best_lag_correlation
from motion.dancer.evaluate.motion_strip import answer_sheet
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES
from motion.dancer.guidance import uniform_guidance
from tests.motion.dancer.dances import company, prepared


def test_a_late_answer_counts_as_one_in_time() -> None:
    wave = 0.2 * np.sin(2.0 * np.pi * np.arange(150) / FRAME_RATE)
    late = np.roll(wave, 9)
    assert best_lag_correlation(wave, late) == pytest.approx(1.0, abs=0.01)
    assert best_lag_correlation(wave, np.zeros(150)) == 0.0
    assert np.isnan(best_lag_correlation(0.01 * wave, late)), "there is nothing to answer"


def test_both_stand_still_before_and_face_each_other() -> None:
    clips = company(1)
    (one, other) = answer_pairs(clips)
    assert len(one.own) == CONTEXT_FRAMES + len(clips[0].motion)
    assert np.ptp(one.partner_m[:CONTEXT_FRAMES], axis=0).max() == 0.0
    assert other.partner_m.shape == other.own_m.shape


def test_figures_and_sheet_are_of_the_network_that_answers() -> None:
    right, other = answer_rollouts(prepared(), company(1), uniform_guidance(1))
    found = answer_figures(right, other)
    assert 0.0 <= found.beat_f1 <= 1.0
    assert -1.0 <= found.hand_r <= 1.0
    assert [len(rollout) for _, rollout in right] == [len(clip.motion) for clip in company(1)]
    picture = answer_sheet({"one": right[0], "other": right[1]})
    assert picture.width > 1000
    assert np.asarray(picture).std() > 5.0
