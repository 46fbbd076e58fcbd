"""Spectral flux as the odds of a beat, without a network: the baseline, and the fallback where weights are missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.ear.beat.features import FRAME_SECONDS, network_input
from motion.smooth import decay_factor

PEAK_HALF_LIFE_SECONDS = 4.0
"""Half-life of the loudest flux, by which the others are measured."""
MEAN_HALF_LIFE_SECONDS = 0.4
"""Half-life of the mean that is subtracted."""
LEAST_PEAK = 0.05
"""Flux below which nothing is a beat, whatever came before."""
CERTAINTY = 0.7
"""Odds of a beat at the strongest flux."""


class FluxActivation:
    """Rises of the bands' logarithms, above their mean, beside the strongest of the last seconds."""

    def __init__(self) -> None:
        self._previous: NDArray[np.float32] | None = None
        self._mean = 0.0
        self._peak = LEAST_PEAK

    def push(self, powers: NDArray[np.float32]) -> tuple[float, float]:
        """Odds of a beat and of a downbeat, which it does not know, at a frame of band powers (BANDS,)."""
        flux = float(network_input(powers[None], self._previous)[0, 1].mean())
        self._previous = powers
        keep = decay_factor(MEAN_HALF_LIFE_SECONDS, FRAME_SECONDS)
        self._mean = keep * self._mean + (1.0 - keep) * flux
        above = max(0.0, flux - self._mean)
        self._peak = max(above, LEAST_PEAK, self._peak * decay_factor(PEAK_HALF_LIFE_SECONDS, FRAME_SECONDS))
        return CERTAINTY * above / self._peak, 0.0
