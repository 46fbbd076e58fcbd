"""What is predicted otherwise is gone over to without a jump, and soon."""

from __future__ import annotations

import numpy as np
import pytest

from installation.dance.predicted_motion import CORRECTION_HALF_LIFE_FRAMES, PredictedMotion
from motion import rotation
from motion.dancer.continuation import AHEAD_FRAMES
from motion.skeleton import CORE_COUNT

ROW = np.array([1])


def way(speed: float, since: int, start: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Somebody who goes along +X and turns about as fast, rad and metres a frame."""
    x = start + speed * np.arange(AHEAD_FRAMES + 1)
    turns = rotation.from_axis_angle([0.0, 1.0, 0.0], x)
    return np.stack([x, 0.9 + 0.0 * x, 3.0 + 0.0 * x], axis=1)[None], np.tile(
        turns[None, :, None], (1, 1, CORE_COUNT, 1)
    )


def place(found: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
    return float(found[0][0, 0]), float(2.0 * np.arctan2(found[1][0, 5, 2], found[1][0, 5, 0]))


def test_what_is_told_is_expected_and_no_further_than_it_was_told() -> None:
    predicted = PredictedMotion(3)
    predicted.add(ROW, np.array([10]), *way(0.1, 10))
    assert place(predicted.corrected(ROW, np.array([12.5]))) == pytest.approx((0.25, 0.25))
    assert place(predicted.corrected(ROW, np.array([99.0]))) == pytest.approx((0.1 * AHEAD_FRAMES, 0.1 * AHEAD_FRAMES))


def test_a_correction_is_no_jump_and_fades() -> None:
    predicted = PredictedMotion(3)
    predicted.add(ROW, np.array([10]), *way(0.1, 10))
    before = place(predicted.show(ROW, np.array([13.0])))
    predicted.add(ROW, np.array([11]), *way(0.2, 11, 0.1))
    assert place(predicted.show(ROW, np.array([13.0]))) == pytest.approx(before, abs=1e-6)
    half = place(predicted.show(ROW, np.array([13.0 + CORRECTION_HALF_LIFE_FRAMES])))
    assert half[0] == pytest.approx(0.1 + 0.2 * (2.0 + CORRECTION_HALF_LIFE_FRAMES) - 0.1, abs=1e-6)
    late = place(predicted.show(ROW, np.array([13.0 + 6.0 * CORRECTION_HALF_LIFE_FRAMES])))
    assert late[0] == pytest.approx(
        place(predicted.predict(ROW, np.array([13.0 + 6.0 * CORRECTION_HALF_LIFE_FRAMES])))[0], abs=0.01
    )


def test_who_was_never_shown_is_not_held_back() -> None:
    predicted = PredictedMotion(3)
    predicted.add(ROW, np.array([10]), *way(0.1, 10))
    predicted.add(ROW, np.array([20]), *way(0.3, 20, 5.0))
    assert place(predicted.corrected(ROW, np.array([20.0])))[0] == pytest.approx(5.0)
