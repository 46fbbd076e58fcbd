"""Whether the composer serves a show: knobs at the next bar line, the same bytes again, no silence, and in time."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from installation.evaluate.composer.steering import drum_count, scale_share
from installation.evaluate.report import Figure
from installation.music.controls import SCALES, STEMS, Controls
from installation.music.generator import Composer
from installation.music.midi_file import midi_bytes
from installation.music.model.store import ComposerModel
from installation.music.model.tokens import CONTROL_BINS, DATA_GENRES, DRUM_DENSITY_EDGES, level_of
from installation.music.notes import Bar, stem_notes
from motion.learning.threads import one_thread

CHANGES = 100
"""Changes of a knob, each of which must be heard in the next bar."""
SOAK_MINUTES = 20.0
"""Minutes of music that must never be silent."""
MIN_TIMED_BARS = 40
QUARTER = 0.25
"""Share of a bar's own time that making it may take."""


def measure_live(model: ComposerModel, advance: Callable[[float], None] = lambda share: None) -> list[Figure]:
    """Figures of a show, on one thread."""
    with one_thread():
        heard = knobs_heard(model)
        advance(0.2)
        same = _digest(model) == _digest(model)
        advance(0.3)
        return [
            Figure.at_least("knobs heard in the next bar", heard, CHANGES, f"of {CHANGES}"),
            Figure.at_least("same seed, same bytes", float(same), 1.0),
            *_soak(model, advance),
        ]


def _digest(model: ComposerModel) -> str:
    composer = Composer(31, model)
    bars = [composer.next_bar(Controls(genre)) for genre in DATA_GENRES for _ in range(4)]
    return hashlib.sha256(midi_bytes(bars)).hexdigest()


def knobs_heard(model: ComposerModel) -> int:
    """Of CHANGES of one knob from bar to bar, those that the next bar shows."""
    rng = np.random.default_rng(32)
    composer = Composer(33, model)
    heard = 0
    controls = Controls("rock", density=0.5, energy=0.5, brightness=0.5)
    before = composer.next_bar(controls)
    for change in range(CHANGES):
        controls, is_heard = _change(controls, ("mute", "density", "energy", "scale", "tempo")[change % 5], rng)
        bar = composer.next_bar(controls)
        heard += is_heard(before, bar)
        before = bar
    return heard


_Check = Callable[[Bar, Bar], bool]


def _change(controls: Controls, knob: str, rng: np.random.Generator) -> tuple[Controls, _Check]:
    """Controls with a knob turned, and a function that says whether a bar and the next show it."""
    if knob == "mute":
        stem = STEMS[int(rng.integers(len(STEMS)))]
        muted = () if stem in controls.muted else (stem,)
        return replace(controls, muted=muted), lambda _, bar: all(not stem_notes(bar.notes, each) for each in muted)
    if knob == "density":
        density = 0.95 if (controls.density or 0.0) < 0.5 else 0.05
        more = 1 if density > 0.5 else -1
        return replace(controls, density=density), lambda old, bar: more * (_size(bar) - _size(old)) > 0
    if knob == "energy":
        energy = 0.9 if (controls.energy or 0.0) < 0.5 else 0.2
        louder = 1 if energy > 0.5 else -1
        return replace(controls, energy=energy), lambda old, bar: louder * (_loudness(bar) - _loudness(old)) > 0
    if knob == "tempo":
        tempo = float(rng.integers(80, 160))
        return replace(controls, tempo=tempo), lambda _, bar: bar.tempo == tempo
    key, scale = int(rng.integers(12)), tuple(SCALES)[int(rng.integers(len(SCALES)))]
    classes = {(key + tone) % 12 for tone in SCALES[scale]}
    return replace(controls, key=key, scale=scale), lambda _, bar: scale_share([bar], classes) == 1.0


def _size(bar: Bar) -> float:
    """Notes of the stems that play, for each of them."""
    return len(bar.notes) / max(1, len(bar.controls.active))


def _loudness(bar: Bar) -> float:
    return float(np.mean([note.velocity for note in bar.notes])) if bar.notes else 0.0


def _soak(model: ComposerModel, advance: Callable[[float], None]) -> list[Figure]:
    """Twenty minutes with a knob turned every 16 bars: silence, density and time a bar."""
    composer = Composer(34, model)
    seconds, silent, within, far, took, bars = 0.0, 0, 0, 0, [], 0
    while seconds < 60.0 * SOAK_MINUTES:
        step = bars // 16
        genre, asked = DATA_GENRES[step % len(DATA_GENRES)], step * 3 % CONTROL_BINS
        controls = Controls(genre, density=(asked + 0.5) / CONTROL_BINS)
        begin = time.perf_counter()
        bar = composer.next_bar(controls)
        took.append((time.perf_counter() - begin) / bar.seconds)
        off = abs(level_of(drum_count(bar), DRUM_DENSITY_EDGES) - asked)
        silent += not drum_count(bar)
        within += off == 0
        far += off > 1
        seconds += bar.seconds
        bars += 1
        advance(0.3 + 0.7 * min(1.0, seconds / (60.0 * SOAK_MINUTES)))
    return [
        Figure.at_most(f"bars without drums in {SOAK_MINUTES:g} minutes", silent, 0, f"of {bars}"),
        Figure.at_least("bars within the density's own bin, of 8", within / bars, 0.75, "", 1.0 / CONTROL_BINS),
        Figure.at_most("bars further off than the bin beside it", far / bars, 0.05, "", 0.66),
        Figure.at_most("making a bar, 95th percentile of its own time", float(np.quantile(took, 0.95)), QUARTER),
    ]
