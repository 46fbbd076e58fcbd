"""Gatys' style transfer, a slow baseline: the pixels of a picture are optimised for a given time.

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

from installation.paint.pictures.perceptual import PerceptualNetwork

Pixels = NDArray[np.uint8]

SECONDS = 10.0
"""Optimisation time of a picture."""
CONTENT_FEATURE = 2
"""Index of the feature that should stay as in the picture."""
CONTENT_WEIGHT = 0.3
"""Weight of the content loss beside the sum of the Gram losses."""
PYRAMID_LEVELS = 6
"""Levels of the pyramid whose sum is optimised: large forms and colours then change as fast as single pixels."""
LEARNING_RATE = 0.01
"""Adam's."""
RANGE_WEIGHT = 50.0
"""Weight of the penalty for values outside 0..1."""


@torch.no_grad()
def mean_gram_matrices(perceptual: PerceptualNetwork, pictures: Sequence[Pixels]) -> list[Tensor]:
    """Return the mean Gram matrix of each feature over pictures of one size."""
    each = [_grams(_compressed(perceptual(_to_tensor(picture)))) for picture in pictures]
    return [torch.stack(found).mean(dim=0) for found in zip(*each, strict=True)]


def optimise_picture(
    perceptual: PerceptualNetwork, picture: Pixels, start: Pixels, style: Sequence[Tensor], seconds: float = SECONDS
) -> Pixels:
    """Optimise from `start` for that many seconds: the content of a picture (h, w, 3), the Gram matrices of a style."""
    begin = _to_tensor(start)
    with torch.no_grad():
        content = _compressed(perceptual(_to_tensor(picture), CONTENT_FEATURE + 1))[CONTENT_FEATURE]
    size = picture.shape[:2]
    pyramid = [
        torch.zeros(1, 3, size[0] >> level, size[1] >> level, requires_grad=True) for level in range(PYRAMID_LEVELS)
    ]
    optimiser = torch.optim.Adam(pyramid, LEARNING_RATE)
    optimiser.zero_grad()  # The first call takes seconds, which must not count.

    def render() -> Tensor:
        return begin + torch.stack([F.interpolate(level, size=size, mode="bilinear") for level in pyramid]).sum(dim=0)

    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pixels = render()
        features = _compressed(perceptual(pixels))
        loss = CONTENT_WEIGHT * F.mse_loss(features[CONTENT_FEATURE], content) / content.square().mean()
        loss = loss + RANGE_WEIGHT * (pixels - pixels.clamp(0.0, 1.0)).square().mean()
        for gram, target in zip(_grams(features), style, strict=True):
            loss = loss + (gram - target).square().sum() / target.square().sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        painted = render()[0].clamp(0.0, 1.0)
    return np.asarray((painted.permute(1, 2, 0) * 255.0 + 0.5).to(torch.uint8).numpy())


def _compressed(features: Sequence[Tensor]) -> list[Tensor]:
    """Return log(1 + f): without it, peaks dominate Gram matrices (SWAG: Wang et al., CVPR 2021)."""
    return [torch.log1p(f) for f in features]


def _grams(features: Sequence[Tensor]) -> list[Tensor]:
    flat = [f[0].flatten(1) for f in features]
    return [f @ f.T / f.shape[1] for f in flat]


def _to_tensor(picture: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255.0
