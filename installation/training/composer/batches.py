"""Batches of tokens: stretches of pieces, transposed, louder or softer, with stems and controls left out at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from installation.music.controls import STEMS
from installation.music.model.tokens import (
    BAR,
    FIRST_CONTENT,
    PIECE,
    BarControls,
    GridBar,
    content_tokens,
    header_tokens,
    hidden,
    measured,
    transposed,
)
from installation.training.composer.pieces import Piece

IGNORED = -100
"""Target of positions that are not learned: controls are given, not predicted."""
CONTROL_NAMES = tuple(field.name for field in fields(BarControls))


@dataclass(frozen=True, slots=True)
class BatchConfig:
    """How stretches are drawn."""

    rows: int = 2
    context: int = 768
    hand_share: float = 0.5
    """Share of rows from pieces with a genre or played by hand (Groove), beside whole bands."""
    control_dropout: float = 0.15
    """Probability that a control of a bar is hidden."""
    all_hidden: float = 0.3
    """Probability that all controls of a stretch are hidden."""
    stem_dropout: float = 0.4
    """Probability that a stretch of a band has some of its stems left out."""
    velocity_jitter: int = 10
    """Largest change of the velocities of a stretch."""


def bar_tokens(notes: GridBar, controls: BarControls) -> list[int]:
    """The tokens of a bar."""
    return [*header_tokens(controls), *content_tokens(notes)]


def piece_tokens(piece: Piece, semitones: int = 0, known: bool = True) -> list[int]:
    """All tokens of a piece, transposed, with all its controls or none."""
    tokens = [PIECE]
    for bar, chord in zip(piece.bars, piece.chords, strict=True):
        notes = transposed(bar, semitones)
        controls = bar_controls(piece, notes, chord, semitones) if known else BarControls()
        tokens += bar_tokens(notes, controls)
    return [*tokens, BAR]


def bar_controls(piece: Piece, notes: GridBar, chord: tuple[int, int] | None, semitones: int) -> BarControls:
    """What a bar of a piece shows."""
    moved = None if chord is None else ((chord[0] + semitones) % 12, chord[1])
    return measured(notes, genre=piece.genre, tempo=piece.tempo, chord=moved)


class BatchSource:
    """Draws batches from pieces."""

    def __init__(self, pieces: Sequence[Piece], config: BatchConfig) -> None:
        self.config = config
        self.pools = [
            pool
            for pool in ([p for p in pieces if p.offsets], [p for p in pieces if not p.offsets])
            if any(piece.notes for piece in pool)
        ]
        self.weights = [np.array([len(piece.bars) for piece in pool], float) for pool in self.pools]

    def draw(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Tokens and targets (rows, context)."""
        rows = np.stack([self._row(rng) for _ in range(self.config.rows)])
        tokens = torch.from_numpy(rows[:, :-1])
        targets = torch.from_numpy(rows[:, 1:].copy())
        targets[(targets < FIRST_CONTENT) & (targets != BAR)] = IGNORED
        return tokens, targets

    def _row(self, rng: np.random.Generator) -> np.ndarray:
        size = self.config.context + 1
        by_hand = len(self.pools) == 1 or rng.random() < self.config.hand_share
        pool, weights = (self.pools[0], self.weights[0]) if by_hand else (self.pools[1], self.weights[1])
        tokens: list[int] = []
        while len(tokens) < size:
            piece = pool[int(rng.choice(len(pool), p=weights / weights.sum()))]
            tokens += self._stretch(piece, size - len(tokens), rng)
        return np.array(tokens[:size], np.int64)

    def _stretch(self, piece: Piece, room: int, rng: np.random.Generator) -> list[int]:
        """Tokens of a piece from a bar on, about `room` of them, as one of its variations."""
        config = self.config
        semitones = int(rng.integers(-5, 7)) if not piece.offsets else 0
        louder = int(rng.integers(-config.velocity_jitter, config.velocity_jitter + 1))
        stems = set(range(len(STEMS)))
        if not piece.offsets and rng.random() < config.stem_dropout:
            stems = {stem for stem in stems if rng.random() < 0.6} or stems
        all_hidden = rng.random() < config.all_hidden
        first = 0 if len(piece.bars) < 8 else int(rng.integers(0, len(piece.bars) - 4))
        tokens = [PIECE]
        for bar, chord in zip(piece.bars[first:], piece.chords[first:], strict=True):
            if len(tokens) >= room:
                break
            kept = tuple(
                note._replace(velocity=min(max(note.velocity + louder, 1), 127)) for note in bar if note.stem in stems
            )
            notes = transposed(kept, semitones)
            if all_hidden:
                controls = BarControls()
            else:
                controls = bar_controls(piece, notes, chord, semitones)
                dropped = rng.random(len(CONTROL_NAMES)) < config.control_dropout
                controls = hidden(controls, (n for n, drop in zip(CONTROL_NAMES, dropped, strict=True) if drop))
            tokens += bar_tokens(notes, controls)
        return [*tokens, BAR]
