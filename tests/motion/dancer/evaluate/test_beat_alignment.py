"""Clocks tick when they say, dancers keep the octave of them that they can, and a change is found where it is."""

from __future__ import annotations

import numpy as np
import pytest

from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate import beat_alignment
from motion.dancer.evaluate.cross_validation import Fold
from tests.motion.dancer.dances import company, prepared


@pytest.mark.parametrize(
    ("beats_a_minute", "kept"), [(90.0, 0.75), (130.0, 65.0 / 60.0), (60.0, 1.0), (200.0, 50.0 / 60.0)]
)
def test_a_tempo_is_kept_in_the_octave_at_which_people_dance(beats_a_minute: float, kept: float) -> None:
    assert beat_alignment.danceable_tempo(beats_a_minute / 60.0) == pytest.approx(kept)


def test_a_clock_ticks_at_whole_turns() -> None:
    t = np.arange(300) / FRAME_RATE
    np.testing.assert_allclose(beat_alignment.beat_times(1.25 * t + 0.5), (np.arange(1, 13) - 0.5) / 1.25, atol=1e-6)


def test_what_is_asked_of_the_clock_is_its_phase_and_rate() -> None:
    asked = beat_alignment.clock_input(np.array([0.25, 1.5]), np.array([1.0, np.e]))
    np.testing.assert_allclose(asked, [[1.0, 0.0, 0.0, 1.0], [0.0, -1.0, 1.0, 1.0]], atol=1e-6)


def test_a_change_is_followed_from_where_the_beat_is_kept_again() -> None:
    curve = np.array([0.1, 0.2, 0.3, 0.8, 0.9, 0.8, 0.9, 0.8])
    assert beat_alignment._followed_after(curve) == 3.0
    assert beat_alignment._followed_after(np.full(8, 0.5)) == 0.0


def test_all_starts_hear_all_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beat_alignment, "ROLLOUT_SECONDS", 8.0)
    monkeypatch.setattr(beat_alignment, "CHANGE_AT_SECONDS", 2.0)
    clips = company(2)
    found = beat_alignment.beat_alignment([Fold(prepared(), clips, [])])
    assert 0.0 <= found.f1 <= 1.0
    assert 0.0 <= found.random_phase_f1 <= 1.0
    assert len(found.curve) >= 5


def test_who_beats_with_the_clock_scores_more_than_who_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        beat_alignment,
        "_beats",
        lambda fold, some, phases, rates, pull: [beat_alignment.beat_times(p) for p in phases],
    )
    found = beat_alignment.beat_alignment([Fold(prepared(), company(3), [])])
    assert found.f1 == pytest.approx(1.0)
    assert found.random_phase_f1 < 0.5
    assert found.followed_after_beats == 0.0
