"""What is to be expected of a body that is seen: no dance, but where it will most likely be, whole."""

from __future__ import annotations

import torch
from torch import Tensor

from motion.dancer.data import SWAP
from motion.dancer.network import PARTS, Asked, Network, filled

_SWAP = torch.as_tensor(SWAP)
_SIDES = [PARTS.index(name) for name in ("trunk", "right leg", "left leg", "right arm", "left arm")]
_POINT = torch.tensor([-1.0, 1.0, 1.0])
_SIX = torch.tensor([1.0, -1.0, -1.0, -1.0, 1.0, 1.0])
"""What becomes of points, and of turns in 6-D, in a mirror at x = 0."""


def expected(net: Network, joints: Tensor, turns: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """How bodies go on: joints (B, 8, 22, 3) and turns (B, 8, 22, 6), of what Asked has of them, in the room.

    What is told of a body and of its mirror image are two opinions, and so are the first answer and the second, that
    goes on from halfway to it: the mean of all is nearer the truth than any of them.
    """
    image = mirrored(joints, turns)
    asked = Asked(*(torch.cat(both) for both in zip((joints, turns, seen), (*image, seen[:, _SIDES]), strict=True)))
    features, here = net.features(asked)
    read = net.read(filled(features))
    first = net.mean_told(read)
    second = net(read, 0.5 * first, torch.full_like(first[:, :1], 0.5))
    told = net.told(here, asked, 0.5 * (first + second)[: len(features)])
    own, other = zip(*(part.chunk(2) for part in told), strict=True)
    back = mirrored(*other)
    return 0.5 * (own[0] + back[0]), 0.5 * (own[1] + back[1])


def mirrored(joints: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Joints (..., 22, 3) and turns (..., 22, 6) as a mirror at x = 0 shows them: left and right change places."""
    swap = _SWAP.to(joints.device)
    return joints[..., swap, :] * _POINT.to(joints), turns[..., swap, :] * _SIX.to(turns)
