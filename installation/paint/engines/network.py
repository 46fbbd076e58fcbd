"""The painter's network: guide, style, noise and canvas in, painting out, in one step.

A convolutional U-Net that works at a quarter of the painting's size and below, for any size and aspect. The style
modulates every block (FiLM: Perez et al. 2018), and a painting begins on a ground in the style's colours. There is no
normalisation: the look of one place must not depend on the rest of the canvas, or a visitor who enters would repaint
the far corner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from installation.paint.guide.guide import CHANNELS
from installation.paint.guide.noise import NOISE_CHANNELS
from installation.paint.pictures.style import PALETTE_COLOURS, PALETTE_SIZE, STATISTICS_SIZE

GUIDE_CHANNELS = len(CHANNELS)
GRAIN_PX = 4
"""Pixels of the painting, along a side, to a cell of the noise and of the network's first level."""
COLOUR_DISTANCE_SCALE = 0.012
"""Squared distance in CIE Lab / 100 at which the weight of a palette's colour falls to 1 / e."""
PALETTE_DEVIATIONS = 1.6
"""Deviations of a palette's colours that the full range of a guide's light and colour spans."""
GROUND_NOISE = 0.25, 0.25, 0.25
"""Weight of the coarse noise in light and the two colours of the ground: empty areas get a structure by the seed."""
LIGHT = slice(CHANNELS.index("light"), CHANNELS.index("blue_yellow") + 1)
"""Channels of a guide: light and the two colours."""
SIZE_MULTIPLE_PX = 16
"""Heights and widths of paintings are multiples of it."""
_HEADER_NAMES = {"style_width": "told"}
"""Fields of NetworkSettings that have another name in files."""


@dataclass(frozen=True)
class NetworkSettings:
    """The size of a network."""

    widths: tuple[int, int, int] = (96, 128, 256)
    """Channels at a quarter, an eighth and a sixteenth of the painting's size."""
    blocks: tuple[int, int, int] = (1, 2, 4)
    """Blocks on each level, on the way down and again on the way up."""
    stroke: int = 48
    """Components of a stroke."""
    style_width: int = 256
    """Width of the style embedding that modulates the blocks."""
    fine: int = 32
    """Channels at half the painting's size."""

    def to_header(self) -> dict[str, Any]:
        """Return the fields as plain values, by their names in files."""
        return {_HEADER_NAMES.get(name, name): value for name, value in asdict(self).items()}

    @classmethod
    def from_header(cls, header: Mapping[str, Any]) -> NetworkSettings:
        """Inverse of `to_header`, after JSON. Raises TypeError for unknown fields."""
        fields = {header_name: name for name, header_name in _HEADER_NAMES.items()}
        values: dict[str, Any] = {
            fields.get(name, name): tuple(value) if isinstance(value, list) else value for name, value in header.items()
        }
        return cls(**values)


class ModulatedResidualBlock(nn.Module):
    """Two convolutions beside a shortcut, with feature-wise linear modulation (FiLM) by the style in between."""

    def __init__(self, width: int, style_width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width)
        self.second = _convolution(width, width)
        self.film = nn.Linear(style_width, 2 * width)
        nn.init.zeros_(self.second.weight)
        nn.init.normal_(self.film.weight, std=0.02)
        nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        gain, shift = self.film(style)[:, :, None, None].chunk(2, dim=1)
        out: Tensor = x + self.second(F.relu_(torch.addcmul(shift, self.first(x), 1.0 + gain)))
        return out


