"""Tap tempo: a beat fitted to the newest taps."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from installation.ear.clocks.clock import MAX_TEMPO, MIN_TEMPO

MIN_TAPS = 4
"""Taps from which a tempo is estimated."""
MAX_TAPS = 8
"""Newest taps from which a tempo is estimated."""
SERIES_END_SECONDS = 1.2 * 60 / MIN_TEMPO
"""Seconds without a tap after which the next one starts a new series: a beat of the slowest tempo, and a little."""
DEBOUNCE_SECONDS = 0.12
"""Seconds after a tap in which another one is ignored."""
OUTLIER_BEATS = 0.15
"""Distance from the fitted beat, in beats, above which a tap is an outlier."""
MIN_INLIER_SHARE = 0.75
"""Share of the taps that have to fit."""


class TapSeries:
    """The newest taps of one series."""

    def __init__(self) -> None:
        self._taps: deque[float] = deque(maxlen=MAX_TAPS)
        # NumPy's first median takes milliseconds, which no frame should.
        fit_beats(np.arange(float(MIN_TAPS)))

    def __len__(self) -> int:
        return len(self._taps)

    def add(self, t: float) -> bool:
        """Add a tap at time `t`; False for one that only trembles."""
        if self._taps and t - self._taps[-1] > SERIES_END_SECONDS:
            self._taps.clear()
        if self._taps and t - self._taps[-1] < DEBOUNCE_SECONDS:
            return False
        self._taps.append(t)
        return True

    def clear(self) -> None:
        """Start a new series."""
        self._taps.clear()

    def fit(self, stated_tempo: float) -> tuple[float, float, float] | None:
        """Tempo, time of the last beat, and confidence, from the most of the newest taps that agree; None if too few
        do. A `stated_tempo` other than 0 is kept where the taps agree with it."""
        taps = np.array(self._taps)
        for count in range(len(taps), MIN_TAPS - 1, -1):
            fit = fit_beats(taps[-count:], 60 / stated_tempo if stated_tempo else None)
            if fit is not None and MIN_TEMPO <= 60 / fit[0] <= MAX_TEMPO:
                period, anchor, agreement = fit
                return 60 / period, anchor, agreement * (0.5 + 0.5 * count / MAX_TAPS)
        return None


def fit_beats(taps: NDArray[np.float64], stated_period: float | None = None) -> tuple[float, float, float] | None:
    """Fit a beat to the times of taps (n,), s: the period, the time of the last beat, and 0..1 how well the taps agree.

    Missing beats are detected by the median interval. Theil and Sen's median slope finds the outliers; least squares
    over the other taps gives period and phase. A `stated_period` within three standard errors of the result is taken as
    exact, so that the taps determine the phase alone. None when fewer than MIN_INLIER_SHARE of the taps agree.
    """
    intervals = np.diff(taps)
    beats = np.concatenate(([0.0], np.cumsum(np.round(intervals / np.median(intervals)))))
    first, second = np.triu_indices(len(taps), 1)
    gaps = beats[second] - beats[first]
    if not np.any(gaps > 0):
        return None
    period = float(np.median((taps[second] - taps[first])[gaps > 0] / gaps[gaps > 0]))
    origin = float(np.median(taps - beats * period))
    inliers = np.abs(taps - origin - beats * period) <= OUTLIER_BEATS * period
    if np.count_nonzero(inliers) < max(3, MIN_INLIER_SHARE * len(taps)) or np.ptp(beats[inliers]) == 0:
        return None
    x, y = beats[inliers], taps[inliers]
    spread = float(np.sum((x - x.mean()) ** 2))
    period = float((x - x.mean()) @ (y - y.mean())) / spread
    residual = float(np.sqrt(np.mean((y - y.mean() - (x - x.mean()) * period) ** 2)))
    standard_error = residual * math.sqrt(len(x) / ((len(x) - 2) * spread))
    if stated_period is not None and abs(period - stated_period) <= 3 * standard_error + 1e-3 * stated_period:
        period = stated_period
    last = float(np.mean(y - x * period) + beats[-1] * period)
    return period, last, max(0.0, 1 - residual / (OUTLIER_BEATS * period))
