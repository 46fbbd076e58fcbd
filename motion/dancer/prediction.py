"""What is to be expected of a body that is seen: no dance, but where it will most likely be, whole."""

from __future__ import annotations

import torch
from torch import Tensor

from motion.dancer.data import MIRROR_BONE
from motion.dancer.network import BODY_PARTS, Conditioning, Network, pad_batch

_SWAP = torch.as_tensor(MIRROR_BONE)
_SIDES = [BODY_PARTS.index(name) for name in ("trunk", "right leg", "left leg", "right arm", "left arm")]
_POINT = torch.tensor([-1.0, 1.0, 1.0])
_SIX = torch.tensor([1.0, -1.0, -1.0, -1.0, 1.0, 1.0])
"""What becomes of points, and of turns in 6-D, in a mirror at x = 0."""


def predict(net: Network, joints: Tensor, turns: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """How bodies go on: joints (B, 8, 22, 3) and turns (B, 8, 22, 6), of what Asked has of them, in the room.

    What is told of a body and of its mirror image are two opinions, and so are the first answer and the second, that
    goes on from halfway to it: the mean of all is nearer the truth than any of them.
    """
    image = mirror_pose(joints, turns)
    asked = Conditioning(
        *(torch.cat(both) for both in zip((joints, turns, seen), (*image, seen[:, _SIDES]), strict=True))
    )
    features, here = net.features(asked)
    read = net.embed(pad_batch(features))
    first = net.predict_mean(read)
    second = net(read, 0.5 * first, torch.full_like(first[:, :1], 0.5))
    told = net.decode_poses(here, asked, 0.5 * (first + second)[: len(features)])
    own, other = zip(*(part.chunk(2) for part in told), strict=True)
    back = mirror_pose(*other)
    return 0.5 * (own[0] + back[0]), 0.5 * (own[1] + back[1])


def mirror_pose(joints: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Joints (..., 22, 3) and turns (..., 22, 6) as a mirror at x = 0 shows them: left and right change places."""
    swap = _SWAP.to(joints.device)
    return joints[..., swap, :] * _POINT.to(joints), turns[..., swap, :] * _SIX.to(turns)
