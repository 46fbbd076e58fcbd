"""Losses of the painter: strokes, colours and contrasts of the requested style, light and shapes of the guide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from installation.paint.guide.guide import CHANNELS
from installation.paint.pictures.style import LUMA_WEIGHTS

READABLE = tuple(CHANNELS.index(name) for name in ("figure", "head", "trunk", "arms", "legs", "edge"))
"""Channels of the guide that must be readable in the painting."""
PROJECTIONS = 16
"""Random directions in colour space for the sliced Wasserstein distance."""
OPPONENT_COLOURS = LUMA_WEIGHTS, (0.7, -0.7, 0.0), (0.35, 0.35, -0.7)
"""Luma, red against green, yellow against blue."""
CONTRAST_OCTAVES = 4
"""Octaves of size over which contrasts are compared."""
MIN_CONTRAST = 0.003
"""Contrasts well below this count as none."""
LIGHT = CHANNELS.index("light")
HEAD = CHANNELS.index("head")
MIN_PART_SHARE = {"whole": 0.0, "figure": 0.02, "head": 0.004}
"""Share of the picture below which a part does not count."""
FIGURE_WEIGHT = 12.0
"""Weight of the shape of figures, added to the weight 1 of everything."""


@dataclass(frozen=True, slots=True)
class LightTerm:
    """One comparison of a painting's light with that of its guide."""

    cell_px: int
    """Pixels that are averaged to one value."""
    part: str
    """Key of MIN_PART_SHARE."""
    weight: float
    tolerance: float
    """1 - correlation that costs nothing."""


LIGHT_TERMS = (
    LightTerm(8, "whole", 0.6, 0.15),
    LightTerm(4, "figure", 0.6, 0.02),
    LightTerm(2, "figure", 0.8, 0.04),
    LightTerm(2, "head", 0.6, 0.04),
)
"""Coarse over the whole canvas, where paint may deviate, finer over figures and heads."""


def gram(features: Sequence[Tensor]) -> list[Tensor]:
    """Gram matrices (n, c, c) of features (n, c, h, w) (Gatys et al. 2016)."""
    matrices = []
    for feature in features:
        flat = feature.float().flatten(2)
        matrices.append(flat @ flat.transpose(1, 2) / flat.shape[2])
    return matrices


def stroke_loss(features: Sequence[Tensor], target: Sequence[Tensor]) -> Tensor:
    """(n,) distance of Gram matrices, means and deviations from those of the target, relative to their size."""
    total = features[0].new_zeros(len(features[0]), dtype=torch.float32)
    for feature, wanted, a, b in zip(features, target, gram(features), gram(target), strict=True):
        total = total + ((a - b) ** 2).sum(dim=(1, 2)) / _squared_size(b.flatten(1))
        x, y = feature.float().flatten(2), wanted.float().flatten(2)
        for statistic, expected in ((x.mean(2), y.mean(2)), (_deviation(x), _deviation(y))):
            total = total + 0.5 * ((statistic - expected) ** 2).sum(1) / _squared_size(expected)
    return total / len(features)


def _squared_size(target: Tensor) -> Tensor:
    """(n,) divisor of squared differences from a target (n, d): its own norm times the mean norm of the batch.

    Divided by the own squared norm alone, faint targets weigh so much more that everything is painted too faintly.
    """
    size = (target**2).sum(1).clamp_min(1e-6).sqrt()
    return size * size.mean()


def colour_loss(pictures: Tensor, target: Tensor, generator: torch.Generator) -> Tensor:
    """(n,) sliced Wasserstein distance between the colours of pictures (n, 3, h, w), whatever their places."""
    directions = F.normalize(torch.randn(PROJECTIONS, 3, generator=generator), dim=1).to(pictures.device)
    x, y = (p.float()[..., ::3, ::3].flatten(2) for p in (pictures, target))
    ranked = [torch.sort(torch.einsum("wc,ncp->nwp", directions, p), dim=2).values for p in (x, y)]
    return (ranked[0] - ranked[1]).abs().mean(dim=(1, 2))


def contrast_loss(pictures: Tensor, target: Tensor) -> Tensor:
    """(n,) distance between the contrasts of pictures (n, 3, h, w), as the logarithm of their ratio, in luma and two
    colour differences, from the finest lines to broad masses.

    Perceptual features hardly measure contrast: above a clear edge, ReLU6 saturates.
    """
    total = pictures.new_zeros(len(pictures), dtype=torch.float32)
    x, y = (torch.einsum("oc,nchw->nohw", p.new_tensor(OPPONENT_COLOURS), p.float()) for p in (pictures, target))
    for _ in range(CONTRAST_OCTAVES):
        coarse = [F.avg_pool2d(v, 2) for v in (x, y)]
        fine = [v - F.interpolate(c, scale_factor=2.0) for v, c in zip((x, y), coarse, strict=True)]
        for contrast in (_mean_absolute, _root_mean_square):
            painted, wanted = (contrast(v) for v in fine)
            ratio = torch.log(painted + MIN_CONTRAST) - torch.log(wanted + MIN_CONTRAST)
            total = total + ratio.abs().mean(dim=1)
        x, y = coarse
    return total / (2 * CONTRAST_OCTAVES)


