"""Whether bars are what the knobs ask for: density, brightness, energy, and the scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from installation.evaluate.report import Figure
from installation.music.controls import SCALES, Controls
from installation.music.generator import Composer
from installation.music.model.store import ComposerModel
from installation.music.notes import Bar, stem_notes

LEVELS = 8
"""Settings of each knob, from 0 to 1."""
BARS = 4
"""Bars composed at each, of both genres together."""
GENRES = ("rock", "latin")
SCALE_BARS = 8
"""Bars over which the best scale is sought."""
MAJOR = SCALES["major"]


def measure_steering(model: ComposerModel) -> list[Figure]:
    """Spearman's correlation of what is asked with what is heard, and shares of pitches within a scale."""
    density, brightness, energy = (_asked(model, knob) for knob in ("density", "brightness", "energy"))
    return [
        Figure.at_least("density asked and heard, drums", _correlation(density, drum_count), 0.9, "rho", 0.0),
        Figure.at_least("density asked and heard, band", _correlation(density, pitched_count), 0.9, "rho", 0.0),
        Figure.at_least("brightness asked and heard", _correlation(brightness, mean_pitch), 0.9, "rho", 0.0),
        Figure.at_least("energy asked and heard", _correlation(energy, mean_velocity), 0.8, "rho", 0.0),
        *_scale_figures(model),
    ]


def _asked(model: ComposerModel, knob: str) -> list[tuple[float, Bar]]:
    """Bars with a knob at each of its LEVELS, in mixed order, none repeated."""
    bars = []
    for genre in GENRES:
        composer = Composer(11, model)
        for number in range(BARS * LEVELS // len(GENRES)):
            value = (number * 5 % LEVELS + 0.5) / LEVELS
            controls = replace(Controls(genre, repeat=0.0), **{knob: value})  # type: ignore[arg-type]
            bars.append((value, composer.next_bar(controls)))
    return bars


def _correlation(bars: Sequence[tuple[float, Bar]], heard: Callable[[Bar], float | None]) -> float:
    pairs = [(value, got) for value, bar in bars if (got := heard(bar)) is not None]
    return float(stats.spearmanr(*zip(*pairs, strict=True)).statistic)


def drum_count(bar: Bar) -> float:
    return len(stem_notes(bar.notes, "drums"))


def pitched_count(bar: Bar) -> float:
    return len(bar.notes) - drum_count(bar)


def mean_pitch(bar: Bar) -> float | None:
    """Of chords and lead; None without them."""
    pitches = [note.pitch for note in bar.notes if note.stem in ("chords", "lead")]
    return float(np.mean(pitches)) if pitches else None


def mean_velocity(bar: Bar) -> float | None:
    velocities = [note.velocity for note in bar.notes]
    return float(np.mean(velocities)) if velocities else None


def _scale_figures(model: ComposerModel) -> list[Figure]:
    free, asked = [], []
    for genre in GENRES:
        composer = Composer(12, model)
        bars = [composer.next_bar(Controls(genre, valence=0.5)) for _ in range(2 * SCALE_BARS)]
        free += [best_scale_share(bars[at : at + SCALE_BARS]) for at in (0, SCALE_BARS)]
    for key, scale in ((2, "dorian"), (7, "minor pentatonic"), (4, "harmonic minor")):
        composer = Composer(13, model)
        scaled = [composer.next_bar(Controls("jazz", key=key, scale=scale)) for _ in range(SCALE_BARS)]
        asked.append(scale_share(scaled, {(key + tone) % 12 for tone in SCALES[scale]}))
    rng = np.random.default_rng(0)
    chance = np.bincount(rng.integers(0, 12, 200), minlength=12)
    return [
        Figure.at_least(
            "pitches in one major scale, 8 bars, free", float(np.mean(free)), 0.95, "", _best_share(chance)
        ),
        Figure.at_least("pitches in the scale that was asked for", min(asked), 1.0, "", len(MAJOR) / 12),
    ]


def best_scale_share(bars: Sequence[Bar]) -> float:
    """Share of pitched notes within the major scale that fits best."""
    classes = [note.pitch % 12 for bar in bars for note in bar.notes if note.stem != "drums"]
    return _best_share(np.bincount(classes, minlength=12))


def _best_share(counts: np.ndarray) -> float:
    if not counts.sum():
        return 1.0
    return float(max(sum(counts[(key + tone) % 12] for tone in MAJOR) for key in range(12)) / counts.sum())


def scale_share(bars: Sequence[Bar], classes: set[int]) -> float:
    """Share of pitched notes within pitch classes."""
    pitched = [note.pitch % 12 in classes for bar in bars for note in bar.notes if note.stem != "drums"]
    return float(np.mean(pitched)) if pitched else 1.0
