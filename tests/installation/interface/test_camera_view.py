"""The wall is a mirror: whoever stands before it is found where they look for themselves."""

from __future__ import annotations

import numpy as np
import pytest

from installation.interface.camera_view import View
from motion import rotation
from motion.body import Body, joint_positions, t_pose
from motion.skeleton import BONE_INDEX


def facing_the_wall(x: float = 0.0, z: float = 3.0) -> Body:
    body = t_pose()
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], np.pi)
    turns = rotation.multiply(turn, body.turns)
    return Body(np.array([x, 0.94, z]), turns, body.offsets_m, body.trust)


def seen(view: View, body: Body, bone: str) -> np.ndarray:
    return view.canvas(joint_positions(body.hips_m, body.turns, body.offsets_m)[BONE_INDEX[bone]])


def test_a_left_hand_is_on_the_left_of_the_wall() -> None:
    body = facing_the_wall()
    assert seen(View(16 / 9), body, "leftHand")[0] < 0.45 < 0.55 < seen(View(16 / 9), body, "rightHand")[0]
    assert seen(View(16 / 9, mirror=False), body, "leftHand")[0] > 0.55


@pytest.mark.parametrize("aspect", [16 / 9, 32 / 9, 9 / 16])
def test_somebody_before_the_middle_stands_whole_in_the_middle_of_any_wall(aspect: float) -> None:
    view, body = View(aspect), facing_the_wall()
    head, toes = seen(view, body, "head"), seen(view, body, "leftToes")
    assert head[0] == pytest.approx(0.5)
    assert 0.05 < toes[1] < 0.3 and 0.6 < head[1] < 0.95


def test_whoever_is_nearer_is_larger_and_in_front() -> None:
    view = View(16 / 9)
    both = facing_the_wall(z=2), facing_the_wall(z=5)
    heights = [seen(view, body, "head")[1] - seen(view, body, "leftToes")[1] for body in both]
    assert heights[0] > 1.2 * heights[1]
    near, far = (np.array([0.0, 1.0, z, 1.0]) @ view.matrix.T for z in (2.0, 5.0))
    assert -1.0 < near[2] / near[3] < far[2] / far[3] < 1.0


def test_a_step_to_the_right_is_a_step_to_the_right() -> None:
    view = View(16 / 9)
    assert seen(view, facing_the_wall(x=1.0), "head")[0] > seen(view, facing_the_wall(), "head")[0] + 0.1
