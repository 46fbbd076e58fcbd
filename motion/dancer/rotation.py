"""What a network's loss is taken through: 6-D rotations and forward kinematics, as `motion.rotation` and `motion.body`
have them, in torch."""

from __future__ import annotations

import torch
from torch import Tensor

from motion.skeleton import ANCESTRY, PARENTS

SMALL = 1e-8


def from_six(six: Tensor) -> Tensor:
    """Matrices (..., 3, 3) of any (..., 6), by Gram and Schmidt; as `motion.rotation.from_six`, with a gradient."""
    x = torch.nn.functional.normalize(six[..., :3], dim=-1, eps=SMALL)
    across = six[..., 3:]
    y = torch.nn.functional.normalize(across - (x * across).sum(-1, keepdim=True) * x, dim=-1, eps=SMALL)
    return torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)


def to_six(matrix: Tensor) -> Tensor:
    """The first two columns (..., 6), one after the other."""
    return torch.cat([matrix[..., 0], matrix[..., 1]], dim=-1)


def to_matrix(q: Tensor) -> Tensor:
    """Matrices (..., 3, 3) of unit quaternions (..., 4), w first."""
    w, x, y, z = q.unbind(-1)
    rows = (
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    )  # fmt: skip
    return torch.stack(rows, dim=-1).unflatten(-1, (3, 3))


def world(local: Tensor) -> Tensor:
    """Rotations in the room (..., B, 3, 3) of rotations in each parent's frame; B as in `motion.body`."""
    turned: list[Tensor] = []
    for bone, parent in enumerate(PARENTS[: local.shape[-3]].tolist()):
        own = local[..., bone, :, :]
        turned.append(own if parent < 0 else turned[parent] @ own)
    return torch.stack(turned, dim=-3)


def joints(hips_m: Tensor, turns: Tensor, offsets_m: Tensor) -> Tensor:
    """Joints (..., B, 3) in metres: hips (..., 3), rotations in the room (..., B, 3, 3), offsets (B, 3)."""
    count = turns.shape[-3]
    above = torch.as_tensor(PARENTS[1:count], device=turns.device)
    steps = (turns[..., above, :, :] @ offsets_m[..., 1:, :, None]).squeeze(-1)
    tree = torch.as_tensor(ANCESTRY[:count, :count], dtype=turns.dtype, device=turns.device)
    return tree @ torch.cat([hips_m[..., None, :], steps], dim=-2)
