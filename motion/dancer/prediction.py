"""Prediction of an observed body's most likely continuation, with hidden parts completed."""

from __future__ import annotations

import torch
from torch import Tensor

from motion.dancer.conditioning import BODY_PARTS, Conditioning
from motion.dancer.data import MIRROR_BONE
from motion.dancer.network import Network, pad_batch

_MIRROR_BONE = torch.as_tensor(MIRROR_BONE)
_MIRROR_PART = [BODY_PARTS.index(name) for name in ("trunk", "right leg", "left leg", "right arm", "left arm")]
_MIRROR_POINT = torch.tensor([-1.0, 1.0, 1.0])
"""Factors of a point's coordinates in a mirror at x = 0."""
_MIRROR_SIX = torch.tensor([1.0, -1.0, -1.0, -1.0, 1.0, 1.0])
"""Factors of a turn's 6-D form in a mirror at x = 0."""


def predict(net: Network, joints: Tensor, turns: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Continuations in the room, joints (B, 8, 22, 3) and turns (B, 8, 22, 6), of bodies as Conditioning has them.

    The result is the mean of four estimates, which has less error than any of them: the body and its mirror image,
    each from one evaluation at noise level 0 and from a second one halfway to the first's result.
    """
    mirrored = mirror_pose(joints, turns)
    both = [torch.cat(pair) for pair in zip((joints, turns, seen), (*mirrored, seen[:, _MIRROR_PART]), strict=True)]
    conditioning = Conditioning(joints=both[0], turns=both[1], seen=both[2])
    features, here = net.features(conditioning)
    embedding = net.embed(pad_batch(features))
    first = net.predict_mean(embedding)
    second = net(embedding, 0.5 * first, torch.full_like(first[:, :1], 0.5))
    decoded = net.decode_poses(here, conditioning, 0.5 * (first + second)[: len(features)])
    direct, reflected = zip(*(part.chunk(2) for part in decoded), strict=True)
    back = mirror_pose(*reflected)
    return 0.5 * (direct[0] + back[0]), 0.5 * (direct[1] + back[1])


def mirror_pose(joints: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Joints (..., 22, 3) and turns (..., 22, 6) mirrored at x = 0: left and right change places."""
    swap = _MIRROR_BONE.to(joints.device)
    return joints[..., swap, :] * _MIRROR_POINT.to(joints), turns[..., swap, :] * _MIRROR_SIX.to(turns)
