"""Bars as tokens: a few measured controls, then steps of a 16th grid with the notes that begin on each.

A bar of four beats is `bar`, the controls that are known, and for each step with notes `step` and the notes, ordered by
stem and pitch. A drum note is one token of voice and velocity; a pitched note is its pitch, then `shape`, its length
and velocity. A control that is not known is left out, so that each can be hidden.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from installation.music.model.stems import DRUM_VOICES, STEMS

STEPS_PER_BEAT = 4
BAR_STEPS = 16
"""Steps of a bar of the model, which is always one of four beats."""
DATA_GENRES = ("rock", "funk", "jazz", "latin", "hip-hop")
"""Genres that the data labels."""
QUALITIES = ("maj", "min", "dim", "sus4", "5")
"""Chord qualities that the model knows."""
VELOCITY_BINS = 8
LENGTHS = (1, 2, 3, 4, 8, 16)
"""Lengths of pitched notes, steps."""
PITCH_RANGES = {"bass": (28, 55), "chords": (43, 84), "lead": (48, 96)}
"""Lowest and highest pitch of each pitched stem; notes beyond move by octaves."""
CONTROL_BINS = 8
"""Levels of each control that is a number."""
TEMPO_EDGES = (80.0, 90.0, 98.0, 106.0, 116.0, 128.0, 145.0)
"""Bounds of the tempo's levels, beats a minute."""
DRUM_DENSITY_EDGES = (8, 12, 15, 18, 21, 24, 28)
"""Bounds of the levels of drum density, notes a bar; with those of density and brightness, eighths of the data."""
DENSITY_EDGES = (5, 9, 13, 17, 21, 26, 33)
"""Bounds of the levels of density, pitched notes a bar."""
BRIGHTNESS_EDGES = (53.0, 56.0, 59.0, 62.0, 65.0, 68.0, 72.0)
"""Bounds of the levels of brightness, mean MIDI pitch of chords and lead."""

_KINDS = (
    ("piece", 1),
    ("bar", 1),
    ("stems", 1 << len(STEMS)),
    ("genre", len(DATA_GENRES)),
    ("tempo", CONTROL_BINS),
    ("drum_density", CONTROL_BINS),
    ("density", CONTROL_BINS),
    ("brightness", CONTROL_BINS),
    *((f"energy_{stem}", VELOCITY_BINS) for stem in STEMS),
    ("root", 12),
    ("quality", len(QUALITIES)),
    ("step", BAR_STEPS),
    ("drums", len(DRUM_VOICES) * VELOCITY_BINS),
    *((stem, high - low + 1) for stem, (low, high) in PITCH_RANGES.items()),
    ("shape", len(LENGTHS) * VELOCITY_BINS),
)


def _starts() -> dict[str, int]:
    starts, at = {}, 0
    for kind, size in _KINDS:
        starts[kind] = at
        at += size
    return starts


START = _starts()
"""First token of each kind."""
SIZE = dict(_KINDS)
"""Number of tokens of each kind."""
VOCABULARY = sum(SIZE.values())
PIECE = START["piece"]
"""Begins a piece."""
BAR = START["bar"]
"""Begins a bar, and so ends the one before."""
FIRST_CONTENT = START["step"]
"""Tokens from here on are content: steps and notes. The others, BAR aside, are controls."""


class GridNote(NamedTuple):
    """A note on the grid of 16ths."""

    step: int
    """0..15 within the bar."""
    stem: int
    """Index in STEMS."""
    value: int
    """Index of the drum voice, or MIDI pitch."""
    length: int
    """Steps; 1 for drums."""
    velocity: int
    """1..127."""


GridBar = tuple[GridNote, ...]
"""The notes of one bar, in the order of their tokens, none twice."""


@dataclass(frozen=True, slots=True)
class BarControls:
    """What is said of a bar before its notes; None where it is not known."""

    stems: int | None = None
    """Bit set of the stems that play, bit 0 for drums."""
    genre: int | None = None
    """Index in DATA_GENRES."""
    tempo: int | None = None
    drum_density: int | None = None
    density: int | None = None
    brightness: int | None = None
    energy: tuple[int | None, ...] = (None,) * len(STEMS)
    """Mean velocity bin of each stem."""
    root: int | None = None
    """Pitch class of the chord."""
    quality: int | None = None
    """Index in QUALITIES."""


UNKNOWN = BarControls()


def level_of(value: float, edges: Sequence[float]) -> int:
    """The level 0..len(edges) of a value."""
    return bisect_right(edges, value)


def velocity_bin(velocity: int) -> int:
    return min(max(velocity, 0), 127) * VELOCITY_BINS // 128


def bin_velocity(index: int) -> int:
    """The middle velocity of a bin."""
    return (2 * index + 1) * 64 // VELOCITY_BINS


def nearest_length(steps: float) -> int:
    """The one of LENGTHS that is nearest by ratio."""
    return min(LENGTHS, key=lambda length: max(length / max(steps, 0.25), max(steps, 0.25) / length))


