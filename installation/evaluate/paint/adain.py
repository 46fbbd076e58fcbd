"""The usual way to any style in one step: a picture's features are given the style's means and deviations and decoded.

Huang and Belongie, Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization (ICCV 2017), with the
perceptual network for an encoder, and a decoder that is taught for as long as one likes on the same pictures as the
painter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional as F

from installation.core.errors import UserError
from installation.paint.perceptual import CHANNELS, PerceptualNetwork
from motion.atomic_file import atomic_write

Pixels = NDArray[np.uint8]

ENCODED = 2
"""The feature that is decoded: an eighth of the picture's size."""
STYLE = 2.0
"""Weight of the style beside the content."""
MINUTES = "minutes"
"""What the file is told of it."""
SIDE, BATCH, RATE = 128, 8, 1e-3
"""Pixels of a crop, crops of a step, and Adam's rate, which falls to nothing along a cosine."""


class Decoder(nn.Sequential):
    """Features back to pictures, which may be a little beyond 0..1."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        widths = (CHANNELS[ENCODED], 128, 64, 32)
        for wide, out in pairwise(widths):
            layers += [nn.Conv2d(wide, out, 3, padding=1, padding_mode="replicate"), nn.ReLU()]
            layers += [nn.Upsample(scale_factor=2.0, mode="nearest")]
            layers += [nn.Conv2d(out, out, 3, padding=1, padding_mode="replicate"), nn.ReLU()]
        super().__init__(*layers, nn.Conv2d(widths[-1], 3, 3, padding=1, padding_mode="replicate"))


class AdaIN:
    """An encoder that is given and a decoder that was taught."""

    def __init__(self, perceptual: PerceptualNetwork, decoder: Decoder, minutes: float) -> None:
        self._perceptual, self._decoder = perceptual, decoder
        self.minutes = minutes
        """For which it was taught."""

    @torch.inference_mode()
    def style(self, pictures: Sequence[Pixels]) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the features of pictures of one size."""
        found = [self._perceptual(_sent([picture]), ENCODED + 1)[ENCODED] for picture in pictures]
        together = torch.cat(found).transpose(0, 1).flatten(1)
        return together.mean(dim=1).view(1, -1, 1, 1), together.std(dim=1).view(1, -1, 1, 1)

    @torch.inference_mode()
    def paint(self, picture: Pixels, style: tuple[Tensor, Tensor]) -> Pixels:
        """The picture (h, w, 3), sides multiples of 8, in a style."""
        encoded = self._perceptual(_sent([picture]), ENCODED + 1)[ENCODED]
        painted = self._decoder(_turned(encoded, style))[0].clamp(0.0, 1.0)
        return np.asarray((painted.permute(1, 2, 0) * 255.0 + 0.5).to(torch.uint8).numpy())

    def save(self, path: Path) -> None:
        """Keep what was taught. Raises OSError."""
        tensors = {name: values.contiguous() for name, values in self._decoder.state_dict().items()}
        atomic_write(path, save(tensors, {MINUTES: f"{self.minutes:g}"}))


def load(path: Path, perceptual: PerceptualNetwork) -> AdaIN:
    """What was kept. Raises Trouble."""
    decoder = Decoder()
    try:
        with safe_open(path, "pt") as file:
            minutes = float((file.metadata() or {})[MINUTES])
        decoder.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, OSError, KeyError, ValueError) as error:
        reason = str(error).strip().splitlines()
        raise UserError(f"--adain {path}: no AdaIN of `visitant measure painter` ({' '.join(reason[:2])})") from None
    return AdaIN(perceptual, decoder.eval().requires_grad_(False), minutes)


def taught(
    perceptual: PerceptualNetwork,
    contents: Sequence[Pixels],
    styles: Sequence[Pixels],
    minutes: float,
    advance: Callable[[float], None],
    seed: int = 0,
) -> AdaIN:
    """An AdaIN taught for some minutes by crops of pictures of SIDE pixels or more; at least one step long."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    decoder = Decoder().train()
    optimiser = torch.optim.Adam(decoder.parameters(), RATE)
    begin, share = time.perf_counter(), 0.0
    while share < 1.0:
        optimiser.param_groups[0]["lr"] = RATE * 0.5 * (1.0 + np.cos(np.pi * share))
        pictures, asked = (_sent([_crop(of, chance) for _ in range(BATCH)]) for of in (contents, styles))
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                wanted = [_moments(features) for features in perceptual(asked)]
                turned = _turned(perceptual(pictures, ENCODED + 1)[ENCODED], wanted[ENCODED])
            found = perceptual(decoder(turned))
            loss = F.mse_loss(found[ENCODED].float(), turned.float()) / turned.float().square().mean()
            for features, moments in zip(found, wanted, strict=True):
                for own, theirs in zip(_moments(features), moments, strict=True):
                    loss = loss + STYLE * F.mse_loss(own, theirs) / theirs.square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        share = min((time.perf_counter() - begin) / (60.0 * minutes), 1.0)
        advance(share)
    return AdaIN(perceptual, decoder.eval().requires_grad_(False), minutes)


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    soft = features.float()
    return soft.mean(dim=(2, 3), keepdim=True), soft.std(dim=(2, 3), keepdim=True)


def _turned(features: Tensor, style: tuple[Tensor, Tensor]) -> Tensor:
    mean, deviation = _moments(features)
    return (features - mean) / (deviation + 1e-3) * style[1] + style[0]


def _crop(pictures: Sequence[Pixels], chance: np.random.Generator) -> Pixels:
    picture = pictures[int(chance.integers(len(pictures)))]
    top, left = (int(chance.integers(size - SIDE + 1)) for size in picture.shape[:2])
    return picture[top : top + SIDE, left : left + SIDE]


def _sent(pictures: Sequence[Pixels]) -> Tensor:
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    return stacked.to(memory_format=torch.channels_last).float() / 255.0
