"""Bootstrap confidence interval of a mean over few couples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

RESAMPLES = 10_000
CONFIDENCE = 0.95
SEED = 20


class ConfidenceInterval(NamedTuple):
    """A mean, and the bounds between which it would lie, with CONFIDENCE, for other couples like these."""

    mean: float
    low: float
    high: float


def bootstrap_interval(values: Array, over: Array | None = None) -> ConfidenceInterval:
    """The mean of values (C,), one of each couple, or that mean over the mean of `over` (C,).

    The percentile bootstrap (Efron, 1979): couples are drawn with replacement RESAMPLES times, always the same draws.
    """
    draws = np.random.default_rng(SEED).integers(len(values), size=(RESAMPLES, len(values)))
    means = values[draws].mean(axis=1)
    mean = float(values.mean())
    if over is not None:
        denominators = over[draws].mean(axis=1)
        means = means / np.where(np.abs(denominators) > 1e-9, denominators, 1e-9)
        mean = mean / float(over.mean())
    low, high = np.percentile(means, [50.0 * (1.0 - CONFIDENCE), 50.0 * (1.0 + CONFIDENCE)]).tolist()
    return ConfidenceInterval(mean, low, high)
