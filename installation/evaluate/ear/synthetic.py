"""Sounds whose beat is known exactly, or that have none: patterns at one tempo, silence, and babble like speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.evaluate.ear.takes import RenderedTake
from installation.training.ear.no_beat import babble
from installation.training.ear.one_shots import mix, random_kit
from installation.training.ear.patterns import Events

SEED = 20_000
"""Apart from the seeds of trainings."""
PEAK = 0.7
HOUSE, BREAKBEAT, ROCK = "house", "breakbeat", "rock"
STEPS: dict[str, dict[int, str]] = {
    HOUSE: {36: "x...x...x...x...", 38: "....x.......x...", 46: "..x...x...x...x.", 42: "x.x.x.x.x.x.x.x."},
    BREAKBEAT: {36: "x.....x...x.....", 38: "....x.......x..x", 42: "x.x.x.x.x.x.x.x."},
    ROCK: {36: "x.......x.x.....", 38: "....x.......x...", 42: "x.x.x.x.x.x.x.x."},
}
"""Patterns of the measurement, sixteenths: none of them is one of the training's."""


def pattern_take(name: str, bpm: float, seconds: float, silence: float = 0.0) -> RenderedTake:
    """A pattern at a tempo; `silence` seconds follow it, in which its beats go on."""
    random = np.random.default_rng(SEED + round(bpm))
    period = 60.0 / bpm
    beats = np.arange(int((seconds + silence) / period) + 1) * period
    played = beats[beats < seconds]
    drums = mix(_events(STEPS[name], len(played) // 4, period), random_kit(random), seconds)
    samples = np.concatenate([_levelled(drums), np.zeros(int(silence * SAMPLE_RATE_HZ), np.float32)])
    return RenderedTake(f"{name} {bpm:g}", samples, beats, bpm)


def speech(seconds: float, seed: int) -> NDArray[np.float32]:
    """Babble of one voice in a room with some noise."""
    random = np.random.default_rng(SEED + seed)
    sound = babble(seconds, random)
    return _levelled(sound + (0.003 * random.normal(0.0, 1.0, len(sound))).astype(np.float32))


def _events(steps: dict[int, str], bars: int, period: float) -> Events:
    rows = [
        (4 * bar * period + step * period / 4, 0.0, drum, 100 if step % 4 == 0 else 85)
        for bar in range(bars)
        for drum, marks in steps.items()
        for step, mark in enumerate(marks)
        if mark == "x"
    ]
    return np.array(rows, np.float64).reshape(-1, 4)


def _levelled(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return (samples * (PEAK / max(float(np.abs(samples).max()), 1e-6))).astype(np.float32)
