"""Whether paintings copy: how near their crops come to the artworks, beside how near these come to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]

CROP = 64
"""Pixels of a crop's side, of pictures whose short side has 256."""
STRIDE = 16
"""Pixels between crops of what was learned from."""
THUMB = 12
"""Pixels of the thumbnail by which crops are compared."""
FLAT = 8.0
"""Deviation, of 255, below which a crop shows nothing that could be copied."""
RARE = 0.01
"""Share of the artworks' own crops that are nearer to another artwork than what counts as copied."""
ASKED = 4000
"""Most crops that are looked up, of paintings and of artworks."""
TOGETHER = 256


@dataclass(frozen=True, slots=True)
class Copies:
    """What was found."""

    share: float
    """Of the paintings' crops, those that are no copies."""
    nearest: float
    """Median distance of the paintings' crops to the nearest that was learned from."""
    between: float
    """The same from artworks to others."""
    limit: float
    """The distance below which a crop counts as copied."""


def copies(paintings: Sequence[Pixels], works: Sequence[Pixels], seed: int = 0) -> Copies:
    """How near paintings (h, w, 3) come to `works`, from which was learned; all of one scale.

    The distance is 1 - cosine of thumbnails without their mean, as they are and mirrored. A crop counts as copied if it
    is nearer to an artwork than all but RARE of the artworks' crops are to every other artwork.
    """
    chance = np.random.default_rng(seed)
    known = [_crops(work, STRIDE) for work in works]
    owner = np.repeat(np.arange(len(known)), [len(crops) for crops in known])
    every = np.concatenate(known)
    some = chance.permutation(len(every))[:ASKED]
    between = _nearest(every[some], every, owner[some], owner)
    asked = np.concatenate([_crops(painting, CROP) for painting in paintings])
    asked = asked[chance.permutation(len(asked))[:ASKED]]
    nearest = _nearest(asked, every, np.full(len(asked), -1), owner)
    limit = float(np.quantile(between, RARE))
    share = float((nearest > limit).mean()) if len(nearest) else 1.0
    return Copies(share, float(np.median(nearest)) if len(nearest) else 1.0, float(np.median(between)), limit)


def _crops(picture: Pixels, stride: int) -> Array:
    """(n, 3 THUMB²) thumbnails of unit length and no mean, of all crops that are not flat."""
    height, width = picture.shape[:2]
    found = []
    for top in range(0, height - CROP + 1, stride):
        for left in range(0, width - CROP + 1, stride):
            crop = picture[top : top + CROP, left : left + CROP]
            small = cv2.resize(crop, (THUMB, THUMB), interpolation=cv2.INTER_AREA).astype(np.float32)
            small -= small.mean(axis=(0, 1))
            if small.std() >= FLAT:
                found.append(small.ravel() / np.linalg.norm(small))
    return np.array(found, np.float32).reshape(-1, 3 * THUMB**2)


def _nearest(asked: Array, known: Array, owners: NDArray[np.int_], owner: NDArray[np.int_]) -> Array:
    """(n,) how far each is from the nearest of another owner, mirrored or not."""
    mirrored = asked.reshape(-1, THUMB, THUMB, 3)[:, :, ::-1].reshape(-1, 3 * THUMB**2)
    found = np.empty(len(asked), np.float32)
    for i in range(0, len(asked), TOGETHER):
        part = slice(i, i + TOGETHER)
        like = np.maximum(asked[part] @ known.T, mirrored[part] @ known.T)
        like[owners[part, None] == owner[None]] = -1.0
        found[part] = 1.0 - like.max(axis=1)
    return found
