"""Notes on the grid of 16ths: quantising bars of notes for the model, and estimating the chord of a bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from installation.music.model.stems import DRUM_VOICES, MAX_CHORD_NOTES, STEMS
from installation.music.model.tokens import (
    BAR_STEPS,
    QUALITIES,
    STEPS_PER_BEAT,
    GridBar,
    GridNote,
    fold_pitch,
    nearest_length,
    ordered,
)
from installation.music.notes import CHORD_QUALITIES, Note

_VOICE_OF_PITCH = {pitch: voice for voice, pitch in enumerate(DRUM_VOICES.values())} | {
    # The other percussion keys of General MIDI and of the drum kit that Groove was played on.
    **dict.fromkeys((35,), 0),
    **dict.fromkeys((37, 39, 40), 1),
    **dict.fromkeys((22, 44, 54, 69, 70, 82), 2),
    **dict.fromkeys((26,), 3),
    **dict.fromkeys((41, 43, 58, 64, 66, 68), 4),
    **dict.fromkeys((47, 61, 63, 65), 5),
    **dict.fromkeys((60, 62, 67, 76), 6),
    **dict.fromkeys((52, 55, 57), 7),
    **dict.fromkeys((53, 56, 59), 8),
}
"""Index of the drum voice of percussion keys."""
BASS_WEIGHT = 1.5
"""Weight of the bass in the estimate of a chord,"""
LEAD_WEIGHT = 0.4
"""and of the lead, where chords count 1."""
ROOT_BONUS = 0.35
"""What a root in the bass adds to the score of a chord."""
FIFTH_BONUS = 0.05
"""What a chord of root and fifth has in advance: where a third hardly sounds, it is the better name."""


def drum_voice(pitch: int) -> int | None:
    """Index of the drum voice of a percussion key; None for keys without one."""
    return _VOICE_OF_PITCH.get(pitch)


def quantised(notes: Iterable[Note]) -> list[GridBar]:
    """The notes of a piece as bars of four beats on the grid, in the order of the bars, empty ones kept.

    Drums keep their nine voices; bass and lead become monophonic; pitches move into the ranges of their stems.
    """
    bars: list[list[GridNote]] = []
    for note in notes:
        step = round(note.start_beats * STEPS_PER_BEAT)
        stem = STEMS.index(note.stem)
        value = drum_voice(note.pitch) if stem == 0 else fold_pitch(note.pitch, note.stem)
        if value is None or step < 0:
            continue
        index = step // BAR_STEPS
        bars.extend([] for _ in range(index + 1 - len(bars)))
        length = nearest_length(note.length_beats * STEPS_PER_BEAT) if stem else 1
        bars[index].append(GridNote(step % BAR_STEPS, stem, value, length, max(1, note.velocity)))
    return [thinned(bar) for bar in bars]


def thinned(notes: Iterable[GridNote]) -> GridBar:
    """The notes in order, with one note of bass and lead at a step, and at most MAX_CHORD_NOTES of chords."""
    kept: list[GridNote] = []
    together: dict[tuple[int, int], list[GridNote]] = {}
    for note in ordered(notes):
        if note.stem == 0:
            kept.append(note)
        else:
            together.setdefault((note.step, note.stem), []).append(note)
    for (_, stem), each in together.items():
        if STEMS[stem] == "bass":
            kept.append(min(each, key=lambda note: note.value))
        elif STEMS[stem] == "lead":
            kept.append(max(each, key=lambda note: note.value))
        else:
            kept += sorted(each, key=lambda note: -note.velocity)[:MAX_CHORD_NOTES]
    return ordered(kept)


def pitch_weights(notes: Iterable[GridNote]) -> NDArray[np.float64]:
    """(12,) how long each pitch class sounds in pitched notes, weighted by stem."""
    weights = np.zeros(12)
    for note in notes:
        if note.stem:
            weights[note.value % 12] += note.length * (0.0, BASS_WEIGHT, 1.0, LEAD_WEIGHT)[note.stem]
    return weights


def estimated_chord(notes: Sequence[GridNote]) -> tuple[int, int] | None:
    """Root and quality, an index in QUALITIES, of the chord that fits a bar best; None without pitched notes."""
    weights = pitch_weights(notes)
    total = weights.sum()
    if not total:
        return None
    lowest = [note.value % 12 for note in notes if STEMS[note.stem] == "bass"]
    scores = weights @ _TEMPLATES.T / total
    scores += FIFTH_BONUS * _IS_FIFTH
    if lowest:
        scores[:] += ROOT_BONUS * (np.bincount(lowest, minlength=12) / len(lowest))[_ROOTS]
    best = int(np.argmax(scores))
    return best // len(QUALITIES), best % len(QUALITIES)


def _templates() -> NDArray[np.float64]:
    """(12 x qualities, 12) 1 for tones of the chord, -0.6 for others."""
    rows = []
    for root in range(12):
        for quality in QUALITIES:
            row = np.full(12, -0.6)
            row[[(root + interval) % 12 for interval in CHORD_QUALITIES[quality]]] = 1.0
            rows.append(row)
    return np.array(rows)


_TEMPLATES = _templates()
_ROOTS = np.repeat(np.arange(12), len(QUALITIES))
_IS_FIFTH = np.tile([quality == "5" for quality in QUALITIES], 12).astype(float)
