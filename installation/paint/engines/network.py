"""The painter's network: a guide, a style and what is on the canvas in, a painting out, in one step.

A convolutional U-Net that works at a quarter of the painting's size and below, so that any size and aspect will do.
The style turns every block (FiLM: Perez et al. 2018), and a painting begins on a ground in the style's colours.
There is no normalisation: what one place looks like must not hang on the rest of the canvas, or a visitor who enters
would repaint the far corner.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from installation.paint.guide.guide import CHANNELS
from installation.paint.style import COLOURS, PALETTE, STATISTICS

GUIDE = len(CHANNELS)
NOISE = 8
"""Channels of the noise that a seed is: half of them fine, half of them broad."""
GRAIN = 4
"""Pixels of the painting to a place of the noise, and to one of the network's first level."""
FIRM = 0.012
"""Distance in CIE Lab / 100, squared, at which a palette's colour counts as another's e-th part."""
REACH = 1.6
"""Deviations of a palette's colours that a guide's full range of light and colour spans."""
STIR = 0.25, 0.25, 0.25
"""How much broad noise moves light and colours, in that range: what is empty gets the weather of its seed."""
LIGHT = slice(CHANNELS.index("light"), CHANNELS.index("blue_yellow") + 1)
MULTIPLE = 16
"""Heights and widths of paintings are whole multiples of it."""


@dataclass(frozen=True)
class Settings:
    """The size of a network."""

    widths: tuple[int, int, int] = (96, 128, 256)
    """Channels at a quarter, an eighth and a sixteenth of the size."""
    blocks: tuple[int, int, int] = (1, 2, 4)
    """Blocks on each level, on the way down and again on the way up."""
    stroke: int = 48
    """Components of a stroke."""
    told: int = 256
    """Width of what the style tells the blocks."""
    fine: int = 32
    """Channels at half the size."""


