"""Onset detection: sudden rises in bands, and spectral flux over all of them, above a threshold that adapts.

The flux is that of S. Böck and G. Widmer, Maximum filter vibrato suppression for onset detection, DAFx 2013: rises over
the largest of neighbouring bands shortly before, so that a vibrato is no onset.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.ear.conditioning import HOP_SECONDS
from installation.ear.levels import HIT_DECAY, MIN_LEVEL, Values

LAG_HOPS = 3
"""A rise is the difference to the larger of two hops so long ago, and one later: the window needs as long to fill."""
HISTORY_SECONDS = 1.2
"""Past over which the threshold adapts."""
MEAN_FACTOR = 2.6
"""Weight of the mean rise in the threshold."""
MAX_COUNTED = 3.0
"""A rise counts in that mean as at most so many of the least ones, so that one blow does not deafen the ear."""
SENSITIVITY_BASE = 4.0
"""The least rise at sensitivity 0 is twice as large as at 0.5, at 1 half as large."""
FLUX_EDGES_HZ = np.geomspace(30.0, 16_000.0, 42)
"""Edges of the bands of the flux."""
COMPRESSION = 1000.0
"""A power p, 1 for full, counts as log10(1 + COMPRESSION p)."""


def compressed(power: NDArray[np.floating]) -> Values:
    """Powers, 1 for full, on a logarithmic scale from 0 to 3."""
    level: Values = np.log10(1.0 + COMPRESSION * power)
    return level


class RiseDetector:
    """Finds sudden rises in any number of channels."""

    def __init__(self, least: Values, refractory_seconds: Values) -> None:
        """For each channel: the `least` rise at a sensitivity of 0.5, and the time after a rise in which there is no
        other."""
        self._least, self._refractory = least, refractory_seconds
        channels = least.size
        self._history = np.zeros((round(HISTORY_SECONDS / HOP_SECONDS), channels))
        self._place = 0
        self._sum = np.zeros(channels)
        self._since = np.full(channels, 1e3)
        self._before = np.zeros(channels)
        self.value: Values = np.zeros(channels)
        """(channels,) 1 at a strong rise, less at a weak one, then it decays."""
        self.count: NDArray[np.int64] = np.zeros(channels, np.int64)
        """(channels,) rises since the start."""

    def update(self, rise: Values, sensitivity: float, sounding: bool) -> None:
        """Take the rise of each channel in a hop; in silence nothing is found."""
        threshold = self._least * SENSITIVITY_BASE ** (0.5 - sensitivity) + MEAN_FACTOR * self._sum / len(self._history)
        self._since += HOP_SECONDS
        # The threshold is passed upwards: a long rise is one.
        found = (rise > threshold) & (self._before <= threshold) & (self._since >= self._refractory) & sounding
        self._before = rise
        counted = np.minimum(rise, MAX_COUNTED * self._least)
        self._sum += counted - self._history[self._place]
        self._history[self._place] = counted
        self._place = (self._place + 1) % len(self._history)
        if self._place == 0:
            self._sum = self._history.sum(axis=0)  # rounding does not add up
        self.value *= HIT_DECAY
        self.value[self.value < MIN_LEVEL] = 0.0
        if found.any():
            self.count += found
            self._since[found] = 0.0
            strength = np.clip(0.5 * rise / threshold, 0.5, 1.0)
            self.value = np.where(found, np.maximum(self.value, strength), self.value)


class Rises:
    """The rise of each of several compressed bands over shortly before."""

    def __init__(self, channels: int) -> None:
        self._past = np.zeros((LAG_HOPS, channels))
        self._place = 0

    def update(self, level: Values, vibrato: bool = False) -> Values:
        """(channels,) at least 0; with `vibrato` over the neighbours before, too."""
        oldest, later = self._past[self._place], self._past[(self._place + 1) % LAG_HOPS]
        before = np.maximum(oldest, later)
        if vibrato:
            wide = before.copy()
            np.maximum(wide[1:], before[:-1], out=wide[1:])
            np.maximum(wide[:-1], before[1:], out=wide[:-1])
            before = wide
        self._past[self._place] = level
        self._place = (self._place + 1) % LAG_HOPS
        rise: Values = np.maximum(level - before, 0.0)
        return rise
