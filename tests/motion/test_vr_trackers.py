"""Trackers have the positions of the body's joints and the rotations of its limbs, as VR programs read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from motion import rotation, vr_trackers
from motion.body import Body, joint_positions, t_pose
from motion.skeleton import BONE_INDEX


def facing_the_wall() -> Body:
    body = t_pose()
    body.turns[:] = rotation.from_axis_angle([0.0, 1.0, 0.0], np.pi)
    return body


def unity(angles: tuple[float, ...]) -> np.ndarray:
    """The matrix that Unity makes of Euler angles: first Z, then X, then Y, about the world's axes."""
    x, y, z = np.radians(angles)
    about_x = [[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]]
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_z = [[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]]
    return np.array(about_y) @ np.array(about_x) @ np.array(about_z)


def test_eight_trackers_and_the_head_have_a_position_and_a_rotation() -> None:
    messages = dict(vr_trackers.tracker_messages(t_pose()))
    names = [*map(str, range(1, 9)), "head"]
    assert {*messages} == {f"/tracking/trackers/{name}/{kind}" for name in names for kind in ("position", "rotation")}
    assert all(len(values) == 3 and np.isfinite(values).all() for values in messages.values())


def test_who_faces_the_wall_looks_along_z_with_the_left_at_minus_x() -> None:
    body = facing_the_wall()
    messages: Mapping[str, Any] = dict(vr_trackers.tracker_messages(body))
    assert messages["/tracking/trackers/head/rotation"] == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)
    foot = joint_positions(body.hips_m, body.turns, body.offsets_m)[BONE_INDEX["leftFoot"]]
    assert messages["/tracking/trackers/3/position"] == pytest.approx((foot[0], foot[1], -foot[2]))
    assert messages["/tracking/trackers/3/position"][0] < 0.0 < messages["/tracking/trackers/4/position"][0]


def test_the_angles_turn_a_limb_as_it_is_turned_in_the_room() -> None:
    body = t_pose()
    chance = np.random.default_rng(1)
    body.turns[:] = rotation.from_vector(chance.normal(0.0, 1.0, body.turns[:, 1:].shape))
    messages: Mapping[str, Any] = dict(vr_trackers.tracker_messages(body))
    for name, _, _, strap in vr_trackers.TRACKERS:
        along = np.array([0.3, -0.4, 0.5])
        here = rotation.rotate(body.turns[BONE_INDEX[strap]], along) * (1.0, 1.0, -1.0)
        there = unity(messages[f"/tracking/trackers/{name}/rotation"]) @ (along * (-1.0, 1.0, 1.0))
        np.testing.assert_allclose(there, here, atol=1e-9)


def test_only_the_parts_that_are_asked_for_are_told() -> None:
    messages = dict(vr_trackers.tracker_messages(t_pose(), ("hips", "feet")))
    assert {address.split("/")[3] for address in messages} == {"1", "3", "4"}