class Turned(nn.Module):
    """Two convolutions beside a shortcut, turned by the style in between."""

    def __init__(self, width: int, told: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.film = nn.Linear(told, 2 * width)
        nn.init.zeros_(self.second.weight)
        nn.init.normal_(self.film.weight, std=0.02)
        nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        gain, shift = self.film(told)[:, :, None, None].chunk(2, dim=1)
        return x + self.second(F.relu_(torch.addcmul(shift, self.first(x), 1.0 + gain)))


class Network(nn.Module):
    """Paints."""

    components: Tensor
    centre: Tensor

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        wide, middle, deep = settings.widths
        told = settings.told
        self.style = nn.Sequential(
            nn.Linear(settings.stroke + PALETTE, told), nn.SiLU(), nn.Linear(told, told), nn.SiLU()
        )
        self.stem = nn.Conv2d(4 * GUIDE + 3 * GRAIN**2 + 1 + NOISE + 3, wide, 3, padding=1)
        sizes = [(wide, settings.blocks[0]), (middle, settings.blocks[1]), (deep, settings.blocks[2])]
        self.down = nn.ModuleList(nn.ModuleList(Turned(w, told) for _ in range(n)) for w, n in sizes)
        self.up = nn.ModuleList(nn.ModuleList(Turned(w, told) for _ in range(n)) for w, n in sizes[:2])
        self.shrink = nn.ModuleList([nn.Conv2d(wide, middle, 3, 2, 1), nn.Conv2d(middle, deep, 3, 2, 1)])
        self.grow = nn.ModuleList([nn.Conv2d(middle, wide, 3, padding=1), nn.Conv2d(deep, middle, 3, padding=1)])
        self.finer = nn.Conv2d(wide, 4 * settings.fine, 3, padding=1)
        self.finest = nn.Conv2d(settings.fine, 12, 3, padding=1)
        self.register_buffer("components", torch.zeros(STATISTICS, settings.stroke))
        self.register_buffer("centre", torch.zeros(STATISTICS))

    def stroke(self, statistics: Tensor) -> Tensor:
        """(n, stroke) components of statistics (n, STATISTICS)."""
        return (statistics - self.centre) @ self.components

    def forward(
        self, guide: Tensor, stroke: Tensor, palette: Tensor, noise: Tensor, canvas: Tensor, keep: Tensor
    ) -> Tensor:
        """Paintings (n, 3, h, w) of 0..1.

        `guide` (n, GUIDE, h / 2, w / 2), `stroke` (n, s), `palette` (n, PALETTE), `noise` (n, NOISE, h / 4, w / 4),
        `canvas` (n, 3, h, w) of 0..1 and `keep` (n, 1, h / 2, w / 2), how far each place of it is to be trusted.
        """
        told = self.style(torch.cat([stroke, palette], dim=1))
        shown = (canvas - 0.5) * F.interpolate(keep, scale_factor=2.0, mode="nearest")
        ground = grounded(F.avg_pool2d(guide[:, LIGHT], 2), palette, noise[:, -3:])
        parts = [F.pixel_unshuffle(guide, 2), F.pixel_unshuffle(shown, GRAIN), F.avg_pool2d(keep, 2), noise, ground]
        x = self.stem(torch.cat(parts, dim=1))
        passed: list[Tensor] = []
        for level, blocks in enumerate(self.down):
            for block in blocks:  # type: ignore[attr-defined]
                x = block(x, told)
            if level < len(self.shrink):
                passed.append(x)
                x = self.shrink[level](x)
        for level in reversed(range(len(self.up))):
            x = passed[level] + self.grow[level](F.interpolate(x, scale_factor=2.0, mode="nearest"))
            for block in self.up[level]:  # type: ignore[attr-defined]
                x = block(x, told)
        x = F.relu(F.pixel_shuffle(self.finer(F.relu(x)), 2))
        below = F.interpolate(ground, scale_factor=2.0, mode="bilinear", align_corners=False)
        return torch.sigmoid(F.pixel_shuffle(self.finest(x) + below.repeat_interleave(4, dim=1), 2).float())


def grounded(light: Tensor, palette: Tensor, stir: Tensor) -> Tensor:
    """(n, 3, h, w) logits of the ground that is painted on: what a guide tells of light and colour (n, 3, h, w), in the
    few colours of a palette (n, PALETTE), stirred by noise (n, 3, h, w)."""
    told = palette.float()
    middle, spread = told[:, :3], told[:, 3:9]
    # The deviation of each of L, a and b: the lengths of the rows of the lower triangle that is kept.
    reach = torch.stack([spread[:, :1].norm(dim=1), spread[:, 1:3].norm(dim=1), spread[:, 3:].norm(dim=1)], dim=1)
    colours = told[:, 9:].view(-1, COLOURS, 4)
    stirred = light.float() + stir.float() * stir.new_tensor(STIR, dtype=torch.float32).view(3, 1, 1)
    wanted = middle[:, :, None, None] + REACH * reach[:, :, None, None] * stirred
    off = ((wanted[:, None] - colours[:, :, :3, None, None]) ** 2).sum(dim=2)
    share = torch.softmax(colours[:, :, 3, None, None].clamp_min(1e-3).log() * 0.5 - off / FIRM, dim=1)
    return torch.einsum("nkhw,nkc->nchw", share, _logits(colours[..., :3])).to(light.dtype)


def _logits(lab: Tensor) -> Tensor:
    """Logits of sRGB for CIE Lab / 100 (..., 3), D65; by the formulas of CIE 15 and IEC 61966-2-1."""
    y = (100.0 * lab[..., 0] + 16.0) / 116.0
    away = torch.stack([y + lab[..., 1] / 5.0, y, y - lab[..., 2] / 2.0], dim=-1)
    cubed = torch.where(away > 6 / 29, away**3, 3 * (6 / 29) ** 2 * (away - 4 / 29))
    xyz = cubed * away.new_tensor([0.95047, 1.0, 1.08883])
    linear = xyz @ away.new_tensor([[3.2405, -0.9693, 0.0556], [-1.5371, 1.8760, -0.2040], [-0.4985, 0.0416, 1.0572]])
    bright = linear.clamp_min(0.0031308)
    rgb = torch.where(linear > 0.0031308, 1.055 * bright ** (1 / 2.4) - 0.055, 12.92 * linear)
    return torch.logit(rgb.clamp(0.04, 0.96))
