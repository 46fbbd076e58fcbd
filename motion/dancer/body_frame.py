"""A body's own frame: on the floor below the hips, facing where hips and shoulders face; in torch, for many at once."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from motion.skeleton import CORE, INDEX

_ACROSS = torch.zeros(CORE, 1)
_ACROSS[[INDEX["leftUpperLeg"], INDEX["leftUpperArm"]]] = 1.0
_ACROSS[[INDEX["rightUpperLeg"], INDEX["rightUpperArm"]]] = -1.0
"""(22, 1) by which joints are summed to what points to a body's left."""
_FLAT = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
"""(2, 3) x and z as a point on the floor."""
_TURN = torch.tensor([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]])
_UP = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
"""What makes of (2,) to the left a matrix (9,), and what is the same in all of them."""


class BodyFrame(NamedTuple):
    """Where a body stands and what is left of it."""

    position: Tensor
    """(..., 2) x and z below the hips, metres."""
    left: Tensor
    """(..., 2) unit vector to its left; it faces (-left[1], left[0])."""

    def widened(self, count: int) -> BodyFrame:
        """With so many more axes before the last, to be applied to several points of each body."""
        shape = (*self.position.shape[:-1], *[1] * count, 2)
        return BodyFrame(self.position.reshape(shape), self.left.reshape(shape))


def frame_of(joints: Tensor) -> BodyFrame:
    """The frame of joints (..., 22, 3)."""
    across = (joints[..., ::2] * _ACROSS.to(joints)).sum(dim=-2)
    return BodyFrame(
        joints[..., 0, ::2], across / torch.linalg.vector_norm(across, dim=-1, keepdim=True).clamp(min=1e-6)
    )


def rotation_matrix(left: Tensor) -> Tensor:
    """Matrices (..., 3, 3): rows (3,) in the room times one are as the body has them; transposed they lead back."""
    return (left @ _TURN.to(left) + _UP.to(left)).unflatten(-1, (3, 3))


def rotate_to_body(left: Tensor, vectors: Tensor) -> Tensor:
    """Vectors (..., 3) in the room, as the body has them; `left` (..., 2)."""
    a, b = left[..., 0], left[..., 1]
    x, y, z = vectors.unbind(-1)
    return torch.stack([x * a + z * b, y, z * a - x * b], dim=-1)


def rotate_to_room(left: Tensor, vectors: Tensor) -> Tensor:
    """`turned_in` backwards."""
    a, b = left[..., 0], left[..., 1]
    x, y, z = vectors.unbind(-1)
    return torch.stack([x * a - z * b, y, x * b + z * a], dim=-1)


def to_body(frame: BodyFrame, points: Tensor) -> Tensor:
    """Points (..., 3) in the room, as the body has them. The frame's shape broadcasts."""
    return rotate_to_body(frame.left, points - on_floor(frame.position))


def to_room(frame: BodyFrame, points: Tensor) -> Tensor:
    """`into` backwards."""
    return rotate_to_room(frame.left, points) + on_floor(frame.position)


def on_floor(places: Tensor) -> Tensor:
    """Points (..., 3) on the floor at x and z (..., 2)."""
    return places @ _FLAT.to(places)
