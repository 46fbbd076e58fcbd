"""Discriminator of the painter: patches of real pictures against painted ones, conditioned on the requested style.

It sees pixels at two sizes and the features of the perceptual network (Sauer et al., Projected GANs 2021), which
learns fast from few pictures. The style enters by projection (Miyato and Koyama 2018), spectral normalisation keeps
it smooth, and the loss is the hinge.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from installation.paint.pictures.perceptual import CHANNELS
from installation.paint.pictures.style import PALETTE_SIZE

PIXEL_WIDTHS = 48, 96, 160
"""Channels of the layers on pixels, each at half the size of the one before."""
FEATURE_TAPS = 1, 2, 3
"""Indices of the perceptual features that have a head of their own."""
HEAD_WIDTH = 96
"""Channels of such a head."""
LEAK = 0.2
"""Negative slope of the activations."""


class PatchDiscriminator(nn.Module):
    """Layers, a logit for every place, and a projection of the style onto each place."""

    # The names of the submodules are keys of checkpoints.
    def __init__(self, layers: Sequence[nn.Module], width: int, style_width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.verdict = spectral_norm(nn.Conv2d(width, 1, 3, padding=1))
        self.suits = spectral_norm(nn.Linear(style_width, width))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        x = self.layers(x)
        projected = self.suits(style)[:, :, None, None]
        logits: Tensor = (self.verdict(x) + (x * projected).sum(dim=1, keepdim=True) / x.shape[1] ** 0.5).flatten(1)
        return logits


class Discriminator(nn.Module):
    """Logits (n, places) of pictures: positive for real, negative for painted."""

    def __init__(self, stroke: int) -> None:
        """`stroke` is the size of a style's stroke vector."""
        super().__init__()
        style_width = stroke + PALETTE_SIZE
        self.pixels = nn.ModuleList(
            PatchDiscriminator(_downsampling(PIXEL_WIDTHS), PIXEL_WIDTHS[-1], style_width) for _ in range(2)
        )
        self.heads = nn.ModuleList(
            PatchDiscriminator(_head(CHANNELS[tap]), HEAD_WIDTH, style_width) for tap in FEATURE_TAPS
        )

    def forward(self, pictures: Tensor, features: Sequence[Tensor], stroke: Tensor, palette: Tensor) -> Tensor:
        """`pictures` (n, 3, h, w) of 0..1 and their perceptual `features`."""
        style = torch.cat([stroke, palette], dim=1)
        x = 2.0 * pictures - 1.0
        logits = [patches(F.avg_pool2d(x, 2) if half else x, style) for half, patches in enumerate(self.pixels)]
        logits += [head(features[tap], style) for tap, head in zip(FEATURE_TAPS, self.heads, strict=True)]
        return torch.cat([logit.float() for logit in logits], dim=1)


def discriminator_loss(real: Tensor, painted: Tensor) -> Tensor:
    """Hinge loss of the discriminator from its logits on real and on painted pictures."""
    return F.relu(1.0 - real).mean() + F.relu(1.0 + painted).mean()


def _downsampling(widths: Sequence[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, width in zip((3, *widths[:-1]), widths, strict=True):
        layers += [spectral_norm(nn.Conv2d(before, width, 4, 2, 1)), nn.LeakyReLU(LEAK)]
    return layers


def _head(channels: int) -> list[nn.Module]:
    return [
        spectral_norm(nn.Conv2d(channels, HEAD_WIDTH, 1)),
        nn.LeakyReLU(LEAK),
        spectral_norm(nn.Conv2d(HEAD_WIDTH, HEAD_WIDTH, 3, padding=1)),
        nn.LeakyReLU(LEAK),
    ]
