"""A limb reaches what it can, keeps its length, and bends where it bent."""

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.ik import solve_two_bone

Array = NDArray[np.floating]

POLE = np.array([0.0, 0.0, 1.0])


def limbs(count: int = 400) -> tuple[Array, Array, Array, np.random.Generator]:
    chance = np.random.default_rng(5)
    root, middle = chance.normal(size=(2, count, 3))
    end = middle + chance.normal(size=(count, 3))
    return root, middle, end, chance


def laid(root: Array, middle: Array, end: Array, goal: Array) -> tuple[Array, Array, Array]:
    upper, lower, tip = solve_two_bone(root, middle, end, goal, np.broadcast_to(POLE, root.shape))
    knee = root + rotation.rotate(upper, middle - root)
    return knee, knee + rotation.rotate(lower, end - middle), tip


def test_the_end_is_where_it_is_said_to_be_and_reaches_every_goal_within_reach() -> None:
    root, middle, end, chance = limbs()
    a, b = np.linalg.norm(middle - root, axis=-1), np.linalg.norm(end - middle, axis=-1)
    way = chance.normal(size=root.shape)
    way /= np.linalg.norm(way, axis=-1, keepdims=True)
    far = chance.uniform(np.abs(a - b) + 0.01, a + b - 0.01)
    goal = root + way * far[:, None]
    _, reached, tip = laid(root, middle, end, goal)
    assert np.allclose(reached, tip, atol=1e-9)
    assert np.allclose(reached, goal, atol=1e-6)


def test_a_goal_too_far_stretches_the_limb_towards_it() -> None:
    root, middle, end, _ = limbs()
    way = np.array([0.0, -1.0, 0.0])
    _, reached, _ = laid(root, middle, end, root + 100.0 * way)
    length = np.linalg.norm(middle - root, axis=-1) + np.linalg.norm(end - middle, axis=-1)
    assert np.allclose(reached - root, way * length[:, None], atol=0.01 * length.max())


def test_a_limb_that_is_there_already_does_not_move() -> None:
    root, middle, end, _ = limbs()
    knee, reached, _ = laid(root, middle, end, end)
    assert np.allclose(knee, middle, atol=1e-6)
    assert np.allclose(reached, end, atol=1e-6)


def test_a_straight_leg_bends_to_its_pole() -> None:
    root, knee, ankle = np.zeros((1, 3)), np.array([[0.0, -1.0, 0.0]]), np.array([[0.0, -2.0, 0.0]])
    bent, reached, _ = laid(root, knee, ankle, np.array([[0.0, -1.5, 0.0]]))
    assert bent[0, 2] > 0.5
    assert np.allclose(reached, [[0.0, -1.5, 0.0]], atol=1e-6)


def test_no_goal_makes_a_limb_infinite() -> None:
    zero = np.zeros((1, 3))
    for middle, end, goal in ((zero, zero, zero), (zero + 1, zero + 1, zero), (zero + 1, zero + 2, zero)):
        for part in solve_two_bone(zero, middle, end, goal, POLE[None]):
            assert np.isfinite(part).all()
