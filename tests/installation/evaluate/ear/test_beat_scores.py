"""The scores are those of the field: perfect, half and off-beat tracking get what Davies and others say."""

from __future__ import annotations

import numpy as np
import pytest

from installation.evaluate.ear.beat_scores import beat_scores

TRUE = np.arange(60) * 0.5


def test_perfect_beats_have_full_scores() -> None:
    scores = beat_scores(TRUE + 0.01, TRUE)
    assert (scores.f_measure, scores.cmlt, scores.amlt) == (1.0, 1.0, 1.0)


def test_half_the_tempo_is_right_at_another_level_only() -> None:
    scores = beat_scores(TRUE[::2], TRUE)
    assert scores.f_measure == pytest.approx(2 / 3, abs=0.03)
    assert scores.cmlt < 0.1
    assert scores.amlt == 1.0


def test_off_beats_are_wrong_and_another_level() -> None:
    scores = beat_scores(TRUE + 0.25, TRUE)
    assert scores.f_measure == 0.0
    assert scores.cmlt == 0.0
    assert scores.amlt > 0.95


def test_no_beats_are_no_score() -> None:
    assert beat_scores(np.zeros(0), TRUE).amlt == 0.0
    assert beat_scores(TRUE, np.zeros(0)).f_measure == 0.0


def test_the_scores_are_those_of_mir_eval() -> None:
    beat = pytest.importorskip("mir_eval.beat")
    random = np.random.default_rng(0)
    for spread in (0.0, 0.02, 0.05, 0.1):
        found = np.sort(np.delete(TRUE, [20, 33]) + random.normal(0.0, spread, len(TRUE) - 2))
        scores = beat_scores(found, TRUE)
        kept, true = beat.trim_beats(found), beat.trim_beats(TRUE)
        assert scores.f_measure == pytest.approx(beat.f_measure(true, kept), abs=0.02)
        _, cmlt, _, amlt = beat.continuity(true, kept)
        assert scores.cmlt == pytest.approx(cmlt, abs=0.05)
        assert scores.amlt == pytest.approx(amlt, abs=0.05)
