"""Colour transfer, the simplest baseline: a picture gets another's mean and deviation of colours."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Moments = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Mean (3,) and standard deviation (3,) in CIE Lab."""


def colour_moments(pictures: Sequence[Pixels]) -> Moments:
    """Return mean and deviation in CIE Lab over all pixels of pictures of one size."""
    lab = np.concatenate([_lab(picture).reshape(-1, 3) for picture in pictures])
    return lab.mean(axis=0), lab.std(axis=0)


def transfer_moments(picture: Pixels, target: Moments) -> Pixels:
    """Return the picture with the target's moments (Reinhard et al., 2001, in Lab as is common since)."""
    lab = _lab(picture)
    mean, deviation = lab.mean(axis=(0, 1)), lab.std(axis=(0, 1))
    shifted = (lab - mean) / np.maximum(deviation, 1e-3) * target[1] + target[0]
    return np.asarray(np.clip(cv2.cvtColor(shifted, cv2.COLOR_LAB2RGB) * 255.0 + 0.5, 0, 255), np.uint8)


def _lab(picture: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), np.float32)
