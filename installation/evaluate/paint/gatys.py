"""The slow way to a style, and what it costs nobody to wait for: a picture's own pixels are optimised.

Gatys, Ecker and Bethge, A Neural Algorithm of Artistic Style (2015), on the perceptual network.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from installation.paint.perceptual import PerceptualNetwork

Pixels = NDArray[np.uint8]

SECONDS = 10.0
"""For a picture."""
CONTENT = 2
"""The feature that should stay as it is in the picture."""
FAITH = 0.3
"""How much that counts beside all Gram matrices."""
LEVELS = 6
"""Of the pyramid whose sum is optimised: large forms and colours move as fast as single pixels."""
RATE = 0.01
"""Adam's."""
WITHIN = 50.0
"""How much it counts when colours leave 0..1."""


@torch.no_grad()
def asked(perceptual: PerceptualNetwork, pictures: Sequence[Pixels]) -> list[Tensor]:
    """The mean Gram matrix of pictures of one size on each feature."""
    each = [_grams(_soft(perceptual(_sent(picture)))) for picture in pictures]
    return [torch.stack(found).mean(dim=0) for found in zip(*each, strict=True)]


def optimised(
    perceptual: PerceptualNetwork, picture: Pixels, start: Pixels, style: Sequence[Tensor], seconds: float = SECONDS
) -> Pixels:
    """The picture (h, w, 3) with the Gram matrices of a style, as near as some seconds from `start` get to them."""
    begin = _sent(start)
    with torch.no_grad():
        kept = _soft(perceptual(_sent(picture), CONTENT + 1))[CONTENT]
    size = picture.shape[:2]
    pyramid = [torch.zeros(1, 3, size[0] >> level, size[1] >> level, requires_grad=True) for level in range(LEVELS)]
    optimiser = torch.optim.Adam(pyramid, RATE)
    optimiser.zero_grad()  # the first call takes seconds, which are not the picture's

    def drawn() -> Tensor:
        return begin + torch.stack([F.interpolate(level, size=size, mode="bilinear") for level in pyramid]).sum(dim=0)

    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pixels = drawn()
        features = _soft(perceptual(pixels))
        loss = FAITH * F.mse_loss(features[CONTENT], kept) / kept.square().mean()
        loss = loss + WITHIN * (pixels - pixels.clamp(0.0, 1.0)).square().mean()
        for gram, wanted in zip(_grams(features), style, strict=True):
            loss = loss + (gram - wanted).square().sum() / wanted.square().sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        painted = drawn()[0].clamp(0.0, 1.0)
    return np.asarray((painted.permute(1, 2, 0) * 255.0 + 0.5).to(torch.uint8).numpy())


def _soft(features: Sequence[Tensor]) -> list[Tensor]:
    """Features without the peaks that Gram matrices would else consist of (SWAG: Wang et al., CVPR 2021)."""
    return [torch.log1p(f) for f in features]


def _grams(features: Sequence[Tensor]) -> list[Tensor]:
    flat = [f[0].flatten(1) for f in features]
    return [f @ f.T / f.shape[1] for f in flat]


def _sent(picture: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255.0
