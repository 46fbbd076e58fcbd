"""Phrases: what a dancer does from bar to bar beside keeping the beat and answering, with a rise, a rest and an ending.

A rule above the network's plans: a phrase of some bars has two figures, each an amount of some directions. Its energy
rises towards the end, and its last bar is an ending and a rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from motion.dancer.directions import DIRECTIONS

Amounts = Mapping[str, float]
"""-1 (least) to 1 (most) by names of DIRECTIONS; what is missing is left to the network."""

FIGURES: tuple[Amounts, ...] = (
    {"travel": 0.5, "turning": 0.0},
    {"turning": 0.45, "reach": 0.3},
    {"turning": -0.45, "reach": 0.3},
    {"reach": 0.9, "level": 0.2},
    {"level": -0.6, "travel": -0.6},
    {"symmetry": 0.7, "reach": 0.4},
    {"symmetry": -0.9, "reach": 0.6},
    {"travel": -0.8, "reach": -0.5},
    {"travel": 0.4, "turning": 0.3, "level": -0.25},
    {"travel": 0.4, "turning": -0.3, "reach": 0.5},
)
"""What a half of a phrase may be."""
ENDINGS: tuple[Amounts, ...] = (
    {"level": -0.5, "travel": -1.0, "turning": 0.0},
    {"reach": 0.9, "travel": -1.0, "turning": 0.0},
    {"symmetry": -0.9, "travel": -1.0, "turning": 0.0},
    {"symmetry": 0.6, "reach": 0.3, "travel": -1.0, "turning": 0.0},
)
"""How a phrase may end."""
QUIET_SHARE = 0.2
"""Share of phrases that are quiet as a whole."""
QUIET_ENERGY = 0.6
"""Energy of those, times that of the others."""
START_ENERGY = 0.75
"""Energy at the start of a phrase, times the usual,"""
PEAK_ENERGY = 1.3
"""and before its last bar."""
REST_ENERGY = 0.15
"""Energy of a rest: the body breathes."""
ENDING_BARS = 0.5
"""Bars in which a phrase comes to its end, before as long a rest."""


@dataclass(frozen=True, slots=True)
class Direction:
    """What a dancer is asked for at one time."""

    energy: float = 1.0
    """Speed of the joints, times the usual."""
    amounts: Amounts = field(default_factory=lambda: MappingProxyType({}))
    resting: bool = False


UNDIRECTED = Direction()


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a dancer: drawn once, read at every plan."""

    number: int
    bars: int
    figures: tuple[Amounts, Amounts]
    ending: Amounts
    scale: float
    """Energy of the phrase, times that of others."""

    def at(self, bar: float, strength: float) -> Direction:
        """What is asked for at a `bar` 0..bars of the phrase; with a `strength` of 0 nothing is."""
        left = self.bars - bar
        last = min(1.0, 0.25 * self.bars)
        if left < last * (1.0 - ENDING_BARS):
            return Direction(1.0 + strength * (REST_ENERGY - 1.0), _scaled(self.ending, strength), resting=True)
        if left < last:
            share = (last - left) / (last * ENDING_BARS)
            energy = self.scale * PEAK_ENERGY * (1.0 - share) + REST_ENERGY * share
            return Direction(1.0 + strength * (energy - 1.0), _scaled(self.ending, strength))
        rise = bar / max(self.bars - last, 1e-6)
        energy = self.scale * (START_ENERGY + (PEAK_ENERGY - START_ENERGY) * rise)
        figure = self.figures[0 if rise < 0.5 else 1]
        return Direction(1.0 + strength * (energy - 1.0), _scaled(figure, strength * (0.5 + 0.5 * rise)))


def draw_phrase(number: int, bars: int, seed: int) -> Phrase:
    """The phrase of a number, of 1 bar or more; the same for the same seed."""
    random = np.random.default_rng((number, seed))
    first, second = random.permutation(len(FIGURES))[:2].tolist()
    quiet = bool(random.random() < QUIET_SHARE)
    ending = ENDINGS[int(random.integers(len(ENDINGS)))]
    return Phrase(number, bars, (FIGURES[first], FIGURES[second]), ending, QUIET_ENERGY if quiet else 1.0)


def combined(phrase: Direction, asked: Amounts) -> Direction:
    """The direction of a phrase, with what was asked for by hand in its place."""
    given = {name: amount for name, amount in asked.items() if amount}
    return Direction(phrase.energy, {**phrase.amounts, **given}, phrase.resting) if given else phrase


def _scaled(amounts: Amounts, by: float) -> Amounts:
    return {name: amount * by for name, amount in amounts.items()} if by > 0.0 else {}


RANGES: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "level": (0.74, 0.91, 1.02),
        "reach": (-0.5, -0.15, 0.4),
        "travel": (0.0, 0.4, 1.6),
        "turning": (-5.0, 0.0, 5.0),
        "symmetry": (0.03, 0.25, 0.65),
    }
)
"""Value of each direction at an amount of -1, 0 and 1: the 2nd, 50th and 98th percentile of the training data, less
where that falls over or jumps."""
assert RANGES.keys() == DIRECTIONS.keys()


def direction_value(name: str, amount: float) -> float:
    """The value of a direction, as the network reads it, for an amount of -1 to 1."""
    return float(np.interp(amount, (-1.0, 0.0, 1.0), RANGES[name]))
