"""Styles: how a picture is painted, told apart into its stroke and its palette."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from installation.paint.perceptual import CHANNELS, Perceptual

Array = NDArray[np.float32]

SIDE = 256
"""Short side, in pixels, at which a picture is looked at: strokes keep the size that they have to the whole."""
STATISTICS = 2 * sum(CHANNELS)
"""Means and deviations of all features."""
COLOURS = 5
"""Of a palette."""
PALETTE = 3 + 6 + 4 * COLOURS
"""Mean and spread of the colours, then COLOURS of them from dark to light, each with its share."""
LUMA = 0.2126, 0.7152, 0.0722
"""Rec. 709."""


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """How something is painted."""

    stroke: Array
    """(s,) what its luma shows to the perceptual network, in components that are as often as not 0, deviation 1."""
    palette: Array
    """(PALETTE,) its colours in CIE Lab / 100."""

    def with_palette(self, other: Style) -> Style:
        """This stroke in the other's colours."""
        return Style(self.stroke, other.palette)


def blend(styles: Sequence[Style], weights: Sequence[float]) -> Style:
    """The mean of styles by weights that need not sum to 1. Raises ValueError where they sum to nothing."""
    shares = np.asarray(weights, np.float32)
    if len(styles) != len(shares) or not np.isfinite(shares).all() or shares.sum() <= 0.0:
        told = f"{len(styles)} styles with weights {list(weights)}"
        raise ValueError(f"{told}; as many weights, which sum to more than 0")
    shares = shares / shares.sum()
    stroke = np.tensordot(shares, np.stack([style.stroke for style in styles]), 1)
    palette = np.tensordot(shares, np.stack([style.palette for style in styles]), 1)
    return Style(stroke.astype(np.float32), palette.astype(np.float32))


def slerp(one: Style, other: Style, share: float) -> Style:
    """From `one` (0) to `other` (1): the stroke turns on the sphere that both lie on, the palette goes straight."""
    palette = (1.0 - share) * one.palette + share * other.palette
    return Style(sphere(one.stroke, other.stroke, share), palette.astype(np.float32))


def sphere(one: Array, other: Array, share: float) -> Array:
    """Spherical interpolation of arrays (Shoemake 1985); straight where they have one direction."""
    a, b = float(np.linalg.norm(one)), float(np.linalg.norm(other))
    cosine = float(np.vdot(one, other)) / max(a * b, 1e-9)
    angle = float(np.arccos(np.clip(cosine, -1.0, 1.0)))
    if np.sin(angle) < 1e-3:
        return ((1.0 - share) * one + share * other).astype(np.float32)
    straight = (np.sin((1.0 - share) * angle) * one / a + np.sin(share * angle) * other / b) / np.sin(angle)
    return (straight * ((1.0 - share) * a + share * b)).astype(np.float32)


def reduced(picture: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    """A picture (h, w, 3) with a short side of `side` pixels."""
    height, width = picture.shape[:2]
    scale = side / min(height, width)
    size = max(side, round(width * scale)), max(side, round(height * scale))
    way = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def palette_of(picture: NDArray[np.uint8]) -> Array:
    """(PALETTE,) the colours of a picture (h, w, 3)."""
    small = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB).reshape(-1, 3) / 100.0
    mean = lab.mean(axis=0)
    spread = np.linalg.cholesky(np.cov(lab.T) + 1e-5 * np.eye(3))[np.tril_indices(3)]
    centres = _clusters(np.asarray(lab, np.float32))
    return np.concatenate([mean, spread, centres.ravel()]).astype(np.float32)


def _clusters(lab: Array) -> Array:
    """(COLOURS, 4) L, a, b and share of the colours' clusters, dark to light. Lloyd's algorithm from even ranks."""
    ranked = lab[np.argsort(lab[:, 0], kind="stable")]
    centres = ranked[((np.arange(COLOURS) + 0.5) / COLOURS * len(lab)).astype(int)]
    for _ in range(12):
        near = ((lab[:, None] - centres[None]) ** 2).sum(axis=-1).argmin(axis=1)
        count = np.bincount(near, minlength=COLOURS)
        sums = np.stack([np.bincount(near, lab[:, axis], COLOURS) for axis in range(3)], axis=1)
        centres = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], centres)
    found = np.concatenate([centres, count[:, None] / len(lab)], axis=1)
    return found[np.argsort(found[:, 0], kind="stable")]


def luma(pictures: Tensor) -> Tensor:
    """The luma of pictures (n, 3, h, w), three times."""
    weights = pictures.new_tensor(LUMA).view(1, 3, 1, 1)
    return (pictures * weights).sum(dim=1, keepdim=True).expand(-1, 3, -1, -1)


@torch.no_grad()
def statistics(perceptual: Perceptual, pictures: Tensor) -> Tensor:
    """(n, STATISTICS) of the luma of pictures (n, 3, h, w), 0..1."""
    found = []
    for features in perceptual(luma(pictures)):
        soft = torch.log1p(features.float())
        found += [soft.mean(dim=(2, 3)), soft.std(dim=(2, 3))]
    return torch.cat(found, dim=1)


def measured(perceptual: Perceptual, picture: NDArray[np.uint8]) -> tuple[Tensor, Array]:
    """Statistics (STATISTICS,) and palette (PALETTE,) of a picture (h, w, 3)."""
    small = reduced(picture)
    told = torch.from_numpy(small).to(perceptual.device).permute(2, 0, 1)[None].float() / 255.0
    return statistics(perceptual, told)[0].cpu(), palette_of(small)


def listed(styles: Mapping[str, Style]) -> tuple[Array, Array]:
    """(n, s) and (n, PALETTE): the strokes and palettes of a library, as it is kept."""
    return np.stack([s.stroke for s in styles.values()]), np.stack([s.palette for s in styles.values()])


def library(names: Iterable[str], strokes: Array, palettes: Array) -> dict[str, Style]:
    """The library that `listed` took apart."""
    return {name: Style(s, p) for name, s, p in zip(names, strokes, palettes, strict=True)}
