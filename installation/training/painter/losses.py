"""What a painting is taught by: strokes and colours of the style asked for, and the shapes that the guide told."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from installation.paint.guide.guide import CHANNELS
from installation.paint.style import LUMA

READ = tuple(CHANNELS.index(name) for name in ("figure", "head", "trunk", "arms", "legs", "edge"))
"""Channels of the guide that must be readable in the painting."""
WAYS = 16
"""Directions in colour space along which colours are compared."""
OPPONENT = LUMA, (0.7, -0.7, 0.0), (0.35, 0.35, -0.7)
"""Luma, red against green, yellow against blue."""
BANDS = 4
"""Octaves of size over which contrasts are compared."""
FAINT = 0.003
"""Contrasts well below this are none."""
LIGHT = CHANNELS.index("light")
HEAD = CHANNELS.index("head")
LITTLE = {"whole": 0.0, "figure": 0.02, "head": 0.004}
"""Share of the picture that a part must have to count."""
LIGHTS = (
    (8, "whole", 0.6, 0.15), (4, "figure", 0.6, 0.02), (2, "figure", 0.8, 0.04), (2, "head", 0.6, 0.04),
)  # fmt: skip
"""How light is compared: pixels to a place, where, how much it counts, and how far it may be off for nothing."""
MORE = 12.0
"""How many times more a figure's shape counts than what is around it."""


def gram(features: Sequence[Tensor]) -> list[Tensor]:
    """For each of features (n, c, h, w): (n, c, c), which of them go together (Gatys et al. 2016)."""
    found = []
    for each in features:
        flat = each.float().flatten(2)
        found.append(flat @ flat.transpose(1, 2) / flat.shape[2])
    return found


