"""What is expected of a body does not depend on which side is its left, and begins where the body is."""

from __future__ import annotations

import torch

from motion.dancer.continuation import AHEAD_FRAMES
from motion.dancer.prediction import mirror_pose, predict
from tests.motion.dancer.dances import prepared, question

ROWS = 3


def test_a_mirror_twice_shows_what_is_there() -> None:
    asked = question(70, ROWS)
    again = mirror_pose(*mirror_pose(asked.joints, asked.turns))
    assert torch.equal(again[0], asked.joints)
    assert torch.equal(again[1], asked.turns)


@torch.inference_mode()
def test_of_a_mirror_image_the_mirror_image_is_expected() -> None:
    asked, net = question(70, ROWS), prepared()
    left_arm, right_arm = torch.ones(ROWS, 5), torch.ones(ROWS, 5)
    left_arm[:, 3] = right_arm[:, 4] = 0.0
    plain = predict(net, asked.joints, asked.turns, left_arm)
    image = predict(net, *mirror_pose(asked.joints, asked.turns), right_arm)
    for one, other in zip(mirror_pose(*plain), image, strict=True):
        assert torch.allclose(one, other, atol=1e-4)


@torch.inference_mode()
def test_what_is_expected_begins_where_the_body_is() -> None:
    asked = question(70, ROWS)
    joints, turns = predict(prepared(), asked.joints, asked.turns, torch.ones(ROWS, 5))
    assert joints.shape == (ROWS, AHEAD_FRAMES, 22, 3) and turns.shape == (ROWS, AHEAD_FRAMES, 22, 6)
    assert (joints[:, 0] - asked.joints[:, -1]).norm(dim=-1).mean() < 0.1
