"""A transition between two bodies jumps neither in pose nor in velocity."""

from dataclasses import replace

import numpy as np
import pytest

from motion import rotation
from motion.blend import apply_offset, blend, decay_offset, measure_offset
from motion.body import Body, t_pose
from motion.skeleton import CORE_COUNT

DT = 1 / 60


def leaning(angle: float, x: float = 0.0) -> Body:
    body = t_pose()
    turn = rotation.from_axis_angle((0.0, 0.0, 1.0), angle)
    return replace(body, hips_m=body.hips_m + (x, 0.0, 0.0), turns=np.tile(turn, (CORE_COUNT, 1)))


def test_a_blend_is_each_body_at_the_ends_and_half_way_in_the_middle() -> None:
    one, other = leaning(0.2), leaning(0.8, 1.0)
    assert rotation.angle(blend((one, other), (1, 0)).turns, one.turns).max() < 1e-9
    middle = blend((one, other), (2, 2))
    assert np.allclose(rotation.angle(middle.turns, leaning(0.5).turns), 0.0, atol=1e-6)
    assert middle.hips_m[0] == pytest.approx(0.5)


def test_weights_that_make_no_sense_are_refused() -> None:
    for weights in ((0, 0), (-1, 2), (1,)):
        with pytest.raises(ValueError, match="weights"):
            blend((leaning(0), leaning(1)), weights)


def test_a_switch_goes_on_with_the_pose_and_speed_of_before_and_ends_at_the_new() -> None:
    shown = [leaning(0.3 + 0.6 * i * DT, 0.5 * i * DT) for i in range(2)]
    given = [leaning(1.2, 2.0)] * 2
    rest = measure_offset(shown, given, DT)
    assert np.allclose(apply_offset(given[1], rest).hips_m, shown[1].hips_m)
    assert rotation.angle(apply_offset(given[1], rest).turns, shown[1].turns).max() < 1e-6
    soon = decay_offset(rest, 0.1, 1e-5)
    assert (soon.hips_m - rest.hips_m)[0] / 1e-5 == pytest.approx(0.5, abs=0.01)
    assert np.allclose((soon.turns - rest.turns)[:, 2] / 1e-5, 0.6, atol=0.01)
    far = [np.linalg.norm(decay_offset(rest, 0.1, t).hips_m) for t in np.arange(0.0, 2.0, DT)]
    assert (np.diff(far) < 1e-9).all(), "it never leaves again"
    last = apply_offset(given[1], decay_offset(rest, 0.1, 2.0))
    assert np.allclose(last.hips_m, given[1].hips_m, atol=1e-6)
    assert rotation.angle(last.turns, given[1].turns).max() < 1e-6


def test_fading_in_two_steps_or_in_one_is_the_same() -> None:
    rest = measure_offset([leaning(0.0), leaning(0.1)], [leaning(1.0), leaning(1.0)], DT)
    once, twice = decay_offset(rest, 0.2, 0.1), decay_offset(decay_offset(rest, 0.2, 0.04), 0.2, 0.06)
    assert np.allclose(once.turns, twice.turns)
    assert np.allclose(once.angular_velocity, twice.angular_velocity)
