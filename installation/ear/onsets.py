"""Onset detection: sudden rises in bands, and spectral flux over all of them, above a threshold that adapts.

The flux is that of S. Böck and G. Widmer, Maximum filter vibrato suppression for onset detection, DAFx 2013: rises over
the largest of neighbouring bands shortly before, so that a vibrato is no onset.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from installation.ear.conditioning import HOP_SECONDS
from installation.ear.levels import MIN_LEVEL
from motion.smooth import decay_factor

Values = NDArray[np.float64]

LAG_HOPS = 3
"""A rise is the difference to the larger of two hops so long ago, and one later: the window needs as long to fill."""
HISTORY_SECONDS = 1.2
"""Past over which the threshold adapts."""
MEAN_FACTOR = 2.6
"""Weight of the mean rise in the threshold."""
MAX_COUNTED = 3.0
"""A rise counts in that mean as at most so many of the least ones, so that one strong onset hides no others."""
SENSITIVITY_BASE = 4.0
"""The least rise at sensitivity 0 is twice as large as at 0.5, at 1 half as large."""
FLUX_EDGES_HZ = np.geomspace(30.0, 16_000.0, 42)
"""Edges of the bands of the flux."""
FLUX_BANDS = FLUX_EDGES_HZ.size - 2
LEAST_HIT = 0.32
"""Least rise of a band that is a hit, on the scale of `compressed`."""
LEAST_ONSET = 0.09
"""The same for the flux, a mean over its bands."""
ONSET_REFRACTORY_SECONDS = 0.06
"""After an onset there is no other for so long."""
HIT_HALF_LIFE_SECONDS = 0.055
"""Time in which a hit falls to its half: after a quarter of a second little is left."""
HIT_DECAY = decay_factor(HIT_HALF_LIFE_SECONDS, HOP_SECONDS)
"""Share of a hit that is left after a hop."""
COMPRESSION = 1000.0
"""A power p, 1 for full, counts as log10(1 + COMPRESSION p)."""


def compressed(share: float) -> float:
    """A power, 1 for full, on a logarithmic scale from 0 to 3."""
    return math.log10(1.0 + COMPRESSION * share)


class RiseDetector:
    """Finds sudden rises of a value."""

    def __init__(self, least: float, refractory_seconds: float) -> None:
        """The `least` rise at a sensitivity of 0.5, and the time after a rise in which there is no other."""
        self._least, self._refractory = least, refractory_seconds
        self._history = deque([0.0] * round(HISTORY_SECONDS / HOP_SECONDS))
        self._sum = 0.0
        self._since = 1e3
        self._above = False
        self.value = 0.0
        """1 at a strong rise, less at a weak one, then it decays."""
        self.count = 0
        """Rises since the start."""

    def update(self, rise: float, sensitivity: float, sounding: bool) -> None:
        """Take the rise of a hop; in silence nothing is found."""
        mean = max(0.0, self._sum) / len(self._history)
        threshold = self._least * SENSITIVITY_BASE ** (0.5 - sensitivity) + MEAN_FACTOR * mean
        self._since += HOP_SECONDS
        self.value = self.value * HIT_DECAY if self.value > MIN_LEVEL else 0.0
        # The threshold is passed upwards: a long rise is one.
        above, before = rise > threshold, self._above
        if above and not before and sounding and self._since >= self._refractory:
            self.count += 1
            self._since = 0.0
            self.value = max(self.value, min(max(0.5 * rise / threshold, 0.5), 1.0))
        self._above = above
        counted = min(rise, MAX_COUNTED * self._least)
        self._sum += counted - self._history.popleft()
        self._history.append(counted)


class HitDetector(RiseDetector):
    """Finds sudden rises of a band's compressed power."""

    def __init__(self, refractory_seconds: float) -> None:
        super().__init__(LEAST_HIT, refractory_seconds)
        self._past = deque([0.0] * LAG_HOPS)

    def hear(self, share: float, sensitivity: float, sounding: bool) -> None:
        """Take the power of a hop, 1 for full."""
        level = compressed(share)
        before = max(self._past.popleft(), self._past[0])
        self._past.append(level)
        self.update(max(level - before, 0.0), sensitivity, sounding)


class OnsetDetector(RiseDetector):
    """Finds onsets by the spectral flux."""

    def __init__(self) -> None:
        super().__init__(LEAST_ONSET, ONSET_REFRACTORY_SECONDS)
        self._past = np.zeros((LAG_HOPS, FLUX_BANDS))
        self._place = 0

    def hear(self, shares: Values, sensitivity: float, sounding: bool) -> None:
        """Take the powers (FLUX_BANDS,) of a hop, 1 for full."""
        level = np.log10(1.0 + COMPRESSION * shares)
        before = np.maximum(self._past[self._place], self._past[(self._place + 1) % LAG_HOPS])
        wide = before.copy()
        np.maximum(wide[1:], before[:-1], out=wide[1:])
        np.maximum(wide[:-1], before[1:], out=wide[:-1])
        self._past[self._place] = level
        self._place = (self._place + 1) % LAG_HOPS
        self.update(float(np.maximum(level - wide, 0.0).sum()) / FLUX_BANDS, sensitivity, sounding)