def stroke_loss(features: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """(n,) how far Gram matrices, means and deviations are from the wanted ones', relative to their size."""
    total = features[0].new_zeros(len(features[0]), dtype=torch.float32)
    for one, other, a, b in zip(features, wanted, gram(features), gram(wanted), strict=True):
        total = total + ((a - b) ** 2).sum(dim=(1, 2)) / _sizes(b.flatten(1))
        x, y = one.float().flatten(2), other.float().flatten(2)
        for told, right in ((x.mean(2), y.mean(2)), (_spread(x), _spread(y))):
            total = total + 0.5 * ((told - right) ** 2).sum(1) / _sizes(right)
    return total / len(features)


def _sizes(wanted: Tensor) -> Tensor:
    """(n,) what squares of differences from (n, d) are measured by: half its own size, half that of all.

    By its own alone the faint ones would count so much more that everything is painted too faintly.
    """
    size = (wanted**2).sum(1).clamp_min(1e-6).sqrt()
    return size * size.mean()


def colour_loss(pictures: Tensor, wanted: Tensor, chance: torch.Generator) -> Tensor:
    """(n,) sliced Wasserstein distance of the colours of pictures (n, 3, h, w), which may lie anywhere."""
    way = F.normalize(torch.randn(WAYS, 3, generator=chance), dim=1).to(pictures.device)
    x, y = (p.float()[..., ::3, ::3].flatten(2) for p in (pictures, wanted))
    ranked = [torch.sort(torch.einsum("wc,ncp->nwp", way, p), dim=2).values for p in (x, y)]
    return (ranked[0] - ranked[1]).abs().mean(dim=(1, 2))


def contrast_loss(pictures: Tensor, wanted: Tensor) -> Tensor:
    """(n,) how far the contrasts of pictures (n, 3, h, w) are from those of the wanted ones, as logarithms of their
    ratio: in luma and two differences of colours, from the finest lines to broad masses.

    Perceptual features hardly tell them: above an edge that is clear enough, ReLU6 knows nothing.
    """
    total = pictures.new_zeros(len(pictures), dtype=torch.float32)
    x, y = (torch.einsum("oc,nchw->nohw", p.new_tensor(OPPONENT), p.float()) for p in (pictures, wanted))
    for _ in range(BANDS):
        broad = [F.avg_pool2d(v, 2) for v in (x, y)]
        fine = [v - F.interpolate(b, scale_factor=2.0) for v, b in zip((x, y), broad, strict=True)]
        for size in (_mean_size, _mean_square):
            one, other = (size(v) for v in fine)
            total = total + (torch.log(one + FAINT) - torch.log(other + FAINT)).abs().mean(dim=1)
        x, y = broad
    return total / (2 * BANDS)


def _mean_size(v: Tensor) -> Tensor:
    return v.abs().mean(dim=(2, 3))


def _mean_square(v: Tensor) -> Tensor:
    return ((v**2).mean(dim=(2, 3)) + 1e-8).sqrt()


def light_loss(pictures: Tensor, guide: Tensor) -> Tensor:
    """(n,) how far the blurred luma goes otherwise than the guide's light: a little over the whole, where paint has its
    way, and finer over figures and over heads by themselves; 0 where no light or nobody was told.

    Light may have any contrast and brightness, so that a style keeps its own.
    """
    luma = (pictures.float() * pictures.new_tensor(LUMA).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    told = guide[:, LIGHT : LIGHT + 1].float()
    where = {"whole": torch.ones_like(told), "figure": guide[:, :1].float(), "head": guide[:, HEAD : HEAD + 1].float()}
    total = pictures.new_zeros(len(pictures), dtype=torch.float32)
    for size, part, weight, free in LIGHTS:
        x = F.avg_pool2d(luma, size)
        y, share = (F.avg_pool2d(v, size // 2) for v in (told, where[part]))
        total = total + weight * F.relu(_unlike(x, y, share, LITTLE[part]) - free)
    return total


def _unlike(x: Tensor, y: Tensor, weight: Tensor, little: float) -> Tensor:
    """(n,) 1 - the correlation of (n, 1, h, w) by weight; 0 where `y` has no contrast, or less than `little` weighs."""
    share = weight / weight.sum(dim=(1, 2, 3), keepdim=True).clamp_min(1e-3)
    x, y = (v - (share * v).sum(dim=(1, 2, 3), keepdim=True) for v in (x, y))
    spread = (share * y**2).sum(dim=(1, 2, 3)).clamp_min(1e-8).sqrt()
    alike = (share * x * y).sum(dim=(1, 2, 3)) / (
        (share * x**2).sum(dim=(1, 2, 3)).clamp_min(1e-8).sqrt() * spread + 1e-4
    )
    return (1.0 - alike) * ((spread > 0.02) & (weight.mean(dim=(1, 2, 3)) > little))


def shape_loss(features: Sequence[Tensor], wanted: Sequence[Tensor], figure: Tensor) -> Tensor:
    """(n,) how far all but the finest features point elsewhere than those of a photograph, wherever that is; what is on
    a figure (n, 1, h, w) counts more."""
    total = features[0].new_zeros(len(features[0]), dtype=torch.float32)
    for one, other in zip(features[1:], wanted[1:], strict=True):
        weight = 1.0 + MORE * F.adaptive_avg_pool2d(figure.float(), (one.shape[2], one.shape[3]))[:, 0]
        a, b = (_whitened(x.float()) for x in (one, other))
        off = 1.0 - F.cosine_similarity(a, b, dim=1)
        total = total + (weight * off).sum(dim=(1, 2)) / weight.sum(dim=(1, 2)) / (len(features) - 1)
    return total


def _whitened(features: Tensor) -> Tensor:
    """Each channel with mean 0 and deviation 1 over the places: what is left is where, not how much."""
    middle = features.mean(dim=(2, 3), keepdim=True)
    return (features - middle) / (_spread(features.flatten(2))[:, :, None, None] + 0.05)


def _spread(flat: Tensor) -> Tensor:
    """(n, c) the deviation over the places of (n, c, places); torch's own is many times slower."""
    return ((flat**2).mean(2) - flat.mean(2) ** 2).clamp_min(1e-6).sqrt()


class Reader(nn.Module):
    """Finds the figure in a painting: it learns together with the painter, who paints so that it can.

    It sees the painting at half its size, blurred by that, so that nothing can be told to it in secret.
    """

    def __init__(self, wide: int = 48) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, wide, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(wide, wide, 3, padding=2, dilation=2), nn.LeakyReLU(0.2),
            nn.Conv2d(wide, wide, 3, padding=4, dilation=4), nn.LeakyReLU(0.2),
            nn.Conv2d(wide, len(READ), 3, padding=1),
        )  # fmt: skip

    def forward(self, pictures: Tensor, guide: Tensor, chance: torch.Generator) -> Tensor:
        """(n,) cross-entropy between what it finds and the guide (n, GUIDE, h / 2, w / 2)."""
        seen = F.avg_pool2d(pictures, 2)
        seen = seen + 0.04 * torch.randn(seen.shape, generator=chance).to(seen)
        told = F.avg_pool2d(guide[:, READ], 2).clamp(0.0, 1.0)
        found = self.layers(seen)
        return F.binary_cross_entropy_with_logits(found.float(), told.float(), reduction="none").mean(dim=(1, 2, 3))
