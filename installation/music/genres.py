"""Genres: what each asks of the model, and which rules stand above it. Ballad and ambient come by rule alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.music.controls import STEMS, Controls
from installation.music.model.tokens import BAR_STEPS, DATA_GENRES

EVERY_STEP = tuple(range(BAR_STEPS))
EIGHTHS = EVERY_STEP[::2]
QUARTERS = EVERY_STEP[::4]


@dataclass(frozen=True, slots=True)
class Genre:
    """What a genre asks for where the knobs leave it open."""

    drums: str | None
    """The one of DATA_GENRES whose drums and groove it has; None has no drums."""
    tempo: tuple[float, float]
    """Beats a minute when calm and when excited."""
    density: float = 0.5
    brightness: float = 0.5
    energy: float = 0.55
    swing: float = 0.0
    swing_steps: int = 1
    """Steps between a beat's part and its off-beat: 1 swings 16ths, 2 swings eighths."""
    steps: tuple[tuple[int, ...], ...] = (EVERY_STEP,) * len(STEMS)
    """Steps at which each stem may begin notes."""
    legato: tuple[str, ...] = ()
    """Stems whose notes last until the next begins."""
    looseness: float = 1.0
    """Share of the drummers' micro-timing that is played."""
    needed: tuple[int, ...] = (0,) * len(STEMS)
    """Notes that each stem begins a bar with."""
    chord_notes: int = 3
    """Notes that a chord has at least."""
    chromatic: bool = False
    """Whether the lead may leave the scale off the beat."""

    @property
    def data_genre(self) -> int | None:
        """Index in DATA_GENRES of the drums."""
        return None if self.drums is None else DATA_GENRES.index(self.drums)

    def open_steps(self, density: float) -> NDArray[np.bool_]:
        """(stems, steps) where notes may begin. High densities open more of the steps that a rule closes."""
        opened = np.zeros((len(STEMS), BAR_STEPS), bool)
        for stem, steps in enumerate(self.steps):
            opened[stem, list(steps)] = True
            if density > 0.55:
                opened[stem, list(QUARTERS)] = True
            if density > 0.8:
                opened[stem, list(EIGHTHS)] = True
        if self.drums is None:
            opened[0] = False
        return opened


PROFILES = {
    "rock": Genre("rock", (96.0, 150.0), density=0.5, energy=0.65, needed=(0, 1, 2, 0), chord_notes=2),
    "funk": Genre("funk", (88.0, 118.0), density=0.6, brightness=0.5, energy=0.55, swing=0.1, needed=(0, 1, 0, 0)),
    "jazz": Genre(
        "jazz",
        (96.0, 200.0),
        density=0.36,
        energy=0.4,
        swing=0.85,
        swing_steps=2,
        legato=("bass",),
        needed=(0, 1, 0, 0),
        chromatic=True,
    ),
    "latin": Genre("latin", (92.0, 132.0), density=0.65, brightness=0.55, energy=0.55, needed=(0, 1, 0, 0)),
    "hip-hop": Genre(
        "hip-hop", (76.0, 104.0), density=0.45, brightness=0.4, energy=0.5, swing=0.3, needed=(0, 1, 3, 0)
    ),
    "ballad": Genre(
        "rock",
        (58.0, 84.0),
        density=0.25,
        brightness=0.5,
        energy=0.3,
        steps=(EIGHTHS, (0, 6, 8, 14), (0, 8), EIGHTHS),
        legato=("bass", "chords"),
        looseness=0.7,
        needed=(0, 1, 3, 0),
    ),
    "ambient": Genre(
        None,
        (52.0, 80.0),
        density=0.1,
        brightness=0.6,
        energy=0.25,
        steps=((), (0,), (0,), (0, 4, 6, 8, 12, 14)),
        legato=("bass", "chords", "lead"),
        looseness=0.0,
        needed=(0, 1, 3, 0),
    ),
}
"""A profile for each of GENRES."""

PRESETS: dict[str, dict[str, Controls]] = {
    "rock": {
        "garage": Controls("rock", valence=0.1, arousal=0.5, tempo=132.0, energy=0.8, repeat=0.7),
        "half-time": Controls("rock", valence=-0.2, arousal=-0.3, tempo=78.0, density=0.35, energy=0.65),
        "anthem": Controls("rock", valence=0.7, arousal=0.6, tempo=120.0, brightness=0.65, energy=0.75),
    },
    "funk": {
        "tight": Controls("funk", valence=0.2, arousal=0.2, tempo=104.0, density=0.7, repeat=0.75, swing=0.15),
        "lazy": Controls("funk", valence=0.1, arousal=-0.4, tempo=88.0, density=0.5, swing=0.35),
        "hot": Controls("funk", valence=0.4, arousal=0.8, tempo=116.0, density=0.85, energy=0.75),
    },
    "jazz": {
        "club": Controls("jazz", valence=0.5, arousal=0.0, tempo=132.0, swing=0.9, repeat=0.35),
        "late night": Controls("jazz", valence=0.0, arousal=-0.6, tempo=92.0, density=0.25, energy=0.3, swing=0.8),
        "up": Controls("jazz", valence=0.6, arousal=0.9, tempo=208.0, density=0.6, swing=0.6, repeat=0.3),
    },
    "latin": {
        "samba": Controls("latin", valence=0.7, arousal=0.6, tempo=112.0, density=0.75, repeat=0.65),
        "baião": Controls("latin", valence=0.3, arousal=0.2, tempo=104.0, density=0.5),
        "bolero": Controls("latin", valence=-0.2, arousal=-0.6, tempo=84.0, density=0.3, energy=0.35),
    },
    "hip-hop": {
        "dusty": Controls("hip-hop", valence=0.1, arousal=-0.3, tempo=86.0, swing=0.45, repeat=0.8),
        "dark": Controls("hip-hop", valence=-0.7, arousal=0.1, tempo=76.0, brightness=0.3, repeat=0.75),
        "bounce": Controls("hip-hop", valence=0.4, arousal=0.5, tempo=98.0, density=0.6, swing=0.3),
    },
    "ballad": {
        "tender": Controls("ballad", valence=0.6, arousal=-0.5, tempo=66.0),
        "farewell": Controls("ballad", valence=-0.5, arousal=-0.4, tempo=62.0, repeat=0.4),
        "swell": Controls("ballad", valence=0.5, arousal=0.4, tempo=76.0, density=0.5, energy=0.55),
    },
    "ambient": {
        "dawn": Controls("ambient", valence=0.9, arousal=-0.5, tempo=60.0, brightness=0.75),
        "deep": Controls("ambient", valence=-0.5, arousal=-0.9, tempo=52.0, brightness=0.2, repeat=0.7),
        "drift": Controls("ambient", valence=0.2, arousal=-0.3, tempo=66.0, repeat=0.3, temperature=1.1),
    },
}
"""Presets of each genre by name."""