def fold_pitch(pitch: int, stem: str) -> int:
    """A pitch moved by octaves into the range of a stem."""
    low, high = PITCH_RANGES[stem]
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def measured(
    notes: GridBar, *, genre: int | None = None, tempo: float | None = None, chord: tuple[int, int] | None = None
) -> BarControls:
    """The controls that a bar of notes shows, with its genre, tempo and chord (root, quality) where they are known."""
    by_stem = [[note for note in notes if note.stem == stem] for stem in range(len(STEMS))]
    pitched = sum(len(each) for each in by_stem[1:])
    high = [note.value for each in by_stem[2:] for note in each]
    return BarControls(
        stems=sum(1 << stem for stem, each in enumerate(by_stem) if each),
        genre=genre if by_stem[0] else None,
        tempo=None if tempo is None else level_of(tempo, TEMPO_EDGES),
        drum_density=level_of(len(by_stem[0]), DRUM_DENSITY_EDGES) if by_stem[0] else None,
        density=level_of(pitched, DENSITY_EDGES) if pitched else None,
        brightness=level_of(sum(high) / len(high), BRIGHTNESS_EDGES) if high else None,
        energy=tuple(velocity_bin(sum(n.velocity for n in each) // len(each)) if each else None for each in by_stem),
        root=chord[0] if chord and pitched else None,
        quality=chord[1] if chord and pitched else None,
    )


def header_tokens(controls: BarControls) -> list[int]:
    """The tokens that open a bar: BAR, then each control that is known."""
    levels = {
        "stems": controls.stems,
        "genre": controls.genre,
        "tempo": controls.tempo,
        "drum_density": controls.drum_density,
        "density": controls.density,
        "brightness": controls.brightness,
        **{f"energy_{stem}": level for stem, level in zip(STEMS, controls.energy, strict=True)},
        "root": controls.root,
        "quality": controls.quality,
    }
    return [BAR, *(START[kind] + level for kind, level in levels.items() if level is not None)]


def note_key(note: GridNote) -> tuple[int, int, int]:
    """Order of the notes of a bar; two with the same key are one."""
    return note.step, note.stem, note.value


def note_token(note: GridNote) -> int:
    """The token of a note: of a drum with its velocity, of others the pitch alone."""
    if note.stem == 0:
        return START["drums"] + note.value * VELOCITY_BINS + velocity_bin(note.velocity)
    stem = STEMS[note.stem]
    return START[stem] + note.value - PITCH_RANGES[stem][0]


def shape_token(note: GridNote) -> int:
    """The token of a pitched note's length and velocity."""
    return START["shape"] + LENGTHS.index(nearest_length(note.length)) * VELOCITY_BINS + velocity_bin(note.velocity)


def content_tokens(notes: Iterable[GridNote]) -> list[int]:
    """The tokens of a bar's notes."""
    tokens: list[int] = []
    step = -1
    for note in notes:
        if note.step != step:
            step = note.step
            tokens.append(START["step"] + step)
        tokens.append(note_token(note))
        if note.stem:
            tokens.append(shape_token(note))
    return tokens


def kind_of(token: int) -> str:
    """The kind of a token, such as "step" or "bass"."""
    return _KIND_OF[token]


_KIND_OF = tuple(kind for kind, size in _KINDS for _ in range(size))


def drum_of(token: int) -> tuple[int, int]:
    """Voice and velocity bin of a drum token."""
    return divmod(token - START["drums"], VELOCITY_BINS)


def pitch_of(token: int) -> tuple[int, int]:
    """Stem and pitch of the token of a pitched note."""
    stem = _KIND_OF[token]
    return STEMS.index(stem), token - START[stem] + PITCH_RANGES[stem][0]


def shape_of(token: int) -> tuple[int, int]:
    """Length, steps, and velocity bin of a shape token."""
    length, velocity = divmod(token - START["shape"], VELOCITY_BINS)
    return LENGTHS[length], velocity


def decoded(tokens: Iterable[int]) -> GridBar:
    """The notes of content tokens; velocities are the middles of their bins."""
    return tuple(_decoded(iter(tokens)))


def _decoded(tokens: Iterator[int]) -> Iterator[GridNote]:
    step = 0
    for token in tokens:
        kind = _KIND_OF[token]
        if kind == "step":
            step = token - START["step"]
        elif kind == "drums":
            voice, velocity = drum_of(token)
            yield GridNote(step, 0, voice, 1, bin_velocity(velocity))
        elif kind in PITCH_RANGES:
            stem, pitch = pitch_of(token)
            length, velocity = shape_of(next(tokens))
            yield GridNote(step, stem, pitch, length, bin_velocity(velocity))


def transposed(notes: GridBar, semitones: int) -> GridBar:
    """The notes with every pitch moved, within the ranges of the stems."""
    if not semitones:
        return notes
    moved = {
        note if note.stem == 0 else note._replace(value=fold_pitch(note.value + semitones, STEMS[note.stem]))
        for note in notes
    }
    return ordered(moved)


def ordered(notes: Iterable[GridNote]) -> GridBar:
    """Notes in the order of their tokens; of two in one place the louder."""
    best: dict[tuple[int, int, int], GridNote] = {}
    for note in notes:
        key = note_key(note)
        if key not in best or best[key].velocity < note.velocity:
            best[key] = note
    return tuple(best[key] for key in sorted(best))


def hidden(controls: BarControls, kinds: Iterable[str]) -> BarControls:
    """The controls without those named: fields of BarControls; `energy` hides that of all stems."""
    names = set(kinds)
    changes = {name: None for name in names if name != "energy"}
    kept = replace(controls, **changes)  # type: ignore[arg-type]
    return replace(kept, energy=(None,) * len(STEMS)) if "energy" in names else kept
