"""The plainest way to another's colours: their means and deviations."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Moments = tuple[NDArray[np.float32], NDArray[np.float32]]


def moments(pictures: Sequence[Pixels]) -> Moments:
    """Means (3,) and deviations (3,) in CIE Lab over all pixels of pictures of one size."""
    lab = np.concatenate([_lab(picture).reshape(-1, 3) for picture in pictures])
    return lab.mean(axis=0), lab.std(axis=0)


def transferred(picture: Pixels, to: Moments) -> Pixels:
    """The picture with other moments (Reinhard et al., 2001, in Lab as most have it since)."""
    lab = _lab(picture)
    mean, deviation = lab.mean(axis=(0, 1)), lab.std(axis=(0, 1))
    turned = (lab - mean) / np.maximum(deviation, 1e-3) * to[1] + to[0]
    return np.asarray(np.clip(cv2.cvtColor(turned, cv2.COLOR_LAB2RGB) * 255.0 + 0.5, 0, 255), np.uint8)


def _lab(picture: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), np.float32)
