"""The sender's clock says when a frame was, unless it is no clock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.vmc_times import frame_times

Array = NDArray[np.floating]

TRUE = np.arange(120) / 60.0
LATE = np.sort(TRUE + np.random.default_rng(1).uniform(0.0, 0.03, len(TRUE)))
"""Times of arrival."""


def error(clocks: Array, arrivals: Array = LATE) -> float:
    """Seconds by which steps between frames are wrong at most."""
    times, kept = frame_times(arrivals, clocks)
    assert len(kept) > 110 and (np.diff(times) > 0.0).all()
    return float(np.abs(np.diff(times) - np.diff(TRUE[kept])).max())


def test_the_clock_decides_and_not_the_arrival() -> None:
    assert error(7.0 + TRUE) < 1e-9


def test_a_clock_that_is_set_anew_goes_on() -> None:
    assert error(np.where(TRUE < 1.0, 500.0 + TRUE, TRUE)) < 0.05


def test_a_stall_of_the_network_is_none_of_the_clock() -> None:
    assert error(TRUE, np.maximum(LATE, np.where(TRUE > 0.5, 1.4, 0.0) + 1e-6 * np.arange(len(TRUE)))) < 1e-9


def test_a_clock_in_single_precision_is_evened_out_after_hours() -> None:
    clocks = (40_000.0 + TRUE).astype(np.float32).astype(float)
    assert np.abs(np.diff(clocks) - 1.0 / 60.0).max() > 1e-3
    assert error(clocks) < 1e-3


def test_what_is_no_clock_gives_way_to_arrival() -> None:
    for clocks in (np.zeros(120), 1000.0 * TRUE, np.full(120, np.nan)):
        times, kept = frame_times(LATE, clocks)
        assert np.array_equal(times, LATE[kept])
