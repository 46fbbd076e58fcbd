"""A body's own frame on the floor turns and moves with the body, and with nothing else."""

from __future__ import annotations

import torch

from motion.dancer.body_frame import frame_of, rotate_to_body, rotate_to_room, to_body, to_room
from motion.skeleton import CORE_COUNT, REST_POSITIONS_M


def bodies() -> torch.Tensor:
    torch.manual_seed(2)
    return torch.as_tensor(REST_POSITIONS_M[:CORE_COUNT], dtype=torch.float64) + 0.05 * torch.randn(
        5, CORE_COUNT, 3, dtype=torch.float64
    )


def test_one_who_faces_the_room_has_their_left_where_the_room_has_x() -> None:
    rest = torch.as_tensor(REST_POSITIONS_M[:CORE_COUNT])
    frame = frame_of(rest)
    assert torch.allclose(frame.left, torch.tensor([1.0, 0.0], dtype=frame.left.dtype))
    assert torch.allclose(to_body(frame.widened(1), rest), rest)


def test_into_and_out_of_a_frame_leads_back() -> None:
    points = torch.randn(5, 7, 3, dtype=torch.float64)
    frame = frame_of(bodies()).widened(1)
    assert torch.allclose(to_room(frame, to_body(frame, points)), points)
    assert torch.allclose(rotate_to_room(frame.left, rotate_to_body(frame.left, points)), points)


def test_hips_are_above_the_middle_of_their_own_frame() -> None:
    here = bodies()
    own = to_body(frame_of(here).widened(1), here)
    assert own[:, 0, [0, 2]].abs().max() < 1e-12
    assert torch.allclose(own[..., 1], here[..., 1]), "height is the room's"


def test_what_a_body_sees_is_the_same_wherever_it_stands_and_faces() -> None:
    here, points = bodies(), torch.randn(5, 7, 3, dtype=torch.float64)
    left = torch.tensor([0.6, 0.8], dtype=torch.float64)
    shift = torch.tensor([2.0, 0.0, -1.0], dtype=torch.float64)
    moved, elsewhere = (rotate_to_room(left, v) + shift for v in (here, points))
    assert torch.allclose(to_body(frame_of(moved).widened(1), elsewhere), to_body(frame_of(here).widened(1), points))
