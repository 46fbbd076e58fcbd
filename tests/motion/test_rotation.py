"""All functions on rotations agree with scipy's."""

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from motion import rotation

Array = NDArray[np.floating]

COUNT = 500


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def turns(chance: np.random.Generator) -> Array:
    return rotation.normalise(chance.normal(size=(COUNT, 4)))


def of(q: Array) -> Rotation:
    return Rotation.from_quat(q, scalar_first=True)


def test_a_product_turns_first_by_its_right_factor(chance: np.random.Generator, turns: Array) -> None:
    other = rotation.normalise(chance.normal(size=(COUNT, 4)))
    product = rotation.multiply(turns, other)
    assert rotation.angle(product, (of(turns) * of(other)).as_quat(scalar_first=True)).max() < 1e-12
    points = chance.normal(size=(COUNT, 3))
    assert np.allclose(rotation.rotate(product, points), rotation.rotate(turns, rotation.rotate(other, points)))
    assert np.allclose(rotation.rotate(turns, points), of(turns).apply(points))


def test_matrices_six_numbers_and_vectors_tell_the_same_rotation(turns: Array) -> None:
    assert np.allclose(rotation.to_matrix(turns), of(turns).as_matrix())
    assert np.allclose(rotation.to_vector(turns), of(turns).as_rotvec())
    for back in (
        rotation.from_matrix(rotation.to_matrix(turns)),
        rotation.from_six(rotation.to_six(turns)),
        rotation.from_vector(rotation.to_vector(turns)),
    ):
        assert rotation.angle(back, turns).max() < 1e-9


@pytest.mark.parametrize("axis", np.eye(3))
def test_half_turns_survive_a_matrix(axis: Array) -> None:
    half = np.array([0.0, *axis])
    assert rotation.angle(rotation.from_matrix(rotation.to_matrix(half)), half) < 1e-9


@pytest.mark.parametrize("order", ["".join(p) for p in permutations("XYZ")])
def test_euler_angles_in_any_order_are_those_of_scipy(order: str, turns: Array, chance: np.random.Generator) -> None:
    angles = rotation.to_euler(turns, order)
    assert np.allclose(angles, of(turns).as_euler(order))
    locked = chance.uniform(-3.0, 3.0, (COUNT, 3))
    locked[:, 1] = chance.choice([-1.0, 1.0], COUNT) * np.pi / 2
    gimbal = rotation.from_euler(locked, order)
    assert rotation.angle(rotation.from_euler(rotation.to_euler(gimbal, order), order), gimbal).max() < 1e-6


def test_the_shortest_turn_between_two_directions_arrives_and_turns_about_nothing_else(
    chance: np.random.Generator,
) -> None:
    u, v = chance.normal(size=(2, COUNT, 3))
    turn = rotation.between(u, v)
    arrived = rotation.rotate(turn, u)
    assert np.allclose(arrived / np.linalg.norm(u, axis=-1)[:, None], v / np.linalg.norm(v, axis=-1)[:, None])
    assert np.abs((turn[:, 1:] * u).sum(axis=-1)).max() < 1e-9
    assert np.allclose(rotation.rotate(rotation.between(u, -u), u), -u)


def test_slerp_goes_the_shorter_way_at_even_speed(turns: Array, chance: np.random.Generator) -> None:
    other = rotation.normalise(chance.normal(size=(COUNT, 4)))
    whole = rotation.angle(turns, other)
    for share in (0.0, 0.25, 0.5, 1.0):
        between = rotation.slerp(turns, -other, np.full(COUNT, share))
        assert np.allclose(rotation.angle(turns, between), share * whole, atol=1e-7)


def test_swing_and_twist_make_the_whole_and_keep_to_their_axes(turns: Array, chance: np.random.Generator) -> None:
    axis = chance.normal(size=(COUNT, 3))
    axis /= np.linalg.norm(axis, axis=-1, keepdims=True)
    swing, twist = rotation.swing_twist(turns, axis)
    assert rotation.angle(rotation.multiply(swing, twist), turns).max() < 1e-9
    assert np.abs((swing[:, 1:] * axis).sum(axis=-1)).max() < 1e-9
    assert np.allclose(rotation.rotate(twist, axis), axis)


def test_signs_are_chosen_so_that_nothing_jumps(chance: np.random.Generator) -> None:
    smooth = rotation.from_vector(np.cumsum(chance.normal(size=(COUNT, 2, 3)) * 0.1, axis=0))
    torn = smooth * chance.choice([-1.0, 1.0], (COUNT, 2, 1))
    assert np.abs(np.diff(rotation.continuous(torn), axis=0)).max() < 0.5


def test_nothing_is_the_identity() -> None:
    assert np.array_equal(rotation.normalise(np.zeros((2, 4))), np.tile(rotation.IDENTITY, (2, 1)))
