"""Vectors in plain Python agree with numpy."""

from __future__ import annotations

import numpy as np
import pytest

from motion import vector
from motion.vector import Cone

CHANCE = np.random.default_rng(5)
A, B = CHANCE.normal(size=(2, 3))
LINE = B / np.linalg.norm(B)
TURN = np.linalg.qr(CHANCE.normal(size=(3, 3)))[0]


def test_products_and_sums() -> None:
    assert vector.dot(A.tolist(), B.tolist()) == pytest.approx(float(A @ B))
    assert np.allclose(vector.cross(A.tolist(), B.tolist()), np.cross(A, B))
    assert np.allclose(vector.add_scaled(A.tolist(), B.tolist(), -0.3), A - 0.3 * B)
    assert np.allclose(vector.lerp(A.tolist(), B.tolist(), 0.25), 0.75 * A + 0.25 * B)


def test_a_matrix_is_given_by_its_columns() -> None:
    columns = TURN.T.tolist()
    assert np.allclose(vector.rotate(columns, A.tolist()), TURN @ A)
    assert np.allclose(vector.unrotate(columns, A.tolist()), TURN.T @ A)


def test_what_has_no_length_stays_nothing() -> None:
    assert np.allclose(vector.normalise(A.tolist()), A / np.linalg.norm(A))
    assert vector.normalise((0.0, 0.0, 0.0)) == (0.0, 0.0, 0.0)


def test_what_is_aside_is_square_and_of_length_one() -> None:
    found = np.array(vector.perpendicular(A.tolist(), LINE.tolist()))
    assert found @ LINE == pytest.approx(0.0, abs=1e-12)
    assert np.linalg.norm(found) == pytest.approx(1.0)
    assert np.linalg.det(np.stack([A, LINE, found])) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("degrees", [10.0, 60.0, 100.0])
def test_who_leaves_the_cone_is_brought_to_its_edge(degrees: float) -> None:
    far, near = -LINE + 0.3 * TURN[0], LINE + 0.01 * TURN[1]
    far, near = far / np.linalg.norm(far), near / np.linalg.norm(near)
    edge = np.array(vector.clamp_to_cone(far.tolist(), LINE.tolist(), Cone.of(degrees)))
    assert np.degrees(np.arccos(edge @ LINE)) == pytest.approx(degrees)
    assert np.linalg.norm(edge) == pytest.approx(1.0)
    assert vector.clamp_to_cone(near.tolist(), LINE.tolist(), Cone.of(degrees)) == near.tolist()
