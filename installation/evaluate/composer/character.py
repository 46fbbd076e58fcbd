"""What bars are like beside those of people: genre, repetition, and copies of the training set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.report import Figure
from installation.music.controls import Controls
from installation.music.generator import Composer
from installation.music.grid import quantised
from installation.music.model.store import ComposerModel
from installation.music.model.tokens import BAR_STEPS, DATA_GENRES, GridBar
from installation.music.notes import DRUM_VOICES, Bar
from installation.training.composer.pieces import Piece

COMPOSERS = 16
"""Pieces of each genre whose histogram is compared,"""
GENRE_BARS = 4
"""and bars of each."""
REPEAT_RANGE = (0.45, 0.65)
"""How alike neighbouring bars are to be: a drummer's are .58 in funk."""
BANDS = 3
"""Pieces of each genre whose repetition is measured,"""
BAND_BARS = 24
"""and bars of each."""
MIN_COPY_NOTES = 3
"""Emptier bars are nobody's."""


def measure_character(pieces: Sequence[Piece], model: ComposerModel) -> list[Figure]:
    """Genres recognised by histogram, repetition, and copies."""
    alone = ("bass", "chords", "lead")
    drums = {
        genre: [
            bar
            for seed in range(COMPOSERS)
            for bar in _bars(model, Controls(genre, repeat=0.0, muted=alone), seed, GENRE_BARS)
        ]
        for genre in DATA_GENRES
    }
    bands = {
        (genre, seed): _bars(model, Controls(genre), seed, BAND_BARS) for genre in DATA_GENRES for seed in range(BANDS)
    }
    return [
        *_genre_figures(pieces, drums),
        *_repeat_figures(pieces, list(bands.values())),
        *_copy_figures(pieces, [*drums.values(), *bands.values()]),
    ]


def _bars(model: ComposerModel, controls: Controls, seed: int, count: int) -> list[GridBar]:
    composer = Composer(seed + 1, model)
    return [grid_of(composer.next_bar(controls)) for _ in range(count)]


def grid_of(bar: Bar) -> GridBar:
    """The notes of a bar as they were written, but for those that swing or a drummer's timing moved to another step."""
    return next(iter(quantised(bar.notes)), ())


def _genre_figures(pieces: Sequence[Piece], drums: dict[str, list[GridBar]]) -> list[Figure]:
    """A genre is recognised where its bars' histogram is nearest to that of the training takes of the same genre."""
    known, people = {}, {}
    for number, genre in enumerate(DATA_GENRES):
        takes = [piece for piece in pieces if piece.genre == number]
        known[genre] = histogram(bar for piece in takes if piece.split == "train" for bar in piece.bars)
        people[genre] = histogram(bar for piece in takes if piece.split != "train" for bar in piece.bars)
    ours = {genre: histogram(bars) for genre, bars in drums.items()}
    own, theirs = (
        float(np.mean([divergence(each[genre], known[genre]) for genre in DATA_GENRES])) for each in (ours, people)
    )
    bars = COMPOSERS * GENRE_BARS
    return [
        Figure.at_least(
            f"genres told by a histogram of {bars} bars, of 5; baseline: of people's held-out bars",
            _told(ours, known),
            4,
            "",
            _told(people, known),
        ),
        Figure("divergence of histograms from the training takes'", own, "bits", theirs),
    ]


def _told(histograms: dict[str, NDArray[np.float64]], known: dict[str, NDArray[np.float64]]) -> int:
    """How many histograms are nearest to the known one of their own genre."""
    nearest = {
        genre: min(known, key=lambda other, one=one: divergence(one, known[other]))  # type: ignore[misc]
        for genre, one in histograms.items()
    }
    return sum(genre == other for genre, other in nearest.items())


def histogram(bars: Iterable[GridBar]) -> NDArray[np.float64]:
    """(steps, voices) shares of drum notes."""
    counts = np.full((BAR_STEPS, len(DRUM_VOICES)), 1e-3)
    for bar in bars:
        for note in bar:
            if note.stem == 0:
                counts[note.step, note.value] += 1
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares


def divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Jensen-Shannon divergence, bits."""
    middle = (one + other) / 2
    return float(sum((each * np.log2(each / middle)).sum() for each in (one, other)) / 2)


def _repeat_figures(pieces: Sequence[Piece], bands: Sequence[Sequence[GridBar]]) -> list[Figure]:
    low, high = REPEAT_RANGE
    drums = float(np.mean([likeness(bars, drums=True) for bars in bands]))
    whole = float(np.mean([likeness(bars, drums=False) for bars in bands]))
    people = [p for p in pieces if p.split != "train" and len(p.bars) >= 8]
    players = float(np.mean([likeness(p.bars, drums=True) for p in people if p.offsets] or [np.nan]))
    songs = float(np.mean([likeness(p.bars, drums=False) for p in people if not p.offsets] or [np.nan]))
    name = "likeness of neighbouring bars"
    return [
        Figure(f"{name}, drums ({low} to {high})", drums, "Jaccard", players, low, low <= drums <= high),
        Figure(f"{name}, all stems", whole, "Jaccard", songs),
    ]


def likeness(bars: Sequence[GridBar], drums: bool) -> float:
    """Mean Jaccard index of the notes (step, stem, pitch) of neighbouring bars, of drums or of all stems."""
    places = [{(n.step, n.stem, n.value) for n in bar if not drums or n.stem == 0} for bar in bars]
    pairs = [(a, b) for a, b in pairwise(places) if a or b]
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs])) if pairs else 0.0


_Print = frozenset[tuple[int, ...]]
"""A bar reduced to what makes it the same as another."""


def _copy_figures(pieces: Sequence[Piece], made: Sequence[Sequence[GridBar]]) -> list[Figure]:
    """Shares of bars that stand in the training set just so, of drums and of pitched stems in any key."""
    known_drums = {_drum_print(bar) for p in pieces if p.split == "train" for bar in p.bars}
    known_pitches = {_pitch_print(bar) for p in pieces if p.split == "train" for bar in p.bars}
    ours = [bar for bars in made for bar in bars]
    people = [bar for p in pieces if p.split != "train" for bar in p.bars]
    figures = []
    for name, print_of, known in (("drums", _drum_print, known_drums), ("pitches", _pitch_print, known_pitches)):
        floor, share = _copied(people, print_of, known), _copied(ours, print_of, known)
        label = f"bars that stand in the training set, {name}; baseline: of people's held-out bars"
        figures.append(Figure.at_most(label, share, floor, "", floor))
    trained = {pair for p in pieces if p.split == "train" for pair in _different_neighbours(p.bars)}
    pairs = [pair for bars in made for pair in _different_neighbours(bars)]
    copied = sum(pair in trained for pair in pairs) / max(len(pairs), 1)
    figures.append(Figure.at_most("two different bars in a row that stand there, drums", copied, 0.0))
    return figures


def _different_neighbours(bars: Sequence[GridBar]) -> list[tuple[_Print, _Print]]:
    """Neighbouring bars of drums that are no repeats."""
    prints = [_drum_print(bar) for bar in bars]
    return [(a, b) for a, b in pairwise(prints) if a != b and len(a) >= MIN_COPY_NOTES]


def _drum_print(bar: GridBar) -> _Print:
    return frozenset((note.step, note.value) for note in bar if note.stem == 0)


def _pitch_print(bar: GridBar) -> _Print:
    """Steps, stems and intervals above the lowest note: the same in every key."""
    pitched = [note for note in bar if note.stem]
    lowest = min((note.value for note in pitched), default=0)
    return frozenset((note.step, note.stem, note.value - lowest) for note in pitched)


def _copied(bars: Sequence[GridBar], print_of: Callable[[GridBar], _Print], known: set[_Print]) -> float:
    prints = [each for each in map(print_of, bars) if len(each) >= MIN_COPY_NOTES]
    return sum(each in known for each in prints) / max(len(prints), 1)
