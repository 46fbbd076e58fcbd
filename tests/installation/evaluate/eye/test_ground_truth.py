"""The measures themselves: a known delay is found, and a known noise counts as what it is."""

from __future__ import annotations

import numpy as np
import pytest

from installation.evaluate.clips import SHARED_FOLDER
from installation.evaluate.eye.ground_truth import FRAME_RATE, lag, one_euro


def swaying(delay: float) -> np.ndarray:
    t = (np.arange(240) - delay) / FRAME_RATE
    spots = np.stack([np.sin(2.1 * t), np.cos(3.3 * t) + 0.3 * np.sin(7.0 * t)], axis=1)
    return spots[:, None] * np.linspace(0.5, 1.5, 33)[:, None]


@pytest.mark.parametrize("frames", [0.0, 0.4, 1.0, 2.7])
def test_a_known_delay_is_found_to_a_tenth_of_a_frame(frames: float) -> None:
    assert lag(swaying(frames), swaying(0.0)) == pytest.approx(frames, abs=0.1)


def test_a_filter_that_only_follows_is_late() -> None:
    assert lag(one_euro(swaying(0.0)), swaying(0.0)) > 0.2


@pytest.mark.skipif(
    not (SHARED_FOLDER / "data/motion/cmu").is_dir(), reason="the CMU motions are not beside the checkout"
)
def test_smoothing_holds_its_promise_on_captured_bodies() -> None:
    from installation.evaluate.eye.ground_truth import measure_smoothing

    assert all(figure.holds for figure in measure_smoothing(SHARED_FOLDER))
