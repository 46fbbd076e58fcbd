"""Levels on a scale of 0 to 1 by a slow, bounded automatic gain, which silence does not change; and what is silence."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.ear.conditioning import HOP_SECONDS
from motion.smooth import blend_factor, decay_factor

Values = NDArray[np.float64]
EMPTY_DB = -120.0
"""Level of nothing at all."""
EXPONENT = 0.03
"""A level falls to its half in 10 dB below the reference, about as loudness is perceived (Stevens: amplitude^0.6)."""
RELEASE_SECONDS = 0.09
"""Time constant of a level's fall; it rises at once."""

FIRST_REFERENCE_DB = -24.0
"""Level that counts as full before anything was heard."""
REFERENCE_DB = (-46.0, 0.0)
"""Bounds of the level that counts as full: below the first, sound is amplified no further."""
REFERENCE_RISE_SECONDS = 0.25
"""Time constant in which the reference follows a louder sound."""
REFERENCE_FALL_SECONDS = 8.0
"""Time constant in which it follows when all has become quieter."""
FIRST_FALL_SECONDS = 0.5
"""The same for the first sound; it grows with the seconds that were heard."""
HOLD_SECONDS = 0.5
"""Silence in which the reference still moves, such as that between two blows; afterwards it stands still."""
PEAK_FALL_DB_PER_SECOND = 4.0
"""How fast the peak falls towards which the reference moves."""

MIN_GATE_DB, MAX_GATE_DB = -66.0, -48.0
"""Bounds of the level below which sound counts as silence."""
GATE_ABOVE_FLOOR_DB = 6.0
"""Distance of the gate from the noise floor."""
GATE_WIDTH_DB = 6.0
"""Below the gate sound fades away over this range."""
FLOOR_FALL_SECONDS = 0.5
"""Time constant in which the noise floor follows a quieter sound."""
FLOOR_RISE_DB_PER_SECOND = 0.4
"""How fast it rises."""
PRESENCE_RISE_SECONDS = 0.3
"""Time constant in which presence comes."""
PRESENCE_FALL_SECONDS = 2.0
"""Time constant in which presence goes."""
MIN_LEVEL = 1e-4
"""A smaller level is none."""


def decibels(mean_square: float) -> float:
    """A mean square as a level below full scale, dB."""
    return 10.0 * math.log10(mean_square) if mean_square > 1e-12 else EMPTY_DB


class AutomaticGain:
    """The levels that count as full, of any number of channels: each follows what its channel has lately."""

    def __init__(self, channels: int) -> None:
        self.reference_db: Values = np.full(channels, FIRST_REFERENCE_DB)
        """(channels,) dB below full scale."""
        self._peak_db: Values = np.full(channels, FIRST_REFERENCE_DB)
        self._fall_seconds = FIRST_FALL_SECONDS

    def update(self, level_db: Values, sounding: bool, lowest_db: float = REFERENCE_DB[0]) -> None:
        """Follow the levels (channels,) of a hop; unless it is `sounding`, nothing changes. No reference falls below
        `lowest_db`."""
        if not sounding:
            return
        self._fall_seconds = min(self._fall_seconds + HOP_SECONDS, REFERENCE_FALL_SECONDS)
        self._peak_db = np.maximum(level_db, self._peak_db - PEAK_FALL_DB_PER_SECOND * HOP_SECONDS)
        distance = np.clip(self._peak_db, lowest_db, REFERENCE_DB[1]) - self.reference_db
        rise, fall = (blend_factor(each, HOP_SECONDS) for each in (REFERENCE_RISE_SECONDS, self._fall_seconds))
        self.reference_db = self.reference_db + distance * np.where(distance > 0.0, rise, fall)

    def apply(self, level_db: Values) -> Values:
        """(channels,) 0..1."""
        return np.minimum(1.0, 10.0 ** (EXPONENT * (level_db - self.reference_db)))


class NoiseGate:
    """Tells sound from silence by a noise floor that it follows."""

    def __init__(self) -> None:
        self._floor_db = MIN_GATE_DB - GATE_ABOVE_FLOOR_DB
        self.openness = 0.0
        """0 in silence, 1 while there is sound."""
        self.presence = 0.0
        """The same, slow."""
        self.silent_seconds = 0.0
        """Since the last sound, or the start."""

    def update(self, level_db: float) -> None:
        """Follow the level of a hop, dB."""
        if level_db < self._floor_db:
            self._floor_db += (level_db - self._floor_db) * blend_factor(FLOOR_FALL_SECONDS, HOP_SECONDS)
        else:
            self._floor_db += FLOOR_RISE_DB_PER_SECOND * HOP_SECONDS
        lowest, highest = MIN_GATE_DB - GATE_ABOVE_FLOOR_DB, MAX_GATE_DB - GATE_ABOVE_FLOOR_DB
        self._floor_db = min(max(self._floor_db, lowest), highest)
        gate_db = self._floor_db + GATE_ABOVE_FLOOR_DB
        self.openness = min(max(1.0 + (level_db - gate_db) / GATE_WIDTH_DB, 0.0), 1.0)
        self.silent_seconds = 0.0 if self.sounding else self.silent_seconds + HOP_SECONDS
        self.presence = float(approach(np.array(self.presence), np.array(float(self.sounding))))

    @property
    def sounding(self) -> bool:
        """Whether the newest hop is above the gate."""
        return self.openness >= 1.0

    @property
    def holding(self) -> bool:
        """Whether there was sound within HOLD_SECONDS."""
        return self.silent_seconds < HOLD_SECONDS


def approach(presence: Values, goal: Values) -> Values:
    """Presence a hop later: it comes quickly and goes slowly."""
    rise, fall = (blend_factor(each, HOP_SECONDS) for each in (PRESENCE_RISE_SECONDS, PRESENCE_FALL_SECONDS))
    moved = presence + (goal - presence) * np.where(goal > presence, rise, fall)
    return np.where(moved < MIN_LEVEL, 0.0, moved)


def released(level: Values, goal: Values) -> Values:
    """A level a hop later: it rises at once and falls with RELEASE_SECONDS."""
    fallen = level * (1.0 - blend_factor(RELEASE_SECONDS, HOP_SECONDS))
    return np.where(np.maximum(fallen, goal) < MIN_LEVEL, 0.0, np.maximum(fallen, goal))


HIT_HALF_LIFE_SECONDS = 0.055
"""Time in which a hit falls to its half: after a quarter of a second little is left."""
HIT_DECAY = decay_factor(HIT_HALF_LIFE_SECONDS, HOP_SECONDS)
"""What is left of a hit after a hop."""
