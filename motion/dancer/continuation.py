"""Continuations of a body by principal components, and the blend of one plan into the next."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from motion.dancer.body_frame import BodyFrame, rotation_matrix
from motion.skeleton import CORE_COUNT

AHEAD_FRAMES = 8
"""Frames of one continuation."""
ROTATION_LEVER_M = 0.1
"""Metres of displacement that weigh as much as a rotation by one radian."""
FRAME_WEIGHTS = torch.tensor([1.0, 1.0, 1.0, 1.0, 0.9, 0.8, 0.7, 0.6])
"""(8,) weight of each frame of a continuation."""
BLEND_SHARES = torch.tensor([0.4, 0.65, 0.85, 0.95, 1.0])
"""Share of a new plan in its first frames."""
_SHAPE = (AHEAD_FRAMES, CORE_COUNT, 9)


class ContinuationBasis(nn.Module):
    """Principal components of continuations: 3 numbers of displacement and 6 of rotation a joint and frame.

    The names of its buffers are keys of the files of weights.
    """

    usual: Tensor
    """(8 * 22 * 9,) the mean continuation."""
    basis: Tensor
    """(modes, 8 * 22 * 9) components times their spread: from modes to weighted displacements."""
    inverse: Tensor
    """(8 * 22 * 9, modes) from weighted displacements to modes of unit spread."""
    weight: Tensor
    """(8 * 22 * 9,) weight of each number of a continuation."""

    def __init__(self, modes: int) -> None:
        super().__init__()
        size = AHEAD_FRAMES * CORE_COUNT * 9
        self.register_buffer("usual", torch.zeros(size))
        self.register_buffer("basis", torch.zeros(modes, size))
        self.register_buffer("inverse", torch.zeros(size, modes))
        weight = FRAME_WEIGHTS[:, None, None] * torch.cat([torch.ones(3), torch.full((6,), ROTATION_LEVER_M)])
        self.register_buffer("weight", weight.expand(_SHAPE).reshape(-1).clone())

    @property
    def component_weights(self) -> Tensor:
        """(modes,) weight of each component in the loss, summing to 1: the root of its spread."""
        size = self.basis.norm(dim=1).sqrt()
        weights: Tensor = size / size.sum()
        return weights

    def displacement(self, now: tuple[Tensor, Tensor], joints: Tensor, turns: Tensor) -> Tensor:
        """(B, 8 * 22 * 9) weighted differences of a continuation from the pose now; see `encode`."""
        return torch.cat([joints - now[0][:, None], turns - now[1][:, None]], dim=-1).flatten(1) * self.weight

    def encode(self, now: tuple[Tensor, Tensor], joints: Tensor, turns: Tensor) -> Tensor:
        """(B, modes) of continuations (B, 8, 22, 3) and (B, 8, 22, 6) in the body's frame, given its pose now."""
        return (self.displacement(now, joints, turns) - self.usual) @ self.inverse

    def decode(self, now: tuple[Tensor, Tensor], modes: Tensor) -> tuple[Tensor, Tensor]:
        """The inverse of `encode`."""
        displacement = self._unweighted_displacement(modes).unflatten(1, _SHAPE)
        return now[0][:, None] + displacement[..., :3], now[1][:, None] + displacement[..., 3:]

    def decode_in_room(self, here: BodyFrame, pose: Tensor, modes: Tensor) -> Tensor:
        """(B, 8, 22, 9) continuations in the room of bodies with joints and turns side by side (B, 22, 9) now."""
        displacement = self._unweighted_displacement(modes).view(len(pose), -1, 3) @ rotation_matrix(here.left).mT
        return displacement.view(len(pose), *_SHAPE) + pose[:, None]

    def joint_steps(self, modes: Tensor, joints: Sequence[int]) -> Tensor:
        """(B, 8, J, 3) step of each of some joints in each frame of continuations; metres in the body's frame."""
        basis = self.basis.unflatten(1, _SHAPE)[:, :, joints, :3].flatten(1)
        usual = self.usual.unflatten(0, _SHAPE)[:, joints, :3]
        displacement = (modes @ basis).unflatten(1, usual.shape) + usual
        displacement = displacement / self.weight.unflatten(0, _SHAPE)[:, joints, :3]
        return torch.diff(displacement, dim=1, prepend=torch.zeros_like(displacement[:, :1]))

    def _unweighted_displacement(self, modes: Tensor) -> Tensor:
        """(B, 8 * 22 * 9)"""
        return torch.addmm(self.usual, modes, self.basis) / self.weight


def blend_poses(old: tuple[Tensor, Tensor], new: tuple[Tensor, Tensor], step: int) -> tuple[Tensor, Tensor]:
    """`blend_plans` of joints and of turns."""
    return blend_plans(old[0], new[0], step), blend_plans(old[1], new[1], step)


def blend_plans(old: Tensor, new: Tensor, step: int) -> Tensor:
    """A plan (B, 8, ...) that starts near the older one, made `step` frames before, and is the new one after the
    frames of BLEND_SHARES."""
    count = min(AHEAD_FRAMES - step, len(BLEND_SHARES))
    share = BLEND_SHARES[:count].to(new).view(count, *[1] * (new.dim() - 2))
    before = old[:, step : step + count]
    return torch.cat([before + share * (new[:, :count] - before), new[:, count:]], dim=1)
