"""Style vectors: stroke and palette of pictures, how they are measured, blended and interpolated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from installation.paint.pictures.perceptual import CHANNELS, PerceptualNetwork

Array = NDArray[np.float32]

STYLE_SIDE_PX = 256
"""Short side at which the style of a picture is measured: strokes keep their size relative to the picture."""
STATISTICS_SIZE = 2 * sum(CHANNELS)
"""Length of the statistics: mean and deviation of each feature."""
PALETTE_COLOURS = 5
"""Colours of a palette."""
PALETTE_SIZE = 3 + 6 + 4 * PALETTE_COLOURS
"""Length of a palette: mean and spread of the colours, then PALETTE_COLOURS from dark to light, each with its share."""
LUMA_WEIGHTS = 0.2126, 0.7152, 0.0722
"""Of R, G, B (ITU-R BT.709)."""


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """Stroke and palette of a picture."""

    stroke: Array
    """(s,) statistics of the perceptual features of its luma, as components of mean 0 and deviation 1."""
    palette: Array
    """(PALETTE_SIZE,) its colours in CIE Lab / 100."""

    def with_palette(self, other: Style) -> Style:
        """Return this stroke with the other's palette."""
        return Style(self.stroke, other.palette)


def blend(styles: Sequence[Style], weights: Sequence[float]) -> Style:
    """Return the weighted mean of styles; weights need not sum to 1. Raises ValueError if they do not sum to > 0."""
    shares = np.asarray(weights, np.float32)
    if len(styles) != len(shares) or not np.isfinite(shares).all() or shares.sum() <= 0.0:
        found = f"{len(styles)} styles with weights {list(weights)}"
        raise ValueError(f"{found}; expected as many weights as styles, with a sum above 0")
    shares = shares / shares.sum()
    stroke = np.tensordot(shares, np.stack([style.stroke for style in styles]), 1)
    palette = np.tensordot(shares, np.stack([style.palette for style in styles]), 1)
    return Style(stroke.astype(np.float32), palette.astype(np.float32))


def slerp(first: Style, second: Style, share: float) -> Style:
    """Interpolate from `first` (0) to `second` (1): strokes spherically, palettes linearly."""
    palette = (1.0 - share) * first.palette + share * second.palette
    return Style(slerp_arrays(first.stroke, second.stroke, share), palette.astype(np.float32))


def slerp_arrays(first: Array, second: Array, share: float) -> Array:
    """Interpolate arrays spherically (Shoemake 1985), their lengths linearly; linearly if they are parallel."""
    a, b = float(np.linalg.norm(first)), float(np.linalg.norm(second))
    cosine = float(np.vdot(first, second)) / max(a * b, 1e-9)
    angle = float(np.arccos(np.clip(cosine, -1.0, 1.0)))
    if np.sin(angle) < 1e-3:
        return ((1.0 - share) * first + share * second).astype(np.float32)
    unit = (np.sin((1.0 - share) * angle) * first / a + np.sin(share * angle) * second / b) / np.sin(angle)
    mixed: Array = (unit * ((1.0 - share) * a + share * b)).astype(np.float32)
    return mixed


def resize_short_side(picture: NDArray[np.uint8], side_px: int = STYLE_SIDE_PX) -> NDArray[np.uint8]:
    """Resize a picture (h, w, 3) to a short side of `side_px`."""
    height, width = picture.shape[:2]
    scale = side_px / min(height, width)
    size = max(side_px, round(width * scale)), max(side_px, round(height * scale))
    interpolation = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=interpolation), np.uint8)


def palette_of(picture: NDArray[np.uint8]) -> Array:
    """Return (PALETTE_SIZE,) the palette of a picture (h, w, 3)."""
    small = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB).reshape(-1, 3) / 100.0
    mean = lab.mean(axis=0)
    spread = np.linalg.cholesky(np.cov(lab.T) + 1e-5 * np.eye(3))[np.tril_indices(3)]
    clusters = _colour_clusters(np.asarray(lab, np.float32))
    return np.concatenate([mean, spread, clusters.ravel()]).astype(np.float32)


def _colour_clusters(lab: Array) -> Array:
    """Return (PALETTE_COLOURS, 4) L, a, b and share of k-means clusters, dark to light.

    Lloyd's algorithm, started from evenly spaced ranks of lightness.
    """
    ranked = lab[np.argsort(lab[:, 0], kind="stable")]
    centres = ranked[((np.arange(PALETTE_COLOURS) + 0.5) / PALETTE_COLOURS * len(lab)).astype(int)]
    for _ in range(12):
        nearest = ((lab[:, None] - centres[None]) ** 2).sum(axis=-1).argmin(axis=1)
        count = np.bincount(nearest, minlength=PALETTE_COLOURS)
        sums = np.stack([np.bincount(nearest, lab[:, axis], PALETTE_COLOURS) for axis in range(3)], axis=1)
        centres = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], centres)
    found = np.concatenate([centres, count[:, None] / len(lab)], axis=1)
    return found[np.argsort(found[:, 0], kind="stable")]


def luma(pictures: Tensor) -> Tensor:
    """Return the luma of pictures (n, 3, h, w) as three equal channels."""
    weights = pictures.new_tensor(LUMA_WEIGHTS).view(1, 3, 1, 1)
    return (pictures * weights).sum(dim=1, keepdim=True).expand(-1, 3, -1, -1)


@torch.no_grad()
def statistics(perceptual: PerceptualNetwork, pictures: Tensor) -> Tensor:
    """Return (n, STATISTICS_SIZE) of the luma of pictures (n, 3, h, w) of 0..1."""
    found = []
    for features in perceptual(luma(pictures)):
        soft = torch.log1p(features.float())
        found += [soft.mean(dim=(2, 3)), soft.std(dim=(2, 3))]
    return torch.cat(found, dim=1)


def measure_style(perceptual: PerceptualNetwork, picture: NDArray[np.uint8]) -> tuple[Tensor, Array]:
    """Return statistics (STATISTICS_SIZE,) and palette (PALETTE_SIZE,) of a picture (h, w, 3)."""
    small = resize_short_side(picture)
    tensor = torch.from_numpy(small).to(perceptual.device).permute(2, 0, 1)[None].float() / 255.0
    return statistics(perceptual, tensor)[0].cpu(), palette_of(small)


def library_to_arrays(styles: Mapping[str, Style]) -> tuple[Array, Array]:
    """Return (n, s) strokes and (n, PALETTE_SIZE) palettes of a library, as stored in a painter's file."""
    return np.stack([s.stroke for s in styles.values()]), np.stack([s.palette for s in styles.values()])


def library_from_arrays(names: Iterable[str], strokes: Array, palettes: Array) -> dict[str, Style]:
    """Inverse of `library_to_arrays`."""
    return {name: Style(s, p) for name, s, p in zip(names, strokes, palettes, strict=True)}
