"""How bars on the grid are played: a drummer's micro-timing, swing, loudness, and the lengths of notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from installation.music.controls import STEMS
from installation.music.genres import Genre
from installation.music.model.tokens import STEPS_PER_BEAT, GridBar, GridNote
from installation.music.notes import DRUM_VOICES, Note

GATE = 0.94
"""Share of its written length that a pitched note sounds."""
DRUM_BEATS = 0.2
"""Length of drum notes, beats."""
TRIPLET_SHIFT = 1.0 / 6.0
"""How much later than the middle an off-beat with full swing lies, as a share of its pair: two thirds."""
VELOCITY_DEVIATION = 3.0
"""Deviation of velocities about what is written."""
ENERGY_PULL = 0.75
"""How far a stem's velocities move to the mean that was asked for, 0..1."""
PITCHED_LOOSENESS = 0.35
"""Share of the drums' deviation from the grid that other stems have."""
MAX_DEVIATION = 0.06
"""Largest standard deviation of micro-timing that is drawn, steps: what drummers do at a place varies more, but with
the phrase, and at random it sounds unsteady."""


@dataclass(frozen=True, slots=True)
class Feel:
    """How a bar is played."""

    genre: Genre
    offsets: NDArray[np.float32]
    """(steps, voices, 2) mean and deviation of micro-timing, steps."""
    swing: float
    """0 (straight) .. 1 (triplets)."""
    velocities: tuple[float | None, ...]
    """Mean velocity asked of each stem; None keeps what is written."""


def performed(bar: GridBar, feel: Feel, beats: float, rng: np.random.Generator) -> tuple[Note, ...]:
    """The notes of a bar as they are played; starts lie within 0..`beats`."""
    shifts = {stem: _velocity_shift(bar, stem, target) for stem, target in enumerate(feel.velocities)}
    ends = _next_starts(bar, beats)
    played: list[Note] = []
    for note in bar:
        early_or_late, jitter = rng.standard_normal(2)
        start = _start_steps(note, bar, feel, early_or_late) / STEPS_PER_BEAT
        velocity = note.velocity + shifts[note.stem] + VELOCITY_DEVIATION * jitter
        pitch = tuple(DRUM_VOICES.values())[note.value] if note.stem == 0 else note.value
        start = min(max(start, 0.0), beats - 1e-3)
        length = _length_beats(note, ends[note], start, feel)
        played.append(
            Note(round(start, 5), round(length, 5), STEMS[note.stem], pitch, int(min(max(round(velocity), 1), 127)))
        )
    return tuple(sorted(played))


def _velocity_shift(bar: GridBar, stem: int, target: float | None) -> float:
    velocities = [note.velocity for note in bar if note.stem == stem]
    if target is None or not velocities:
        return 0.0
    return ENERGY_PULL * (target - sum(velocities) / len(velocities))


def _next_starts(bar: GridBar, beats: float) -> dict[GridNote, float]:
    """Where the next note of the same stem begins, or the bar ends, steps."""
    starts: dict[int, list[int]] = {}
    for note in bar:
        starts.setdefault(note.stem, []).append(note.step)
    end = beats * STEPS_PER_BEAT
    return {note: min((s for s in starts[note.stem] if s > note.step), default=end) for note in bar}


def _length_beats(note: GridNote, next_start: float, start: float, feel: Feel) -> float:
    """Length of a note: of bass and lead at most to the next, of legato stems just to it."""
    stem = STEMS[note.stem]
    if stem == "drums":
        return DRUM_BEATS
    steps = float(note.length)
    if stem in feel.genre.legato:
        steps = next_start - note.step
    elif stem != "chords":
        steps = min(steps, next_start - note.step)
    return max(0.05, GATE * (note.step + steps) / STEPS_PER_BEAT - GATE * min(start, note.step / STEPS_PER_BEAT))


def _start_steps(note: GridNote, bar: GridBar, feel: Feel, deviation: float) -> float:
    """Where a note begins, steps: the grid, swung, and a drummer's own place."""
    position = float(note.step)
    mean, spread = (float(x) for x in feel.offsets[note.step, note.value if note.stem == 0 else 0])
    in_pair = 2 * feel.genre.swing_steps
    if note.stem == 0 and feel.genre.swing_steps == 2 and note.step % 4 == 3 and not _has_eighth_before(note, bar):
        # Swung eighths of the data lie on the last 16th of the beat, early: they are the off-beat of the pair.
        position, mean = note.step - 1.0, 0.0
    swung = _swung(position, in_pair, feel.swing)
    loose = feel.genre.looseness * (1.0 if note.stem == 0 else PITCHED_LOOSENESS)
    return swung + loose * (mean + min(spread, MAX_DEVIATION) * deviation)


def _has_eighth_before(note: GridNote, bar: GridBar) -> bool:
    return any(other.stem == 0 and other.value == note.value and other.step == note.step - 1 for other in bar)


def _swung(position: float, pair: int, swing: float) -> float:
    """A position, steps, with the middle of each pair later: linear on both sides of it."""
    start = position // pair * pair
    share = (position - start) / pair
    middle = 0.5 + TRIPLET_SHIFT * swing
    share = share / 0.5 * middle if share <= 0.5 else middle + (share - 0.5) / 0.5 * (1.0 - middle)
    return start + share * pair


def shifted_bar(notes: Sequence[Note], beats: float) -> tuple[Note, ...]:
    """Notes `beats` later: a part of a bar that follows another part."""
    return tuple(replace(note, start_beats=note.start_beats + beats) for note in notes)