def _mean_absolute(v: Tensor) -> Tensor:
    return v.abs().mean(dim=(2, 3))


def _root_mean_square(v: Tensor) -> Tensor:
    return ((v**2).mean(dim=(2, 3)) + 1e-8).sqrt()


def light_loss(pictures: Tensor, guide: Tensor) -> Tensor:
    """(n,) 1 - correlation between blurred luma and the guide's light, by LIGHT_TERMS; 0 where the guide has no light
    or no figure.

    A correlation leaves contrast and brightness free, so that a style keeps its own.
    """
    luma = (pictures.float() * pictures.new_tensor(LUMA_WEIGHTS).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    light = guide[:, LIGHT : LIGHT + 1].float()
    masks = {"whole": torch.ones_like(light), "figure": guide[:, :1].float(), "head": guide[:, HEAD : HEAD + 1].float()}
    total = pictures.new_zeros(len(pictures), dtype=torch.float32)
    for term in LIGHT_TERMS:
        x = F.avg_pool2d(luma, term.cell_px)
        y, share = (F.avg_pool2d(v, term.cell_px // 2) for v in (light, masks[term.part]))
        total = total + term.weight * F.relu(_decorrelation(x, y, share, MIN_PART_SHARE[term.part]) - term.tolerance)
    return total


def _decorrelation(x: Tensor, y: Tensor, weight: Tensor, min_share: float) -> Tensor:
    """(n,) 1 - weighted correlation of (n, 1, h, w); 0 where `y` is flat or the mean weight is below `min_share`."""
    share = weight / weight.sum(dim=(1, 2, 3), keepdim=True).clamp_min(1e-3)
    x, y = (v - (share * v).sum(dim=(1, 2, 3), keepdim=True) for v in (x, y))
    deviation = (share * y**2).sum(dim=(1, 2, 3)).clamp_min(1e-8).sqrt()
    correlation = (share * x * y).sum(dim=(1, 2, 3)) / (
        (share * x**2).sum(dim=(1, 2, 3)).clamp_min(1e-8).sqrt() * deviation + 1e-4
    )
    return (1.0 - correlation) * ((deviation > 0.02) & (weight.mean(dim=(1, 2, 3)) > min_share))


def shape_loss(features: Sequence[Tensor], target: Sequence[Tensor], figure: Tensor) -> Tensor:
    """(n,) 1 - cosine similarity of all but the finest features with those of a photograph, place by place; places on
    a figure (n, 1, h, w) weigh more."""
    total = features[0].new_zeros(len(features[0]), dtype=torch.float32)
    for feature, wanted in zip(features[1:], target[1:], strict=True):
        weight = 1.0 + FIGURE_WEIGHT * F.adaptive_avg_pool2d(figure.float(), (feature.shape[2], feature.shape[3]))[:, 0]
        a, b = (_standardised(x.float()) for x in (feature, wanted))
        distance = 1.0 - F.cosine_similarity(a, b, dim=1)
        total = total + (weight * distance).sum(dim=(1, 2)) / weight.sum(dim=(1, 2)) / (len(features) - 1)
    return total


def _standardised(features: Tensor) -> Tensor:
    """Each channel with mean 0 and deviation 1 over the places, so that only the place of a response counts."""
    mean = features.mean(dim=(2, 3), keepdim=True)
    return (features - mean) / (_deviation(features.flatten(2))[:, :, None, None] + 0.05)


def _deviation(flat: Tensor) -> Tensor:
    """(n, c) standard deviation over the places of (n, c, places); torch's own is many times slower."""
    return ((flat**2).mean(2) - flat.mean(2) ** 2).clamp_min(1e-6).sqrt()


class FigureReader(nn.Module):
    """Segments the figure in a painting; it learns together with the painter, who must keep the figure readable.

    It sees the painting at half its size, blurred by that, so that the painter cannot hide the answer in fine detail.
    """

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, width, 3, padding=2, dilation=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, width, 3, padding=4, dilation=4),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, len(READABLE), 3, padding=1),
        )

    def forward(self, pictures: Tensor, guide: Tensor, generator: torch.Generator) -> Tensor:
        """(n,) cross-entropy of its prediction against the guide (n, GUIDE, h / 2, w / 2)."""
        small = F.avg_pool2d(pictures, 2)
        small = small + 0.04 * torch.randn(small.shape, generator=generator).to(small)
        target = F.avg_pool2d(guide[:, READABLE], 2).clamp(0.0, 1.0)
        predicted = self.layers(small)
        loss = F.binary_cross_entropy_with_logits(predicted.float(), target.float(), reduction="none")
        return loss.mean(dim=(1, 2, 3))