class PainterNetwork(nn.Module):
    """The U-Net. Names of submodules and buffers are keys in files of weights: they cannot be renamed."""

    components: Tensor
    centre: Tensor

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        wide, middle, deep = settings.widths
        style_width = settings.style_width
        self.style = nn.Sequential(
            nn.Linear(settings.stroke + PALETTE_SIZE, style_width),
            nn.SiLU(),
            nn.Linear(style_width, style_width),
            nn.SiLU(),
        )
        self.stem = _convolution(4 * GUIDE_CHANNELS + 3 * GRAIN_PX**2 + 1 + NOISE_CHANNELS + 3, wide)
        levels = [(wide, settings.blocks[0]), (middle, settings.blocks[1]), (deep, settings.blocks[2])]
        self.down = nn.ModuleList(_level(width, style_width, count) for width, count in levels)
        self.up = nn.ModuleList(_level(width, style_width, count) for width, count in levels[:2])
        self.shrink = nn.ModuleList([_convolution(wide, middle, 2), _convolution(middle, deep, 2)])
        self.grow = nn.ModuleList([_convolution(middle, wide), _convolution(deep, middle)])
        self.finer = _convolution(wide, 4 * settings.fine)
        self.finest = _convolution(settings.fine, 12)
        self.register_buffer("components", torch.zeros(STATISTICS_SIZE, settings.stroke))
        self.register_buffer("centre", torch.zeros(STATISTICS_SIZE))

    def stroke(self, statistics: Tensor) -> Tensor:
        """Return the components (n, stroke) of statistics (n, STATISTICS_SIZE)."""
        return (statistics - self.centre) @ self.components

    def forward(
        self, guide: Tensor, stroke: Tensor, palette: Tensor, noise: Tensor, canvas: Tensor, keep: Tensor
    ) -> Tensor:
        """Return paintings (n, 3, h, w) of 0..1.

        `guide` (n, GUIDE_CHANNELS, h / 2, w / 2), `stroke` (n, s), `palette` (n, PALETTE_SIZE), `noise`
        (n, NOISE_CHANNELS, h / 4, w / 4), `canvas` (n, 3, h, w) of 0..1 and `keep` (n, 1, h / 2, w / 2), the trust in
        each place of it, 0..1.
        """
        style = self.style(torch.cat([stroke, palette], dim=1))
        shown = (canvas - 0.5) * F.interpolate(keep, scale_factor=2.0, mode="nearest")
        ground = ground_logits(F.avg_pool2d(guide[:, LIGHT], 2), palette, noise[:, -3:])
        parts = [F.pixel_unshuffle(guide, 2), F.pixel_unshuffle(shown, GRAIN_PX), F.avg_pool2d(keep, 2), noise, ground]
        x = self.stem(torch.cat(parts, dim=1))
        skips: list[Tensor] = []
        for level, blocks in enumerate(self.down):
            for block in blocks:  # type: ignore[attr-defined]
                x = block(x, style)
            if level < len(self.shrink):
                skips.append(x)
                x = self.shrink[level](x)
        for level in reversed(range(len(self.up))):
            x = skips[level] + self.grow[level](F.interpolate(x, scale_factor=2.0, mode="nearest"))
            for block in self.up[level]:  # type: ignore[attr-defined]
                x = block(x, style)
        x = F.relu(F.pixel_shuffle(self.finer(F.relu(x)), 2))
        below = F.interpolate(ground, scale_factor=2.0, mode="bilinear", align_corners=False)
        return torch.sigmoid(F.pixel_shuffle(self.finest(x) + below.repeat_interleave(4, dim=1), 2).float())


def _convolution(channels: int, out: int, stride: int = 1) -> nn.Conv2d:
    """A convolution over 3x3 places that repeats its input's border: zeros around it show as a strip at the edges."""
    return nn.Conv2d(channels, out, 3, stride, 1, padding_mode="replicate")


def _level(width: int, style_width: int, count: int) -> nn.ModuleList:
    return nn.ModuleList(ModulatedResidualBlock(width, style_width) for _ in range(count))


def ground_logits(light: Tensor, palette: Tensor, noise: Tensor) -> Tensor:
    """Return (n, 3, h, w) sRGB logits of the ground that is painted on.

    It is the light and colours (n, 3, h, w) of a guide, plus noise (n, 3, h, w), in the few colours of a palette
    (n, PALETTE_SIZE).
    """
    values = palette.float()
    mean, spread = values[:, :3], values[:, 3:9]
    # The deviations of L, a and b are the lengths of the rows of the Cholesky factor.
    deviation = torch.stack([spread[:, :1].norm(dim=1), spread[:, 1:3].norm(dim=1), spread[:, 3:].norm(dim=1)], dim=1)
    colours = values[:, 9:].view(-1, PALETTE_COLOURS, 4)
    noisy = light.float() + noise.float() * noise.new_tensor(GROUND_NOISE, dtype=torch.float32).view(3, 1, 1)
    target = mean[:, :, None, None] + PALETTE_DEVIATIONS * deviation[:, :, None, None] * noisy
    distance = ((target[:, None] - colours[:, :, :3, None, None]) ** 2).sum(dim=2)
    prior = colours[:, :, 3, None, None].clamp_min(1e-3).log() * 0.5
    share = torch.softmax(prior - distance / COLOUR_DISTANCE_SCALE, dim=1)
    return torch.einsum("nkhw,nkc->nchw", share, _lab_to_logits(colours[..., :3])).to(light.dtype)


def _lab_to_logits(lab: Tensor) -> Tensor:
    """Return logits of sRGB for CIE Lab / 100 (..., 3), D65; by the formulas of CIE 15 and IEC 61966-2-1."""
    y = (100.0 * lab[..., 0] + 16.0) / 116.0
    roots = torch.stack([y + lab[..., 1] / 5.0, y, y - lab[..., 2] / 2.0], dim=-1)
    cubed = torch.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29))
    xyz = cubed * roots.new_tensor([0.95047, 1.0, 1.08883])
    linear = xyz @ roots.new_tensor([[3.2405, -0.9693, 0.0556], [-1.5371, 1.8760, -0.2040], [-0.4985, 0.0416, 1.0572]])
    bright = linear.clamp_min(0.0031308)
    rgb = torch.where(linear > 0.0031308, 1.055 * bright ** (1 / 2.4) - 0.055, 12.92 * linear)
    return torch.logit(rgb.clamp(0.04, 0.96))
