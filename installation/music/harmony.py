"""Harmony by rule: modes from mood, progressions from a grammar of genres, chord names, and melodies harmonised."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.music.controls import SCALES, Controls
from installation.music.form import CELL_BARS
from installation.music.grid import pitch_weights
from installation.music.model.tokens import QUALITIES, GridBar, GridNote
from installation.music.notes import CHORD_QUALITIES, CHORD_SUFFIXES, PITCH_NAMES, Chord

MODES = ("lydian", "major", "mixolydian", "dorian", "minor", "phrygian", "locrian")
"""Modes from bright to dark."""
PARENT_MODES = {"major pentatonic": "major", "minor pentatonic": "minor", "blues": "minor"}
"""The scale of seven tones in which the chords of a smaller scale are built."""
PROGRESSIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "rock": {"major": ("1 5 6 4", "1 4 1 5", "1 7 4 1", "6 4 1 5"), "minor": ("1 6 3 7", "1 7 6 7", "1 4 1 5")},
    "funk": {"major": ("1 1 4 1", "1 1 1 4", "2 5 1 1"), "minor": ("1 1 4 1", "1 1 1 5", "1 4 1 4")},
    "jazz": {"major": ("2 5 1 6", "1 6 2 5", "3 6 2 5", "1 4 3 6"), "minor": ("1 4 2 5", "1 6 2 5", "4 7 3 6")},
    "latin": {"major": ("1 4 5 4", "1 6 2 5", "1 1 5 5"), "minor": ("1 7 6 5", "1 4 5 1", "1 1 5 5")},
    "hip-hop": {"major": ("1 3 6 4", "4 1 4 1", "2 1 2 1"), "minor": ("1 1 6 6", "1 6 1 7", "1 4 6 5")},
    "ballad": {"major": ("1 3 4 5", "1 5 6 4", "4 1 2 5", "6 3 4 1"), "minor": ("1 6 3 7", "1 4 7 3", "6 7 1 1")},
    "ambient": {"major": ("1 1 4 4", "1 5 1 4", "4 4 1 1"), "minor": ("1 1 6 6", "1 3 6 6", "1 1 7 7")},
}
"""Four bars each, as degrees of the mode. Modes with a major third take the first, others the second."""
SEVENTHS = {"jazz": "7th", "funk": "9th", "hip-hop": "7th", "ballad": "triad", "latin": "triad"}
"""How genres extend their chords; others play triads."""
_NAME = re.compile(r"([A-Ga-g])([#b♯♭]?)(.*)")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SUFFIX_QUALITIES = {
    **{CHORD_SUFFIXES.get(quality, quality): quality for quality in CHORD_QUALITIES},
    "M": "maj",
    "maj": "maj",
    "min": "min",
    "-": "min",
    "M7": "maj7",
    "min7": "m7",
    "-7": "m7",
    "°": "dim",
    "sus": "sus4",
    "ø": "m7b5",
    "m9": "m7",
    "maj9": "maj7",
    "6": "maj",
    "m6": "min",
    "add9": "maj",
    "°7": "dim",
}


def mode_of(controls: Controls) -> str:
    """The scale asked for, or else the mode of the valence: 1 is Lydian, -1 Locrian."""
    if controls.scale is not None:
        return controls.scale
    return MODES[round((1.0 - controls.valence) / 2.0 * (len(MODES) - 1))]


def scale_classes(key: int, scale: str) -> tuple[int, ...]:
    """Pitch classes of a scale on a key note, from the key note on."""
    return tuple((key + interval) % 12 for interval in SCALES[scale])


def chord_at(controls: Controls, seed: int, section: str, bar: int) -> Chord:
    """The chord of a bar of a section: of the progression that is given, or of one chosen by seed and section.

    Raises UserError for a chord name that can't be read.
    """
    if controls.chords:
        cell = 0 if section == "A" else ord(section) - ord("A")
        return parse_chord(controls.chords[(cell * CELL_BARS + bar) % len(controls.chords)])
    mode = PARENT_MODES.get(mode_of(controls), mode_of(controls))
    third = SCALES[mode][2]
    choices = PROGRESSIONS[controls.genre]["major" if third == 4 else "minor"]
    # Sections differ: each letter takes another progression of the seed's order.
    order = np.random.default_rng((seed, 71)).permutation(len(choices))
    degrees = choices[order[(ord(section) - ord("A")) % len(choices)]].split()
    degree, size = int(degrees[bar % len(degrees)]), SEVENTHS.get(controls.genre, "triad")
    chord = diatonic_chord(controls.key, mode, degree, size)
    if chord.quality == "dim" and degree != 1:
        # A diminished triad leads on, it is no place to stay for a bar: the chord a third below has two of its tones.
        return diatonic_chord(controls.key, mode, (degree - 3) % 7 + 1, size)
    return chord


def diatonic_chord(key: int, mode: str, degree: int, size: str = "triad") -> Chord:
    """The chord on a degree, from 1, of a scale of seven tones; `size` is "triad", "7th" or "9th"."""
    scale = SCALES[mode]
    above = [scale[(degree - 1 + skip) % 7] + 12 * ((degree - 1 + skip) // 7) for skip in (0, 2, 4, 6)]
    third, fifth, seventh = (tone - above[0] for tone in above[1:])
    if fifth == 6:
        quality = "m7b5" if size != "triad" and seventh == 10 else "dim"
    elif third == 4 and fifth == 7:
        quality = {"triad": "maj", "9th": "9"}.get(size, "7") if seventh == 10 else {"triad": "maj"}.get(size, "maj7")
    elif third == 3 and fifth == 7:
        quality = "m7" if size != "triad" and seventh == 10 else "min"
    else:
        quality = "5" if fifth == 7 else "maj"
    return Chord((key + above[0]) % 12, quality)


def parse_chord(name: str) -> Chord:
    """The chord of a name such as "Am7", "F#" or "Bbmaj7". A bass after a slash is ignored. Raises UserError."""
    found = _NAME.fullmatch(name.strip().partition("/")[0])
    quality = None if found is None else _SUFFIX_QUALITIES.get(found[3])
    if found is None or quality is None:
        raise UserError(f'chord "{name}": expected a name such as C, Am, F#m7, Bbmaj7, G7, Dsus4 or E5')
    shift = {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(found[2], 0)
    return Chord((_LETTERS[found[1].upper()] + shift) % 12, quality)


def parse_key(name: str) -> int:
    """The pitch class of a key note such as "F#". Raises UserError."""
    found = _NAME.fullmatch(name.strip())
    if found is None or found[3]:
        raise UserError(f'key "{name}": expected one of {", ".join(PITCH_NAMES)}')
    return parse_chord(name).root


def model_quality(chord: Chord) -> int:
    """Index in QUALITIES of the nearest chord that the model knows."""
    near = {"7": "maj", "maj7": "maj", "9": "maj", "m7": "min", "m7b5": "dim"}
    return QUALITIES.index(near.get(chord.quality, chord.quality))


def chord_from_model(chord: tuple[int, int]) -> Chord:
    """The chord of a root and an index in QUALITIES."""
    return Chord(chord[0], QUALITIES[chord[1]])


def adapted(note: GridNote, before: Chord, after: Chord, scale: Sequence[int]) -> GridNote:
    """A pitched note of a bar over one chord, for a bar over another: tones of the chord become the nearest tones of
    the new one, the bass moves with the root, and other notes move to the nearest of the scale, pitch classes that none
    leaves."""
    if note.stem == 0 or before == after:
        return note
    degree = before.pitch_classes.index(note.value % 12) if note.value % 12 in before.pitch_classes else None
    tones = [tone for tone in after.pitch_classes if tone in scale] or list(scale)
    if note.stem == 1 and degree is not None:
        target = after.pitch_classes[min(degree, len(after.pitch_classes) - 1)]
        return note._replace(value=nearest_pitch(note.value, [target] if target in tones else tones))
    if note.stem == 2 or degree is not None:
        return note._replace(value=nearest_pitch(note.value, tones))
    return note._replace(value=nearest_pitch(note.value, scale))


def nearest_pitch(pitch: int, classes: Sequence[int]) -> int:
    """The pitch nearest to `pitch` with one of the pitch classes; of two the lower."""
    return min(
        (pitch + step for step in range(-6, 7) if (pitch + step) % 12 in classes), key=lambda p: (abs(p - pitch), p)
    )


def estimated_key(weights: NDArray[np.float64]) -> tuple[int, str]:
    """Key note and "major" or "minor" of pitch-class weights (12,), by the profiles of Krumhansl and Kessler (1982)."""
    if not weights.any():
        return 0, "major"
    best = (-2.0, 0, "major")
    for mode, profile in _KEY_PROFILES.items():
        for key in range(12):
            fit = float(np.corrcoef(weights, np.roll(profile, key))[0, 1])
            best = max(best, (fit, -key, mode))
    return -best[1], best[2]


_KEY_PROFILES = {
    "major": np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88]),
    "minor": np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17]),
}


def harmonised(melody: Sequence[GridBar], key: int, mode: str) -> list[Chord]:
    """A chord of the key for each bar of a melody: tones that sound long should be tones of the chord, roots like to
    fall by a fifth, and the last bar likes the tonic (Viterbi over the seven degrees)."""
    mode = PARENT_MODES.get(mode, mode)
    chords = [diatonic_chord(key, mode, degree) for degree in range(1, 8)]
    tones = np.array([[pitch in chord.pitch_classes for pitch in range(12)] for chord in chords], float)
    fits = []
    for number, bar in enumerate(melody):
        weights = pitch_weights(bar)
        fit = tones @ (weights / max(weights.sum(), 1e-9)) + 0.12 * np.array([1, 0, 0, 0.6, 0.7, 0.4, -1.0])
        fit[0] += 0.25 * (number in (0, len(melody) - 1))
        fits.append(fit)
    moves = np.array([[_move(b - a) for b in range(7)] for a in range(7)])
    total, back = fits[0] if fits else np.zeros(7), []
    for fit in fits[1:]:
        paths = total[:, None] + moves
        back.append(paths.argmax(axis=0))
        total = paths.max(axis=0) + fit
    path = [int(total.argmax())]
    for choice in reversed(back):
        path.insert(0, int(choice[path[0]]))
    return [chords[degree] for degree in path[: len(melody)]]


def _move(degrees: int) -> float:
    """How well a root moves by a number of degrees."""
    return {0: -0.05, 3: 0.12, 4: 0.08, 5: 0.05, 1: 0.02}.get(degrees % 7, 0.0)
