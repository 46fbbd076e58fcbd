"""How far sets of pictures are from each other, as the judge sees them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from installation.evaluate.paint.judge import Judge, activations
from motion.dancer.kinetic import frechet_distance

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

LAYERS = "fire3", "fire5"
"""What strokes and small forms show in; deeper layers tell what is painted rather than how."""
TEXTURE = "conv1", "fire2", "fire3", "fire5"
"""From colours and edges to strokes."""
GRID = 7
"""Windows of a picture, along each side: a picture of 256 px gives 49 descriptions of 36 px each."""
DIRECTIONS = 256
"""Of the sliced distance."""

__all__ = ["Array", "Pixels", "frechet_distance", "gram", "kernel", "nearest", "sliced", "windows"]


def windows(judge: Judge, picture: Pixels) -> Array:
    """(GRID², 384) the mean activations in windows of a picture (h, w, 3).

    One vector a picture, as Heusel et al. have it, would need thousands of paintings; windows are many in few pictures,
    and describe strokes rather than subjects. They are not independent: compare with a floor made alike.
    """
    found = []
    for layer in activations(judge, picture, LAYERS):
        pooled = F.adaptive_avg_pool2d(torch.from_numpy(layer), GRID)
        found.append(pooled.flatten(1).T.numpy())
    return np.concatenate(found, axis=1)


def kernel(one: Array, other: Array) -> float:
    """The kernel distance of two sets (n, d): the unbiased squared maximum mean discrepancy under (x·y / d + 1)³.

    Bińkowski et al., ICLR 2018. It may fall below 0 where the sets are of one kind.
    """

    def like(a: Array, b: Array) -> NDArray[np.float64]:
        return (a.astype(float) @ b.T / a.shape[1] + 1.0) ** 3

    own, theirs = like(one, one), like(other, other)
    n, m = len(one), len(other)
    within = (own.sum() - np.trace(own)) / (n * (n - 1)) + (theirs.sum() - np.trace(theirs)) / (m * (m - 1))
    return float(within - 2.0 * like(one, other).mean())


def sliced(one: Array, other: Array) -> float:
    """The sliced Wasserstein distance of two sets (n, d): along DIRECTIONS random ones, always the same.

    Rabin et al. (2011); the mean over directions of the mean distance between quantiles.
    """
    directions = np.random.default_rng(0).normal(size=(one.shape[1], DIRECTIONS)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    ranks = (np.arange(200) + 0.5) / 200.0
    quantiles = [np.quantile(values @ directions, ranks, axis=0) for values in (one, other)]
    return float(np.abs(quantiles[0] - quantiles[1]).mean())


def gram(judge: Judge, picture: Pixels) -> list[Array]:
    """The Gram matrices of a picture's activations on TEXTURE, each flat (Gatys et al., 2015)."""
    found: list[Array] = []
    for layer in activations(judge, picture, TEXTURE):
        flat = layer.reshape(len(layer), -1)
        found.append(np.ravel(flat @ flat.T / np.float32(flat.shape[1])))
    return found


def nearest(asked: Sequence[Array], styles: Sequence[Sequence[Array]]) -> int:
    """Which of the styles' Gram matrices those of a picture are nearest to.

    The distance is the sum over layers, each in units of how far the styles are there from their own mean.
    """
    total = np.zeros(len(styles))
    for layer, matrix in enumerate(asked):
        known = np.stack([style[layer] for style in styles])
        scale = np.linalg.norm(known - known.mean(axis=0), axis=1).mean() + 1e-12
        total += np.linalg.norm(known - matrix, axis=1) / scale
    return int(total.argmin())
