"""Bodies reach the shaders in their proportions and poses; they fade in, fade out and keep their rows."""

from __future__ import annotations

from dataclasses import replace

import moderngl
import numpy as np
import pytest

from installation.interface.dancer import Dancer
from installation.interface.moment import Moment
from installation.stage.bodies import bodies as stage
from installation.stage.bodies.bodies import FADE_IN_SECONDS, FADE_OUT_SECONDS, MAX_BODIES, BodyTable, bodies_of
from motion import rotation
from motion.body import Body, joint_positions, t_pose
from motion.skeleton import BONE_INDEX, CORE_COUNT, REST_OFFSETS_M, REST_POSITIONS_M
from tests.installation.people import visitor

STEP = 1 / 30
PARTS = ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
LIMBS = [BONE_INDEX[f"{side}{part}"] for side in ("left", "right") for part in PARTS]


def somebody(x: float = 0.0, z: float = 3.0, seed: int = 1, offsets: np.ndarray = REST_OFFSETS_M[:CORE_COUNT]) -> Body:
    turns = rotation.from_vector(0.4 * np.random.default_rng(seed).normal(size=(CORE_COUNT, 3)))
    return Body(np.array([x, 0.9, z]), turns, offsets, np.ones(CORE_COUNT))


@pytest.fixture
def bodies(context: moderngl.Context) -> BodyTable:
    return BodyTable(context)


def rows(bodies: BodyTable) -> np.ndarray:
    return np.frombuffer(bodies.table.read(), np.float32).reshape(MAX_BODIES, -1, 4)


@pytest.mark.parametrize("build", [(1.0, 1.0, 1.0), (0.7, 0.7, 0.7), (1.15, 0.9, 1.0)])
def test_the_flesh_is_carried_to_where_the_joints_are(bodies: BodyTable, build: tuple[float, float, float]) -> None:
    offsets = REST_OFFSETS_M[:CORE_COUNT] * build
    body = somebody(offsets=offsets)
    bodies.show({7: body}, 0.0)
    matrices = rows(bodies)[bodies.order[0], : 3 * CORE_COUNT].reshape(CORE_COUNT, 3, 4)
    carried = np.einsum("bij,bj->bi", matrices[..., :3], REST_POSITIONS_M[:CORE_COUNT]) + matrices[..., 3]
    there = joint_positions(body.hips_m, body.turns, body.offsets_m)
    assert carried[LIMBS] == pytest.approx(there[LIMBS], abs=1e-5)
    assert carried == pytest.approx(there, abs=0.03)


def test_the_canonical_body_wears_its_own_flesh_unchanged() -> None:
    scale, shift = stage.bone_form(t_pose().offsets_m)
    built = REST_POSITIONS_M[:CORE_COUNT]
    assert scale == pytest.approx(np.tile(np.eye(3), (CORE_COUNT, 1, 1)))
    assert shift + built == pytest.approx(np.zeros((CORE_COUNT, 3)), abs=1e-12)


def test_a_rig_without_the_bones_in_between_has_a_whole_trunk() -> None:
    offsets = REST_OFFSETS_M[:CORE_COUNT].copy()
    for bone, above in (("chest", "spine"), ("upperChest", "chest")):
        offsets[BONE_INDEX[above]] += offsets[BONE_INDEX[bone]]
        offsets[BONE_INDEX[bone]] = 0.0
    scale, _ = stage.bone_form(offsets)
    assert np.linalg.det(scale[BONE_INDEX["chest"]]) == pytest.approx(1.0, abs=0.2)


def test_a_body_gathers_and_dissolves_within_the_time_that_is_promised(bodies: BodyTable) -> None:
    for _ in range(round(FADE_IN_SECONDS / STEP / 2) + 1):
        bodies.show({1: somebody()}, STEP)
    assert bodies.presence == pytest.approx(0.5, abs=0.05)
    for _ in range(round(FADE_IN_SECONDS / STEP)):
        bodies.show({1: somebody()}, STEP)
    assert bodies.presence == 1.0
    for _ in range(round(FADE_OUT_SECONDS / STEP) - 2):
        bodies.show({}, STEP)
    assert 0.0 < bodies.presence < 0.1
    for _ in range(4):
        bodies.show({}, STEP)
    assert bodies.count == 0


def test_everybody_keeps_their_row_while_others_come_and_go(bodies: BodyTable) -> None:
    bodies.show({1: somebody(), 2: somebody(), 3: somebody()}, STEP)
    mine = {one.key: one.row for one in bodies.shown}
    for _ in range(100):
        bodies.show({2: somebody(), 9: somebody()}, STEP)
    now = {one.key: one.row for one in bodies.shown}
    assert now[2] == mine[2] and set(now) == {2, 9}


def test_the_farthest_is_drawn_first(bodies: BodyTable) -> None:
    bodies.show({1: somebody(z=2.0), 2: somebody(z=5.0), 3: somebody(z=3.0)}, STEP)
    assert [one.key for one in bodies.shown] == [2, 3, 1]


def test_movement_is_told_in_metres_a_second(bodies: BodyTable) -> None:
    for frame in range(30):
        bodies.show({1: somebody(x=1.5 * frame * STEP)}, STEP)
    velocity = rows(bodies)[bodies.order[0], 3 * CORE_COUNT : 4 * CORE_COUNT, :3]
    assert velocity.mean(axis=0) == pytest.approx([1.5, 0.0, 0.0], abs=0.02)


def test_a_leap_and_a_body_that_is_no_number_do_no_harm(bodies: BodyTable) -> None:
    bodies.show({1: somebody()}, STEP)
    bodies.show({1: somebody(x=500.0)}, 1e-4)
    bodies.show({1: replace(somebody(), hips_m=np.full(3, np.nan)), 2: somebody()}, STEP)
    table = rows(bodies)
    assert np.isfinite(table).all()
    assert np.abs(table[:, 3 * CORE_COUNT : 4 * CORE_COUNT, :3]).max() <= stage.MAX_SPEED_M_S + 1e-3


def test_more_than_there_are_rows_for_are_passed_over(bodies: BodyTable) -> None:
    bodies.show({key: somebody() for key in range(MAX_BODIES + 5)}, STEP)
    assert bodies.count == MAX_BODIES
    assert len(set(bodies.order)) == MAX_BODIES


def test_visitors_with_a_body_and_dancers_are_shown() -> None:
    dancers = (Dancer(3, 4, somebody()), Dancer(7, 0, somebody(), slot=2))
    given = Moment(0.0, 0, STEP, visitors=(visitor(4, body=somebody()), visitor(5)), dancers=dancers)
    assert sorted(bodies_of(given)) == [-7, -3, 4]
