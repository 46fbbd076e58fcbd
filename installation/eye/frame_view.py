"""A frame as the tracker analyses it: the picture, and a small grey copy that is computed on demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

GREY_SIDE_PX = 320
"""Longest side of the small grey picture in which movement is detected."""


@dataclass(frozen=True)
class FrameView:
    """A picture (height, width, 3) RGB at a show time in seconds."""

    time: float
    pixels: NDArray[np.uint8]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def downscale(self) -> float:
        """How many times smaller the grey picture is."""
        factor: float = max(1.0, max(self.pixels.shape[:2]) / GREY_SIDE_PX)
        return factor

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """(height, width)."""
        size = (round(self.pixels.shape[1] / self.downscale), round(self.pixels.shape[0] / self.downscale))
        return cv2.cvtColor(cv2.resize(self.pixels, size), cv2.COLOR_RGB2GRAY)  # type: ignore[return-value]
