"""Memorisation test: distance of the paintings' crops to the training pictures, beside distances among the latter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]

CROP_PX = 64
"""Side of a crop, in pictures whose short side has 256 pixels."""
STRIDE_PX = 16
"""Distance between crops of training pictures."""
THUMBNAIL_PX = 12
"""Side of the thumbnails that are compared."""
MIN_DEVIATION = 8.0
"""Standard deviation, of 255, below which a crop has no content to copy."""
LIMIT_QUANTILE = 0.01
"""Share of the artworks' own crops that lie nearer to another artwork than the limit for copies."""
MAX_QUERIES = 4000
"""Maximum number of crops that are looked up, of paintings and of artworks."""
QUERY_BATCH = 256
"""Crops that are compared at once."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """Distances between crops, 0..2."""

    share: float
    """Share of the paintings' crops that are no copies."""
    nearest: float
    """Median distance of the paintings' crops to the nearest crop of a training picture."""
    between: float
    """Median distance of the artworks' crops to the nearest one of another artwork."""
    limit: float
    """Distance below which a crop counts as copied."""


def measure_copying(paintings: Sequence[Pixels], works: Sequence[Pixels], seed: int = 0) -> CopyReport:
    """Compare paintings (h, w, 3) with the training pictures `works`, all of one scale.

    The distance is 1 - cosine of thumbnails without their mean, mirrored or not. A crop counts as copied if it is
    nearer to an artwork than all but LIMIT_QUANTILE of the artworks' crops are to every other artwork.
    """
    rng = np.random.default_rng(seed)
    crops_by_work = [_crops(work, STRIDE_PX) for work in works]
    owner = np.repeat(np.arange(len(crops_by_work)), [len(crops) for crops in crops_by_work])
    known = np.concatenate(crops_by_work)
    some = rng.permutation(len(known))[:MAX_QUERIES]
    between = _nearest(known[some], known, owner[some], owner)
    queries = np.concatenate([_crops(painting, CROP_PX) for painting in paintings])
    queries = queries[rng.permutation(len(queries))[:MAX_QUERIES]]
    nearest = _nearest(queries, known, np.full(len(queries), -1), owner)
    limit = float(np.quantile(between, LIMIT_QUANTILE))
    share = float((nearest > limit).mean()) if len(nearest) else 1.0
    return CopyReport(share, float(np.median(nearest)) if len(nearest) else 1.0, float(np.median(between)), limit)


def _crops(picture: Pixels, stride: int) -> Array:
    """Return (n, 3 THUMBNAIL_PX²) thumbnails of mean 0 and length 1, of all crops that are not flat."""
    height, width = picture.shape[:2]
    found = []
    for top in range(0, height - CROP_PX + 1, stride):
        for left in range(0, width - CROP_PX + 1, stride):
            crop = picture[top : top + CROP_PX, left : left + CROP_PX]
            small = cv2.resize(crop, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
            small -= small.mean(axis=(0, 1))
            if small.std() >= MIN_DEVIATION:
                found.append(small.ravel() / np.linalg.norm(small))
    return np.array(found, np.float32).reshape(-1, 3 * THUMBNAIL_PX**2)


def _nearest(queries: Array, known: Array, query_owner: NDArray[np.int_], known_owner: NDArray[np.int_]) -> Array:
    """Return (n,) the distance of each query to the nearest known crop of another owner, mirrored or not."""
    mirrored = queries.reshape(-1, THUMBNAIL_PX, THUMBNAIL_PX, 3)[:, :, ::-1].reshape(-1, 3 * THUMBNAIL_PX**2)
    found = np.empty(len(queries), np.float32)
    for i in range(0, len(queries), QUERY_BATCH):
        part = slice(i, i + QUERY_BATCH)
        similarity = np.maximum(queries[part] @ known.T, mirrored[part] @ known.T)
        similarity[query_owner[part, None] == known_owner[None]] = -1.0
        found[part] = 1.0 - similarity.max(axis=1)
    return found
