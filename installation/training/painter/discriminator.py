"""The critic: tells patches of real pictures from painted ones, knowing the style that was asked for.

It looks at pixels at two sizes, and at what the perceptual network makes of them (Sauer et al., Projected GANs 2021),
which learns fast from few pictures. The style is told by projection (Miyato and Koyama 2018), smoothness by spectral
normalisation, the loss is the hinge.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from installation.paint.perceptual import CHANNELS
from installation.paint.style import PALETTE

WIDTHS = 48, 96, 160
"""Channels of the look at pixels, each at half the size of the one before."""
HEADS = 1, 2, 3
"""Features that have a head of their own."""
WIDE = 96
"""Channels of such a head."""
SLOPE = 0.2


class Look(nn.Module):
    """One way of looking: layers, a verdict for every place, and how far each place suits the style."""

    def __init__(self, layers: Sequence[nn.Module], wide: int, told: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.verdict = spectral_norm(nn.Conv2d(wide, 1, 3, padding=1))
        self.suits = spectral_norm(nn.Linear(told, wide))

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        x = self.layers(x)
        asked = self.suits(told)[:, :, None, None]
        return (self.verdict(x) + (x * asked).sum(dim=1, keepdim=True) / x.shape[1] ** 0.5).flatten(1)


class Critic(nn.Module):
    """Verdicts (n, places) on pictures: above 0 real, below 0 painted."""

    def __init__(self, stroke: int) -> None:
        super().__init__()
        told = stroke + PALETTE
        self.pixels = nn.ModuleList(Look(_halving(WIDTHS), WIDTHS[-1], told) for _ in range(2))
        self.heads = nn.ModuleList(Look(_head(CHANNELS[tap]), WIDE, told) for tap in HEADS)

    def forward(self, pictures: Tensor, features: Sequence[Tensor], stroke: Tensor, palette: Tensor) -> Tensor:
        """`pictures` (n, 3, h, w) and their perceptual `features`."""
        told = torch.cat([stroke, palette], dim=1)
        x = 2.0 * pictures - 1.0
        verdicts = [look(F.avg_pool2d(x, 2) if half else x, told) for half, look in enumerate(self.pixels)]
        verdicts += [head(features[tap], told) for tap, head in zip(HEADS, self.heads, strict=True)]
        return torch.cat([verdict.float() for verdict in verdicts], dim=1)


def told_apart(real: Tensor, painted: Tensor) -> Tensor:
    """The critic's own loss."""
    return F.relu(1.0 - real).mean() + F.relu(1.0 + painted).mean()


def _halving(widths: Sequence[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, width in zip((3, *widths[:-1]), widths, strict=True):
        layers += [spectral_norm(nn.Conv2d(before, width, 4, 2, 1)), nn.LeakyReLU(SLOPE)]
    return layers


def _head(channels: int) -> list[nn.Module]:
    return [
        spectral_norm(nn.Conv2d(channels, WIDE, 1)), nn.LeakyReLU(SLOPE),
        spectral_norm(nn.Conv2d(WIDE, WIDE, 3, padding=1)), nn.LeakyReLU(SLOPE),
    ]  # fmt: skip
