"""The dream as a layer that lives: over the painting, carried along with it, and always called back to it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.core.downloads import AssetError
from installation.interface.painter_knobs import PainterSettings
from installation.paint import perceptual
from installation.paint.guide.dream import DeepDream
from installation.paint.motion_warp import warp

Pixels = NDArray[np.uint8]

WAKING = 0.12
"""How much of the painting comes through at each step; without it the dream would grow over everything."""


class Trance:
    """A picture that is dreamt over and over."""

    def __init__(self, budget: float | None) -> None:
        """`budget` are the seconds that a step may take; without one it repeats exactly."""
        self._budget = budget
        self._dream: DeepDream | None = None
        self._dreamt: Pixels | None = None
        self.note = ""
        """Why nothing is dreamt, in words; empty when all is well."""

    def step(self, painting: Pixels, way: NDArray[np.float32], wishes: PainterSettings) -> Pixels:
        """The painting with its dream, which has moved by `way` since the step before."""
        if wishes.dream <= 0.0:
            self._dreamt, self.note = None, ""
            return painting
        if self._dream is None:
            try:
                self._dream = DeepDream(perceptual.load())
            except AssetError as error:
                self.note = str(error)
                return painting
        dreamt = painting
        if self._dreamt is not None and self._dreamt.shape == painting.shape:
            dreamt = cv2.addWeighted(warp(self._dreamt, way), 1.0 - WAKING, painting, WAKING, 0.0)  # type: ignore[assignment]
        self._dreamt = self._dream.step(dreamt, wishes.dream_layer, wishes.dream, self._budget)
        return self._dreamt
