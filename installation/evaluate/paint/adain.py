"""AdaIN, a baseline: style transfer in one step by matching the features' mean and deviation, then decoding them.

Huang and Belongie, Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization (ICCV 2017), with the
perceptual network as encoder, and a decoder trained for a given time on the painter's pictures.
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
from installation.paint.pictures.perceptual import CHANNELS, PerceptualNetwork
from motion.atomic_file import atomic_write
from motion.learning.precision import mixed_precision

Pixels = NDArray[np.uint8]

ENCODED_FEATURE = 2
"""Index of the perceptual feature that is decoded; it has an eighth of the picture's size."""
STYLE_WEIGHT = 2.0
"""Weight of the style loss beside the content loss."""
MINUTES_KEY = "minutes"
"""Key of the training time in the file's header."""
CROP_PX = 128
"""Side of a training crop."""
BATCH_SIZE = 8
"""Crops of a training step."""
LEARNING_RATE = 1e-3
"""Adam's, at the start; it falls to 0 along a cosine."""


class AdaINDecoder(nn.Sequential):
    """Decodes features to pictures, whose values may lie slightly outside 0..1."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        widths = (CHANNELS[ENCODED_FEATURE], 128, 64, 32)
        for wide, out in pairwise(widths):
            layers += [nn.Conv2d(wide, out, 3, padding=1, padding_mode="replicate"), nn.ReLU()]
            layers += [nn.Upsample(scale_factor=2.0, mode="nearest")]
            layers += [nn.Conv2d(out, out, 3, padding=1, padding_mode="replicate"), nn.ReLU()]
        super().__init__(*layers, nn.Conv2d(widths[-1], 3, 3, padding=1, padding_mode="replicate"))


class AdaIN:
    """A fixed encoder and a trained decoder."""

    def __init__(self, perceptual: PerceptualNetwork, decoder: AdaINDecoder, minutes: float) -> None:
        self._perceptual, self._decoder = perceptual, decoder
        self.minutes = minutes
        """Training time."""

    @torch.inference_mode()
    def style(self, pictures: Sequence[Pixels]) -> tuple[Tensor, Tensor]:
        """Return mean and deviation of the features of pictures of one size."""
        found = [self._perceptual(_to_tensor([picture]), ENCODED_FEATURE + 1)[ENCODED_FEATURE] for picture in pictures]
        together = torch.cat(found).transpose(0, 1).flatten(1)
        return together.mean(dim=1).view(1, -1, 1, 1), together.std(dim=1).view(1, -1, 1, 1)

    @torch.inference_mode()
    def paint(self, picture: Pixels, style: tuple[Tensor, Tensor]) -> Pixels:
        """Return the picture (h, w, 3), sides multiples of 8, in a style."""
        encoded = self._perceptual(_to_tensor([picture]), ENCODED_FEATURE + 1)[ENCODED_FEATURE]
        painted = self._decoder(_with_moments(encoded, style))[0].clamp(0.0, 1.0)
        return np.asarray((painted.permute(1, 2, 0) * 255.0 + 0.5).to(torch.uint8).numpy())

    def save(self, path: Path) -> None:
        """Write the decoder and its training time. Raises OSError."""
        tensors = {name: values.contiguous() for name, values in self._decoder.state_dict().items()}
        atomic_write(path, save(tensors, {MINUTES_KEY: f"{self.minutes:g}"}))


def load(path: Path, perceptual: PerceptualNetwork) -> AdaIN:
    """Read a saved AdaIN. Raises UserError."""
    decoder = AdaINDecoder()
    try:
        with safe_open(path, "pt") as file:
            minutes = float((file.metadata() or {})[MINUTES_KEY])
        decoder.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, OSError, KeyError, ValueError) as error:
        reason = str(error).strip().splitlines()
        raise UserError(f"--adain {path}: no AdaIN of `visitant measure painter` ({' '.join(reason[:2])})") from None
    return AdaIN(perceptual, decoder.eval().requires_grad_(False), minutes)


def train_adain(
    perceptual: PerceptualNetwork,
    contents: Sequence[Pixels],
    styles: Sequence[Pixels],
    minutes: float,
    advance: Callable[[float], None],
    seed: int = 0,
) -> AdaIN:
    """Train an AdaIN for that many minutes, at least one step, on crops of pictures with sides of CROP_PX or more."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    decoder = AdaINDecoder().train()
    optimiser = torch.optim.Adam(decoder.parameters(), LEARNING_RATE)
    begin, share = time.perf_counter(), 0.0
    while share < 1.0:
        optimiser.param_groups[0]["lr"] = LEARNING_RATE * 0.5 * (1.0 + np.cos(np.pi * share))
        pictures, references = (_to_tensor([_crop(of, rng) for _ in range(BATCH_SIZE)]) for of in (contents, styles))
        with mixed_precision(torch.device("cpu")):
            with torch.no_grad():
                targets = [_moments(features) for features in perceptual(references)]
                encoded = perceptual(pictures, ENCODED_FEATURE + 1)[ENCODED_FEATURE]
                shifted = _with_moments(encoded, targets[ENCODED_FEATURE])
            found = perceptual(decoder(shifted))
            content = found[ENCODED_FEATURE].float()
            loss = F.mse_loss(content, shifted.float()) / shifted.float().square().mean()
            for features, moments in zip(found, targets, strict=True):
                for value, target in zip(_moments(features), moments, strict=True):
                    loss = loss + STYLE_WEIGHT * F.mse_loss(value, target) / target.square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        share = min((time.perf_counter() - begin) / (60.0 * minutes), 1.0)
        advance(share)
    return AdaIN(perceptual, decoder.eval().requires_grad_(False), minutes)


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    values = features.float()
    return values.mean(dim=(2, 3), keepdim=True), values.std(dim=(2, 3), keepdim=True)


def _with_moments(features: Tensor, style: tuple[Tensor, Tensor]) -> Tensor:
    mean, deviation = _moments(features)
    return (features - mean) / (deviation + 1e-3) * style[1] + style[0]


def _crop(pictures: Sequence[Pixels], rng: np.random.Generator) -> Pixels:
    picture = pictures[int(rng.integers(len(pictures)))]
    top, left = (int(rng.integers(size - CROP_PX + 1)) for size in picture.shape[:2])
    return picture[top : top + CROP_PX, left : left + CROP_PX]


def _to_tensor(pictures: Sequence[Pixels]) -> Tensor:
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    return stacked.to(memory_format=torch.channels_last).float() / 255.0
