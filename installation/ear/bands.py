"""The four bands: level, integrated time and presence of bass, low-mid, high-mid and high."""

from __future__ import annotations

import numpy as np

from installation.ear.conditioning import HOP_SECONDS
from installation.ear.levels import AutomaticGain, NoiseGate, Values, approach, released
from installation.ear.onsets import RiseDetector
from installation.interface.sound import SoundBand

BAND_EDGES_HZ = np.array([20.0, 150.0, 800.0, 4_000.0, 16_000.0])
"""Edges of the bands."""
MAX_BAND_GAIN_DB = 34.0
"""How far the level that counts as full in a band may lie below that of the whole sound."""
PRESENT_LEVEL = 0.12
"""Level from which on a band counts as present."""


class Bands:
    """State of the four bands between hops."""

    def __init__(self) -> None:
        channels = BAND_EDGES_HZ.size - 1
        self._gain = AutomaticGain(channels)
        self._level: Values = np.zeros(channels)
        self._time: Values = np.zeros(channels)
        self._presence: Values = np.zeros(channels)

    def update(self, level_db: Values, gate: NoiseGate, whole_reference_db: float) -> Values:
        """Take the levels (4,) of a hop, dB; `gate` is that of the whole sound, which counts as full at
        `whole_reference_db`. Returns (4,) power, 1 for full."""
        self._gain.update(level_db, gate.holding, whole_reference_db - MAX_BAND_GAIN_DB)
        self._level = released(self._level, self._gain.apply(level_db) * gate.openness)
        self._time += self._level * HOP_SECONDS
        self._presence = approach(self._presence, (self._level > PRESENT_LEVEL).astype(float))
        return np.minimum(10.0 ** ((level_db - self._gain.reference_db) / 10.0), 4.0)

    def state(self, hits: RiseDetector) -> tuple[SoundBand, ...]:
        """The bands, with the first four channels of `hits`."""
        rows = zip(self._level, hits.value, hits.count, self._time, self._presence, strict=False)
        return tuple(
            SoundBand(float(level), float(hit), int(count), float(time), float(presence))
            for level, hit, count, time, presence in rows
        )
