"""Distances between sets of pictures in the judge's features: Fréchet, kernel (MMD), sliced Wasserstein, and Gram."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from installation.evaluate.paint.judge import JudgeNetwork, activations
from motion.dancer.kinetic import frechet_distance

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

STROKE_LAYERS = "fire3", "fire5"
"""Layers that respond to strokes and small forms; deeper ones describe the subject rather than its rendering."""
GRAM_LAYERS = "conv1", "fire2", "fire3", "fire5"
"""From colours and edges to strokes."""
WINDOW_GRID = 7
"""Windows of a picture along each side: a picture of 256 px has 49 feature vectors, each of 36 px."""
SLICE_DIRECTIONS = 256
"""Directions of the sliced distance."""

__all__ = [
    "Array",
    "Pixels",
    "frechet_distance",
    "gram_matrices",
    "kernel_distance",
    "nearest_style",
    "sliced_wasserstein",
    "window_features",
]


def window_features(judge: JudgeNetwork, picture: Pixels) -> Array:
    """Return (WINDOW_GRID², 384) the mean activations in windows of a picture (h, w, 3).

    One vector a picture, as in Heusel et al., would need thousands of paintings; windows are many in few pictures, and
    describe strokes rather than subjects. They are not independent: compare with a floor that is computed alike.
    """
    found = []
    for layer in activations(judge, picture, STROKE_LAYERS):
        pooled = F.adaptive_avg_pool2d(torch.from_numpy(layer), WINDOW_GRID)
        found.append(pooled.flatten(1).T.numpy())
    return np.concatenate(found, axis=1)


def kernel_distance(first: Array, second: Array) -> float:
    """Return the unbiased squared maximum mean discrepancy of two sets (n, d) under the kernel (x·y / d + 1)³.

    Bińkowski et al., ICLR 2018. It may be below 0 for sets of one distribution.
    """

    def kernel(a: Array, b: Array) -> NDArray[np.float64]:
        values: NDArray[np.float64] = (a.astype(float) @ b.T / a.shape[1] + 1.0) ** 3
        return values

    own, theirs = kernel(first, first), kernel(second, second)
    n, m = len(first), len(second)
    within = (own.sum() - np.trace(own)) / (n * (n - 1)) + (theirs.sum() - np.trace(theirs)) / (m * (m - 1))
    return float(within - 2.0 * kernel(first, second).mean())


def sliced_wasserstein(first: Array, second: Array) -> float:
    """Return the sliced Wasserstein distance of two sets (n, d) over SLICE_DIRECTIONS fixed random directions.

    Rabin et al. (2011); the mean over directions of the mean distance between quantiles.
    """
    directions = np.random.default_rng(0).normal(size=(first.shape[1], SLICE_DIRECTIONS)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    ranks = (np.arange(200) + 0.5) / 200.0
    quantiles = [np.quantile(values @ directions, ranks, axis=0) for values in (first, second)]
    return float(np.abs(quantiles[0] - quantiles[1]).mean())


def gram_matrices(judge: JudgeNetwork, picture: Pixels) -> list[Array]:
    """Return the flattened Gram matrices of a picture's activations on GRAM_LAYERS (Gatys et al., 2015)."""
    found: list[Array] = []
    for layer in activations(judge, picture, GRAM_LAYERS):
        flat = layer.reshape(len(layer), -1)
        found.append(np.ravel(flat @ flat.T / np.float32(flat.shape[1])))
    return found


def nearest_style(matrices: Sequence[Array], styles: Sequence[Sequence[Array]]) -> int:
    """Return the index of the style whose Gram matrices are nearest to those of a picture.

    The distance is summed over layers, each in units of the styles' mean distance from their own mean there.
    """
    total = np.zeros(len(styles))
    for layer, matrix in enumerate(matrices):
        known = np.stack([style[layer] for style in styles])
        scale = np.linalg.norm(known - known.mean(axis=0), axis=1).mean() + 1e-12
        total += np.linalg.norm(known - matrix, axis=1) / scale
    return int(total.argmin())
