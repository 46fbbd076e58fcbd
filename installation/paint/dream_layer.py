"""Deep dream as a feedback layer over the painting: warped along with it, and pulled back to it at every step."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.core.downloads import AssetError
from installation.interface.painter_knobs import PainterSettings
from installation.paint.guide.dream import DeepDream
from installation.paint.motion_warp import warp
from installation.paint.pictures import perceptual

Pixels = NDArray[np.uint8]

PAINTING_SHARE = 0.12
"""Share of the painting that is mixed into the dream at each step; without it the dream would overgrow everything."""


class DreamLayer:
    """A dream that continues from its own last picture."""

    def __init__(self, budget_seconds: float | None) -> None:
        """`budget_seconds` is the time limit of a step; with None steps are repeatable."""
        self._budget_seconds = budget_seconds
        self._dream: DeepDream | None = None
        self._last: Pixels | None = None
        self.note = ""
        """Why the dream cannot be computed; empty without a fault."""

    def step(self, painting: Pixels, flow: NDArray[np.float32], settings: PainterSettings) -> Pixels:
        """Return the painting with its dream; `flow` is the motion since the last step, in canvas heights."""
        if settings.dream <= 0.0:
            self._last, self.note = None, ""
            return painting
        if self._dream is None:
            try:
                self._dream = DeepDream(perceptual.load())
            except AssetError as error:
                self.note = str(error)
                return painting
        start = painting
        if self._last is not None and self._last.shape == painting.shape:
            carried = warp(self._last, flow)
            start = cv2.addWeighted(carried, 1.0 - PAINTING_SHARE, painting, PAINTING_SHARE, 0.0)  # type: ignore[assignment]
        self._last = self._dream.step(start, settings.dream_layer, settings.dream, self._budget_seconds)
        return self._last
