"""Live, a network that is wrong about a body gives way to how the body goes on, and that is known."""

from __future__ import annotations

import numpy as np
import pytest

from installation.dance.prediction_reliability import CHECKED_FRAMES, PredictionReliability
from motion.dancer.conditioning import HISTORY_FRAMES
from motion.dancer.continuation import AHEAD_FRAMES
from motion.skeleton import CORE_COUNT

ROW = np.array([1])


def walking(frames: np.ndarray) -> np.ndarray:
    """(1, T, 22, 3) a body that goes along X at 3 cm a frame."""
    way = np.zeros((1, len(frames), CORE_COUNT, 3))
    way[..., 0] = 0.03 * frames[None, :, None]
    return way


def after(seconds: float, network_error_m: float) -> tuple[PredictionReliability, np.ndarray, np.ndarray]:
    """The reliability, the last mix and the network's share of it, after so long with a network that is so wrong."""
    reliability = PredictionReliability(3)
    for now in range(20, 20 + round(30 * seconds)):
        past = walking(np.arange(now - HISTORY_FRAMES + 1, now + 1))
        predicted = walking(np.arange(now + 1, now + 1 + AHEAD_FRAMES)) + (0.0, network_error_m, 0.0)
        reliability.check(ROW, np.array([now]), past)
        mixed, share = reliability.mix(ROW, np.array([now]), past, predicted)
    return reliability, mixed - walking(np.arange(now + 1, now + 1 + AHEAD_FRAMES)), share


def test_a_wrong_network_gives_way() -> None:
    reliability, error, share = after(1.0, 0.6)
    assert np.abs(error).max() < 0.01
    assert share.max() < 0.01
    assert reliability.uncertainty_m(1, 4) < 0.02


def test_before_anything_was_checked_it_counts() -> None:
    _, _, share = after(0.05, 0.6)
    assert share.min() > 0.5


def test_another_body_in_its_row_starts_again() -> None:
    reliability, _, _ = after(1.0, 0.6)
    reliability.forget(1)
    past = walking(np.arange(50 - HISTORY_FRAMES + 1, 51))
    _, share = reliability.mix(ROW, np.array([50]), past, walking(np.arange(51, 51 + AHEAD_FRAMES)))
    assert share.min() > 0.5


def test_nothing_is_uncertain_now() -> None:
    reliability, _, _ = after(0.5, 0.3)
    assert reliability.uncertainty_m(1, 0.0) == 0.0
    assert reliability.uncertainty_m(2, max(CHECKED_FRAMES)) == pytest.approx(0.043, abs=0.01)
