"""The four bands: level, hits, integrated time and presence of bass, low-mid, high-mid and high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from installation.ear.levels import Level, NoiseGate
from installation.ear.onsets import HitDetector
from installation.interface.sound import SoundBand

BAND_EDGES_HZ = np.array([20.0, 150.0, 800.0, 4_000.0, 16_000.0])
"""Edges of the bands."""
MAX_BAND_GAIN_DB = 34.0
"""How far the level that counts as full in a band may lie below that of the whole sound."""
HIT_REFRACTORY_SECONDS = (0.13, 0.1, 0.08, 0.07)
"""After a hit of each band there is no other for so long."""


class Bands:
    """State of the four bands between hops."""

    def __init__(self) -> None:
        self._bands = [(Level(), HitDetector(seconds)) for seconds in HIT_REFRACTORY_SECONDS]

    def update(self, powers: Sequence[float], gate: NoiseGate, whole_reference_db: float, sensitivity: float) -> None:
        """Take the mean square (4,) of each band in a hop; `gate` is that of the whole sound, which counts as full at
        `whole_reference_db`."""
        for power, (level, hits) in zip(powers, self._bands, strict=True):
            level.update(power, gate, whole_reference_db - MAX_BAND_GAIN_DB)
            hits.hear(level.share, sensitivity, gate.sounding)

    def state(self) -> tuple[SoundBand, ...]:
        """The bands as they are now."""
        return tuple(
            SoundBand(level.level, hits.value, hits.count, level.time, level.presence) for level, hits in self._bands
        )
