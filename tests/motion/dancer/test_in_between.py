"""An animator fills a gap: the rest stays, the ends meet, feet stand, and the same seed is the same motion."""

from __future__ import annotations

import numpy as np
import pytest

from motion.body import Motion, joint_positions
from motion.dancer.data import to_canonical
from motion.dancer.free_dance import Wish, dance_on
from motion.dancer.gap_filling import fill_motion, join_motions
from motion.dancer.in_between import Gap, GapError, fill_gap, fill_gaps, interpolated
from motion.dancer.planted_feet import plant_feet
from motion.dancer.rollout_metrics import foot_skate
from tests.motion.dancer.dances import dance, prepared


def joints(motion: Motion) -> np.ndarray:
    return joint_positions(motion.hips_m, motion.turns, motion.offsets_m)


def fastest(motion: Motion) -> float:
    """Largest speed of a joint, m/s."""
    return float(np.linalg.norm(np.diff(joints(motion), axis=0), axis=-1).max() * motion.rate)


def sliding(seconds: float = 3.0) -> Motion:
    """A body that slides over the floor by 0.6 m between its first and its last second, feet on the floor."""
    motion = to_canonical(dance(seconds, beat_hz=0.3))
    way = np.clip(np.arange(len(motion)) / 30.0 - 1.0, 0.0, seconds - 2.0) / (seconds - 2.0)
    motion.hips_m[:, 2] += 0.6 * way
    return motion


def test_a_filled_gap_leaves_all_other_frames_and_joins_them() -> None:
    motion = to_canonical(dance(4.0))
    filled = fill_gap(motion, 40, 70, prepared())
    kept = np.r_[0:40, 70 : len(motion)]
    np.testing.assert_array_equal(filled.hips_m[kept], motion.hips_m[kept])
    np.testing.assert_array_equal(filled.turns[kept], motion.turns[kept])
    assert np.isfinite(joints(filled)).all()
    assert fastest(filled) < 15.0
    np.testing.assert_array_equal(fill_gap(motion, 40, 70, prepared()).turns, filled.turns)


def test_a_long_gap_is_danced_first_and_joined_at_its_end() -> None:
    motion = to_canonical(dance(5.0))
    filled = fill_gap(motion, 20, 120, prepared())
    np.testing.assert_array_equal(filled.turns[120:], motion.turns[120:])
    assert fastest(filled) < 15.0


def test_several_gaps_at_once_are_filled_as_one_by_one() -> None:
    motion = to_canonical(dance(4.0))
    (one, other) = fill_gaps([Gap(motion, 20, 40), Gap(motion, 60, 80)], prepared())
    assert not np.array_equal(one.turns[20:40], motion.turns[20:40])
    np.testing.assert_array_equal(one.turns[60:80], motion.turns[60:80])
    np.testing.assert_array_equal(other.turns[20:40], motion.turns[20:40])


@pytest.mark.parametrize(("first", "last"), [(1, 20), (20, 21), (50, 119), (30, 20), (0, 400)])
def test_a_gap_without_two_frames_on_both_sides_or_too_short_is_refused(first: int, last: int) -> None:
    with pytest.raises(GapError, match="expected"):
        fill_gap(to_canonical(dance(4.0)), first, last, prepared())


def test_feet_that_slid_step_instead() -> None:
    motion = sliding()
    slid = interpolated(motion, 30, 60)
    stepped = plant_feet(slid, 30, 60)
    assert foot_skate(joints(stepped)[29:61]) < 0.3 * foot_skate(joints(slid)[29:61])
    np.testing.assert_array_equal(stepped.hips_m[60:], slid.hips_m[60:])
    assert fastest(stepped) < 12.0


@pytest.mark.parametrize("rate", [24.0, 30.0, 120.0])
def test_a_gap_in_seconds_is_filled_at_the_rate_of_the_motion_and_on_its_body(rate: float) -> None:
    motion = dance(4.0, rate=rate)
    filled = fill_motion(motion, 1.5, 2.5, prepared())
    assert (len(filled), filled.rate) == (len(motion), rate)
    first, last = round(1.5 * rate), round(2.5 * rate)
    kept = np.r_[0:first, last : len(motion)]
    np.testing.assert_array_equal(filled.turns[kept], motion.turns[kept])
    assert fastest(filled) < 15.0


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (3.0, 4.0), (1.0, 1.01), (2.0, 1.0), (2.0, 9.0)])
def test_seconds_outside_the_motion_are_refused_with_its_length(start: float, end: float) -> None:
    with pytest.raises(GapError, match="s: "):
        fill_motion(dance(4.0), start, end, prepared())


def test_two_takes_are_joined_by_a_dance_of_the_asked_length() -> None:
    one, other = dance(2.0), dance(2.0, seed=3, at=(4.0, 2.0), rate=60.0)
    joined = join_motions(one, other, 1.5, prepared())
    assert len(joined) == pytest.approx(30.0 * 5.5, abs=2)
    np.testing.assert_array_equal(joined.turns[: len(one)], one.turns)
    assert fastest(joined) < 15.0


def test_joining_refuses_a_dance_without_length() -> None:
    with pytest.raises(GapError, match="expected"):
        join_motions(dance(2.0), dance(2.0), 0.0, prepared())


def test_a_wish_for_a_style_that_the_network_has_not_is_danced_without_it() -> None:
    motion = to_canonical(dance(2.0))
    plain, other = (dance_on(motion, 10, prepared(), Wish(style)) for style in (None, "tango"))
    np.testing.assert_array_equal(plain.turns, other.turns)
    assert not np.array_equal(dance_on(motion, 10, prepared(), Wish("60")).turns, plain.turns)
