"""Music from music: going on from a piece, varying it, answering a phrase, and accompanying a melody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.music.controls import SCALES, STEMS, Controls
from installation.music.generator import BarComposer
from installation.music.grid import estimated_chord, pitch_weights, quantised
from installation.music.harmony import chord_from_model, estimated_key, harmonised, mode_of, parse_chord
from installation.music.model.tokens import (
    BAR_STEPS,
    BRIGHTNESS_EDGES,
    CONTROL_BINS,
    DENSITY_EDGES,
    DRUM_DENSITY_EDGES,
    GridBar,
    level_of,
)
from installation.music.notes import Bar, Chord, Note

STEPS_PER_BEAT = BAR_STEPS // 4
LEVELS = ("density", "brightness", "energy")
"""Knobs that a bar of music shows by its notes."""


def measured_controls(notes: Sequence[Note], controls: Controls) -> Controls:
    """Controls with density, brightness, energy and key as a piece or phrase has them; genre and others stay."""
    bars = quantised(notes)
    flat = [note for bar in bars for note in bar]
    if not flat:
        return controls
    drums = sum(note.stem == 0 for note in flat) / len(bars)
    pitched = sum(note.stem > 0 for note in flat) / len(bars)
    level = level_of(pitched, DENSITY_EDGES) if pitched >= drums else level_of(drums, DRUM_DENSITY_EDGES)
    high = [note.value for note in flat if note.stem > 1]
    brightness = level_of(sum(high) / len(high), BRIGHTNESS_EDGES) if high else None
    key, mode = estimated_key(pitch_weights(flat))
    return replace(
        controls,
        density=(level + 0.5) / CONTROL_BINS,
        brightness=None if brightness is None else (brightness + 0.5) / CONTROL_BINS,
        energy=sum(note.velocity for note in flat) / len(flat) / 127.0,
        key=key if pitched else controls.key,
        valence=(0.6 if mode == "major" else -0.35) if pitched else controls.valence,
    )


def vary(composer: BarComposer, bars: Sequence[Sequence[Note]], degree: float, controls: Controls) -> list[Bar]:
    """Bars of `controls.beats` varied by `degree`: 0 keeps every note, 1 none but the harmony."""
    rng = variation_rng(composer, controls)
    return [varied(composer, notes, degree, controls, rng) for notes in bars]


def variation_rng(composer: BarComposer, controls: Controls) -> np.random.Generator:
    """The random numbers of a variation, for all its bars."""
    return np.random.default_rng((controls.seed or composer.seed, 83))


def varied(
    composer: BarComposer, notes: Sequence[Note], degree: float, controls: Controls, rng: np.random.Generator
) -> Bar:
    """A bar of `controls.beats`, in which each beat of each stem is new with the probability `degree`.

    Stems that the bar has not stay silent. Density, brightness and energy are the bar's own where they are None.
    """
    beats = controls.beats
    fresh = rng.random((len(STEMS), beats)) < degree
    present = np.array([any(note.stem == stem for note in notes) for stem in STEMS])
    opened = np.repeat(fresh & present[:, None], STEPS_PER_BEAT, axis=1)
    kept = [note for note in notes if not fresh[STEMS.index(note.stem), min(int(note.start_beats), beats - 1)]]
    asked = {name: value for name in LEVELS if (value := getattr(controls, name)) is not None}
    return composer.next_bar(replace(measured_controls(notes, controls), **asked), kept, opened, chord_of(notes))


def chord_of(notes: Sequence[Note]) -> Chord | None:
    """The chord that a bar's notes sound like; None without pitched notes."""
    grid = next(iter(quantised(notes)), ())
    chord = estimated_chord(grid)
    return None if chord is None else chord_from_model(chord)


def answer(composer: BarComposer, call: Sequence[Sequence[Note]], controls: Controls) -> list[Bar]:
    """As many bars as the call has, in which the lead takes up the call's rhythm, density, register and loudness, with
    pitches of its own; drums and band go on."""
    composer.continue_from(call)
    bars = []
    for notes in call:
        own = replace(measured_controls(notes, controls), key=controls.key, valence=controls.valence)
        bars.append(composer.next_bar(own, (), _answer_steps(notes, controls.beats * STEPS_PER_BEAT)))
    return bars


def _answer_steps(notes: Sequence[Note], count: int) -> NDArray[np.bool_]:
    """(stems, count): the lead begins notes where the call has some, or everywhere where it has none."""
    opened = np.ones((len(STEMS), count), bool)
    steps = {round(note.start_beats * STEPS_PER_BEAT) for note in notes} & set(range(count))
    if steps:
        lead = STEMS.index("lead")
        opened[lead] = False
        opened[lead, sorted(steps)] = True
    return opened


def accompany(
    composer: BarComposer, melody: Sequence[Sequence[Note]], controls: Controls, chords: Sequence[str] = ()
) -> list[Bar]:
    """The bars of a melody, `controls.beats` each, with drums, bass and chords of the composer's; the melody stays as
    it is. `chords` and errors are those of `harmony_of`."""
    led = [as_lead(notes) for notes in melody]
    harmony = harmony_of(led, controls, chords)
    return [accompanied(composer, notes, chord, controls) for notes, chord in zip(led, harmony, strict=True)]


def as_lead(notes: Sequence[Note]) -> tuple[Note, ...]:
    """The notes of a melody, drums left out, as those of the lead."""
    return tuple(replace(note, stem="lead") for note in notes if note.stem != "drums")


def harmony_of(led: Sequence[Sequence[Note]], controls: Controls, chords: Sequence[str] = ()) -> list[Chord]:
    """A chord for each bar of a melody.

    `chords` are names, one a bar and again from the first; without them the melody is harmonised in its own key, or in
    `controls.key` where `controls.scale` says a scale of seven tones. Raises UserError for names that can't be read.
    """
    if chords:
        return [parse_chord(chords[number % len(chords)]) for number in range(len(led))]
    grids: list[GridBar] = [next(iter(quantised(notes)), ()) for notes in led]
    key, mode = controls.key, mode_of(controls)
    if controls.scale is None:
        key, mode = estimated_key(sum((pitch_weights(grid) for grid in grids), np.zeros(12)))
    return harmonised(grids, key, mode if len(SCALES[mode]) == 7 else "minor")


def accompanied(composer: BarComposer, led: Sequence[Note], chord: Chord, controls: Controls) -> Bar:
    """A bar of a melody with the band below it."""
    opened = np.ones((len(STEMS), controls.beats * STEPS_PER_BEAT), bool)
    opened[STEMS.index("lead")] = False
    return composer.next_bar(controls, led, opened, chord)
