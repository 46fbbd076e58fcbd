"""A body's own frame: on the floor below the hips, facing where hips and shoulders face; in torch, for many at once."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from motion.skeleton import INDEX

LEFT = [INDEX["leftUpperLeg"], INDEX["leftUpperArm"]]
RIGHT = [INDEX["rightUpperLeg"], INDEX["rightUpperArm"]]


class Frame(NamedTuple):
    """Where a body stands and what is left of it."""

    place: Tensor
    """(..., 2) x and z below the hips, metres."""
    left: Tensor
    """(..., 2) unit vector to its left; it faces (-left[1], left[0])."""

    def widened(self, count: int) -> Frame:
        """With so many more axes before the last, to be applied to several points of each body."""
        shape = (*self.place.shape[:-1], *[1] * count, 2)
        return Frame(self.place.reshape(shape), self.left.reshape(shape))


def below(joints: Tensor) -> Frame:
    """The frame of joints (..., 22, 3)."""
    across = joints[..., LEFT, :].sum(-2) - joints[..., RIGHT, :].sum(-2)
    left = torch.nn.functional.normalize(across[..., [0, 2]], dim=-1, eps=1e-6)
    return Frame(joints[..., 0, [0, 2]], left)


def turned_in(left: Tensor, vectors: Tensor) -> Tensor:
    """Vectors (..., 3) in the room, as the body has them; `left` (..., 2)."""
    a, b = left[..., 0], left[..., 1]
    x, y, z = vectors.unbind(-1)
    return torch.stack([x * a + z * b, y, z * a - x * b], dim=-1)


def turned_out(left: Tensor, vectors: Tensor) -> Tensor:
    """`turned_in` backwards."""
    a, b = left[..., 0], left[..., 1]
    x, y, z = vectors.unbind(-1)
    return torch.stack([x * a - z * b, y, x * b + z * a], dim=-1)


def into(frame: Frame, points: Tensor) -> Tensor:
    """Points (..., 3) in the room, as the body has them. The frame's shape broadcasts."""
    flat = torch.stack([frame.place[..., 0], torch.zeros_like(frame.place[..., 0]), frame.place[..., 1]], dim=-1)
    return turned_in(frame.left, points - flat)


def out(frame: Frame, points: Tensor) -> Tensor:
    """`into` backwards."""
    flat = torch.stack([frame.place[..., 0], torch.zeros_like(frame.place[..., 0]), frame.place[..., 1]], dim=-1)
    return turned_out(frame.left, points) + flat
