"""Levels on a scale of 0 to 1 by a slow, bounded automatic gain that silence does not change; detection of silence."""

from __future__ import annotations

import math

from installation.ear.conditioning import HOP_SECONDS
from motion.smooth import blend_factor

EMPTY_DB = -120.0
"""Level of nothing at all."""
EXPONENT = 0.03
"""A level falls to its half in 10 dB below the reference, about as loudness is perceived (Stevens: amplitude^0.6)."""
RELEASE_SECONDS = 0.09
"""Time constant of a level's fall; it rises at once."""

FIRST_REFERENCE_DB = -24.0
"""Level that counts as full before the first sound."""
REFERENCE_DB = (-46.0, 0.0)
"""Bounds of the level that counts as full: below the first, sound is amplified no further."""
REFERENCE_RISE_SECONDS = 0.25
"""Time constant in which the reference follows a louder sound."""
REFERENCE_FALL_SECONDS = 8.0
"""Time constant in which it follows when all has become quieter."""
FIRST_FALL_SECONDS = 0.5
"""The same for the first sound; it grows with the seconds of sound."""
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
PRESENT_LEVEL = 0.12
"""Level from which on a band counts as present."""
MAX_SHARE = 4.0
"""Largest power beside the reference."""
MIN_LEVEL = 1e-4
"""A smaller level is none."""
_RISE = blend_factor(REFERENCE_RISE_SECONDS, HOP_SECONDS)
_KEPT = 1.0 - blend_factor(RELEASE_SECONDS, HOP_SECONDS)
_FLOOR_FALL = blend_factor(FLOOR_FALL_SECONDS, HOP_SECONDS)
_PRESENCE_RISE = blend_factor(PRESENCE_RISE_SECONDS, HOP_SECONDS)
_PRESENCE_FALL = blend_factor(PRESENCE_FALL_SECONDS, HOP_SECONDS)


def decibels(mean_square: float) -> float:
    """A mean square as a level below full scale, dB."""
    return 10.0 * math.log10(mean_square) if mean_square > 1e-12 else EMPTY_DB


class NoiseGate:
    """Separates sound from silence by a noise floor that it follows."""

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
            self._floor_db += (level_db - self._floor_db) * _FLOOR_FALL
        else:
            self._floor_db += FLOOR_RISE_DB_PER_SECOND * HOP_SECONDS
        lowest, highest = MIN_GATE_DB - GATE_ABOVE_FLOOR_DB, MAX_GATE_DB - GATE_ABOVE_FLOOR_DB
        self._floor_db = min(max(self._floor_db, lowest), highest)
        gate_db = self._floor_db + GATE_ABOVE_FLOOR_DB
        self.openness = min(max(1.0 + (level_db - gate_db) / GATE_WIDTH_DB, 0.0), 1.0)
        self.silent_seconds = 0.0 if self.sounding else self.silent_seconds + HOP_SECONDS
        self.presence = approach(self.presence, self.sounding)

    @property
    def sounding(self) -> bool:
        """Whether the newest hop is above the gate."""
        return self.openness >= 1.0

    @property
    def holding(self) -> bool:
        """Whether there was sound within HOLD_SECONDS."""
        return self.silent_seconds < HOLD_SECONDS


class Level:
    """Level of one band, or of the whole sound: its automatic gain, its integral over time, its presence."""

    def __init__(self) -> None:
        self.level = 0.0
        """0..1 after automatic gain."""
        self.time = 0.0
        """The integral of `level`, s."""
        self.presence = 0.0
        """0..1, slow."""
        self.reference_db = FIRST_REFERENCE_DB
        """The level that counts as full, dB."""
        self.share = 0.0
        """The newest power beside that reference, 1 for full, up to MAX_SHARE."""
        self._peak_db = FIRST_REFERENCE_DB
        self._fall_seconds = FIRST_FALL_SECONDS

    def update(self, power: float, gate: NoiseGate, lowest_db: float = REFERENCE_DB[0]) -> None:
        """Take the mean square of a hop; `gate` is that of the whole sound. The reference does not fall below
        `lowest_db`."""
        level_db = decibels(power)
        if gate.holding:
            self._follow(level_db, lowest_db)
        distance_db = level_db - self.reference_db
        self.share = min(10.0 ** (distance_db / 10.0), MAX_SHARE)
        level = max(min(1.0, 10.0 ** (EXPONENT * distance_db)) * gate.openness, self.level * _KEPT)
        self.level = level if level >= MIN_LEVEL else 0.0
        self.time += self.level * HOP_SECONDS
        self.presence = approach(self.presence, self.level > PRESENT_LEVEL)

    def _follow(self, level_db: float, lowest_db: float) -> None:
        """Move the reference towards the newest peak, which falls slowly."""
        self._peak_db = max(level_db, self._peak_db - PEAK_FALL_DB_PER_SECOND * HOP_SECONDS)
        distance = min(max(self._peak_db, lowest_db), REFERENCE_DB[1]) - self.reference_db
        self.reference_db += distance * (_RISE if distance > 0.0 else HOP_SECONDS / self._fall_seconds)
        self._fall_seconds = min(self._fall_seconds + HOP_SECONDS, REFERENCE_FALL_SECONDS)


def approach(presence: float, is_there: bool) -> float:
    """Presence a hop later: it comes quickly and goes slowly."""
    moved = presence + (1.0 - presence) * _PRESENCE_RISE if is_there else presence * (1.0 - _PRESENCE_FALL)
    return moved if moved >= MIN_LEVEL else 0.0
