"""A motion at another rate is the same motion: neither faster nor elsewhere."""

import numpy as np
import pytest
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion
from motion.resample import at_rate, cut, resample
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

Array = NDArray[np.floating]


def turning(times: Array, rate: float = 30.0) -> Motion:
    turns = rotation.from_axis_angle((0.0, 1.0, 0.0), np.asarray(times) * 2.0)
    return Motion(
        np.outer(times, (1.0, 0.0, 0.5)),
        np.repeat(turns[:, None], CORE_COUNT, axis=1),
        REST_OFFSETS_M[:CORE_COUNT],
        rate,
        np.ones((len(times), CORE_COUNT)),
        np.zeros((len(times), 2), bool),
    )


def test_uneven_looks_become_an_even_motion_of_the_same_speed() -> None:
    times = np.cumsum(np.random.default_rng(2).uniform(0.01, 0.09, 60))
    even = resample(turning(times), times, 60.0)
    targets = times[0] + np.arange(len(even)) / 60.0
    assert targets[-1] <= times[-1] + 1e-9
    assert np.allclose(even.hips_m, turning(targets).hips_m)
    assert rotation.angle(even.turns, turning(targets).turns).max() < 1e-6


def test_there_and_back_is_where_it_was() -> None:
    motion = turning(np.arange(90) / 30.0)
    again = at_rate(at_rate(motion, 120.0), 30.0)
    assert len(again) == len(motion)
    assert np.allclose(again.hips_m, motion.hips_m)


def test_one_frame_is_a_motion_too() -> None:
    assert len(at_rate(turning(np.array([0.0])), 60.0)) == 1


def test_times_that_stand_still_are_refused() -> None:
    with pytest.raises(ValueError, match="later"):
        resample(turning(np.array([0.0, 0.1])), np.array([0.1, 0.1]), 30.0)


def test_a_cut_keeps_what_was_asked_for_and_nothing_is_an_error() -> None:
    motion = turning(np.arange(90) / 30.0)
    assert np.array_equal(cut(motion, 1.0, 2.0).hips_m, motion.hips_m[30:60])
    assert len(cut(motion, 2.0, None)) == 30
    with pytest.raises(ValueError, match=r"3\.0 s"):
        cut(motion, 4.0, None)
