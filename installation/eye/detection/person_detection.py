"""A person found in a whole picture: box, score and 17 keypoints; and the letterbox in which one is searched."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

INPUT_SIDE_PX = 320
"""Longest side of the picture that the network sees."""
STRIDE_PX = 32
"""Both sides of that picture are multiples of this."""
WEIGHTS_NAME = "movenet-multipose.bin"
"""The downloaded asset with the network's weights."""
KEYPOINTS = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""Names of the keypoints in their order, that of the COCO data set; left and right are the person's own."""
HEAD_KEYPOINTS = slice(0, 5)
"""Nose, eyes and ears."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonDetection:
    """One person in a picture."""

    box: Array
    """(4,) left, top, right, bottom, pixels."""
    score: float
    """0..1; a person in plain view has 0.4 or more."""
    keypoints: Array
    """(17, 3) x, y in pixels, score 0..1, in the order of `KEYPOINTS`. A hidden one has a guessed place."""


@dataclass(frozen=True, slots=True, eq=False)
class Letterbox:
    """A picture scaled into the top left corner of the smallest frame that the network takes."""

    pixels: Pixels
    """(height, width, 3), multiples of `STRIDE_PX`, black beyond the picture."""
    scale: float
    """Its pixels per pixel of the picture."""
    size_px: tuple[int, int]
    """Width and height of the picture."""


def letterbox(pixels: Pixels, side_px: int = INPUT_SIDE_PX) -> Letterbox:
    """Scale a picture (height, width, 3) to `side_px` on its longer side; the result shares no memory with it."""
    height, width = pixels.shape[:2]
    scale = side_px / max(height, width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    framed = np.zeros((*(-(-side // STRIDE_PX) * STRIDE_PX for side in inner[::-1]), 3), np.uint8)
    interpolation = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    framed[: inner[1], : inner[0]] = cv2.resize(pixels, inner, interpolation=interpolation)
    return Letterbox(framed, scale, (width, height))
