"""Movement features mean the same for every body, whatever its size and direction."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.eye import movement_features


def person(arms: float = 0.0, left_arm: float | None = None, facing: float = 0.0, tall: float = 1.0) -> np.ndarray:
    """(33, 3) of a person who faces the wall, arms lifted sideways by an angle: 0 down, pi up."""
    body = np.zeros((33, 3))
    body[:11] = [0.0, 1.65, -0.08]
    for side, ids, lift in (
        (-1.0, range(11, 33, 2), left_arm if left_arm is not None else arms),
        (1.0, range(12, 33, 2), arms),
    ):
        shoulder, elbow, wrist, pinky, index, thumb, hip, knee, ankle, heel, toe = ids
        arm = np.array([side * math.sin(lift), -math.cos(lift), 0.0])
        body[shoulder] = [side * 0.18, 1.42, 0.0]
        body[elbow] = body[shoulder] + 0.28 * arm
        for hand in (wrist, pinky, index, thumb):
            body[hand] = body[shoulder] + 0.54 * arm
        body[hip], body[knee], body[ankle] = [side * 0.1, 0.92, 0], [side * 0.1, 0.5, -0.02], [side * 0.1, 0.08, 0]
        body[heel], body[toe] = [side * 0.1, 0.02, 0.05], [side * 0.1, 0.02, -0.15]
    c, s = math.cos(facing), math.sin(facing)
    turned: np.ndarray = tall * body @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return turned


@pytest.mark.parametrize("tall", [0.6, 1.0, 1.2])
@pytest.mark.parametrize("facing", [0.0, 1.0, -2.0])
def test_features_do_not_depend_on_height_or_direction(tall: float, facing: float) -> None:
    for arms in (0.0, 1.5, 3.0):
        one, other = person(arms), person(arms, None, facing, tall)
        assert np.isclose(movement_features.openness(one), movement_features.openness(other), atol=0.02)
        assert np.isclose(movement_features.symmetry(one), movement_features.symmetry(other), atol=0.02)
        assert np.allclose(movement_features.hands(one), movement_features.hands(other), atol=0.02)


def test_hands_tell_left_from_right_and_low_from_high() -> None:
    assert max(movement_features.hands(person(0.0))) < 0.15
    left, right = movement_features.hands(person(0.0, left_arm=3.1))
    assert left > 0.95 and right < 0.15
    halfway = movement_features.hands(person(math.pi / 2))
    assert 0.4 < halfway[0] < 0.8 and np.isclose(*halfway)


def test_spread_arms_open_and_hanging_arms_close() -> None:
    assert movement_features.openness(person(0.0)) < 0.25 < 0.5 < movement_features.openness(person(math.pi / 2))


def test_a_pose_that_mirrors_itself_is_symmetric_and_one_arm_up_is_not() -> None:
    assert movement_features.symmetry(person(1.0)) > 0.95
    assert movement_features.symmetry(person(0.0, left_arm=3.0)) < 0.6


@pytest.mark.parametrize("angle", [0.0, 0.7, math.pi / 2, -2.5])
def test_facing_turns_from_the_wall_towards_plus_x(angle: float) -> None:
    assert np.isclose(movement_features.facing(person(0.5, facing=angle)), angle, atol=1e-6)


def test_energy_is_none_at_rest_rises_with_speed_and_stays_below_one() -> None:
    still, wild = np.zeros((33, 3)), np.zeros((33, 3))
    assert movement_features.energy(still) == 0.0
    assert movement_features.energy(still + [1.5, 0.0, 0.0]) == 0.0  # carried along, not moving
    values = []
    for speed in (0.2, 1.0, 3.0, 10.0):
        wild[[13, 14, 15, 16]] = [speed, 0.0, 0.0]
        values.append(movement_features.energy(wild))
    assert values == sorted(values) and values[0] < 0.2 and values[2] > 0.85 and values[3] < 1.0


def test_a_body_squeezed_into_a_point_breaks_nothing() -> None:
    point = np.ones((33, 3))
    values = [
        movement_features.openness(point),
        movement_features.symmetry(point),
        *movement_features.hands(point),
        movement_features.facing(point),
    ]
    assert np.isfinite(values).all()
