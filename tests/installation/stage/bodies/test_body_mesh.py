"""The mesh is one closed surface around the skeleton, and all points and lines on it have skin weights."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from installation.stage.bodies import body_mesh
from motion.skeleton import CORE_COUNT, REST_POSITIONS_M


@pytest.fixture(scope="module")
def mesh() -> body_mesh.BodyMesh:
    return body_mesh.surface_mesh(0.034)


def test_the_skin_is_closed_and_its_triangles_look_outwards(mesh: body_mesh.BodyMesh) -> None:
    edges = Counter((int(a), int(b)) for t in mesh.triangles for a, b in zip(t, np.roll(t, -1), strict=True))
    assert set(edges.values()) == {1}
    assert all((b, a) in edges for a, b in edges)
    corners = mesh.positions_m[mesh.triangles]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((facing * mesh.normals[mesh.triangles[:, 0]]).sum(axis=-1) > 0).mean() > 0.99


def test_the_skin_lies_where_the_distance_is_nothing(mesh: body_mesh.BodyMesh) -> None:
    assert np.abs(body_mesh.signed_distance(mesh.positions_m)).max() < 0.004
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1.0)


def test_every_joint_is_inside(mesh: body_mesh.BodyMesh) -> None:
    assert (body_mesh.signed_distance(REST_POSITIONS_M[:CORE_COUNT]) < 0.0).all()


def test_the_right_side_is_the_left_one_mirrored() -> None:
    points = np.random.default_rng(1).uniform(body_mesh.BOUNDS_M[0], body_mesh.BOUNDS_M[1], (500, 3))
    mirrored = body_mesh.signed_distance(points * (-1.0, 1.0, 1.0))
    assert body_mesh.signed_distance(points) == pytest.approx(mirrored, abs=1e-5)


@pytest.mark.parametrize(
    "made", [body_mesh.surface_mesh(0.034), body_mesh.surface_points(400), body_mesh.wound_lines(20, 12)]
)
def test_weights_sum_to_one_and_the_first_is_the_largest(made: body_mesh.BodyMesh) -> None:
    assert made.weights.sum(axis=1) == pytest.approx(1.0)
    assert (np.diff(made.weights, axis=1) <= 1e-12).all()
    assert made.bones.max() < CORE_COUNT


def test_a_hand_moves_with_the_hand_and_not_with_a_foot() -> None:
    bones, weights = body_mesh.skin_weights(REST_POSITIONS_M[[9, 12]] + [[0.05, 0.0, 0.0], [0.0, -0.04, 0.0]])
    assert bones[:, 0].tolist() == [9, 12]
    assert (weights[:, 0] > 0.6).all()


def test_dust_lies_in_the_flesh_and_strands_near_the_skin() -> None:
    assert body_mesh.signed_distance(body_mesh.surface_points(400).positions_m).max() < 0.01
    far = np.abs(body_mesh.signed_distance(body_mesh.wound_lines(20, 12).positions_m))
    assert np.quantile(far, 0.9) < 0.1


def test_the_same_seed_gives_the_same_dust() -> None:
    assert (
        body_mesh.surface_points.__wrapped__(200, 3).positions_m
        == body_mesh.surface_points.__wrapped__(200, 3).positions_m
    ).all()
