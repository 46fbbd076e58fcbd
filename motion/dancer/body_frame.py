"""Body frames in torch, batched: origin on the floor below the hips, facing where hips and shoulders face."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from motion.skeleton import BONE_INDEX, CORE_COUNT

_ACROSS = torch.zeros(CORE_COUNT, 1)
_ACROSS[[BONE_INDEX["leftUpperLeg"], BONE_INDEX["leftUpperArm"]]] = 1.0
_ACROSS[[BONE_INDEX["rightUpperLeg"], BONE_INDEX["rightUpperArm"]]] = -1.0
"""(22, 1) weights of the joints whose sum points to the body's left."""
_FLAT = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
"""(2, 3) x and z to a point on the floor."""
_TURN = torch.tensor([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]])
"""(2, 9) the vector to the left to the variable part of a rotation matrix."""
_UP = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
"""(9,) the constant part of a rotation matrix."""


class BodyFrame(NamedTuple):
    """Position and heading of a body on the floor."""

    position: Tensor
    """(..., 2) x and z below the hips, metres."""
    left: Tensor
    """(..., 2) unit vector to its left; it faces (-left[1], left[0])."""

    def widened(self, count: int) -> BodyFrame:
        """The frame with `count` more axes before the last, which broadcasts over several points of each body."""
        shape = (*self.position.shape[:-1], *[1] * count, 2)
        return BodyFrame(self.position.reshape(shape), self.left.reshape(shape))


def frame_of(joints: Tensor) -> BodyFrame:
    """The body frame of joints (..., 22, 3)."""
    across = (joints[..., ::2] * _ACROSS.to(joints)).sum(dim=-2)
    length = torch.linalg.vector_norm(across, dim=-1, keepdim=True).clamp(min=1e-6)
    return BodyFrame(joints[..., 0, ::2], across / length)


def rotation_matrix(left: Tensor) -> Tensor:
    """Matrices (..., 3, 3): row vectors (3,) in the room times one are in the body's frame; the transpose inverts."""
    matrices: Tensor = (left @ _TURN.to(left) + _UP.to(left)).unflatten(-1, (3, 3))
    return matrices


def rotate_to_body(left: Tensor, vectors: Tensor) -> Tensor:
    """Rotate vectors (..., 3) from the room to the body's frame; `left` (..., 2)."""
    a, b = left[..., 0], left[..., 1]
    x, y, z = vectors.unbind(-1)
    return torch.stack([x * a + z * b, y, z * a - x * b], dim=-1)


def rotate_to_room(left: Tensor, vectors: Tensor) -> Tensor:
    """The inverse of `rotate_to_body`."""
    a, b = left[..., 0], left[..., 1]
    x, y, z = vectors.unbind(-1)
    return torch.stack([x * a - z * b, y, x * b + z * a], dim=-1)


def to_body(frame: BodyFrame, points: Tensor) -> Tensor:
    """Transform points (..., 3) from the room to the body's frame; the frame's shape broadcasts."""
    return rotate_to_body(frame.left, points - on_floor(frame.position))


def to_room(frame: BodyFrame, points: Tensor) -> Tensor:
    """The inverse of `to_body`."""
    return rotate_to_room(frame.left, points) + on_floor(frame.position)


def on_floor(positions: Tensor) -> Tensor:
    """Points (..., 3) on the floor at x and z (..., 2)."""
    return positions @ _FLAT.to(positions)


def pose_to_body(frame: BodyFrame, joints: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Transform joints (B, ..., 22, 3) and turns (B, ..., 22, 6) from the room to the bodies' frames."""
    matrix, position = rotation_matrix(frame.left), on_floor(frame.position)
    local = joints - position.view(len(position), *[1] * (joints.dim() - 2), 3)
    return _multiply(matrix, local), _multiply(matrix, turns)


def pose_to_room(frame: BodyFrame, joints: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """The inverse of `pose_to_body`, for continuations (B, T, 22, 3) and (B, T, 22, 6)."""
    matrix = rotation_matrix(frame.left).mT
    return _multiply(matrix, joints) + on_floor(frame.position)[:, None, None], _multiply(matrix, turns)


def _multiply(matrix: Tensor, vectors: Tensor) -> Tensor:
    """Vectors (B, ..., 3), or several side by side (B, ..., 6), times matrices (B, 3, 3)."""
    return (vectors.reshape(len(matrix), -1, 3) @ matrix).view(vectors.shape)
