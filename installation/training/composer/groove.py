"""The groove of genres: how far drummers play before and behind the grid, and where they play at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.music.model.store import HITS_SHAPE, OFFSETS_SHAPE
from installation.training.composer.pieces import Piece

MIN_COUNT = 12
"""A mean over fewer notes leans on that of all voices at its step."""
MIN_HIT = 0.02
"""Share of bars with a hit below which two genres do not differ: drummers seldom play there."""


def hit_table(pieces: Sequence[Piece]) -> NDArray[np.float32]:
    """HITS_SHAPE: logarithm of how much more often than all others drummers of a genre play a voice at a step."""
    counts = np.zeros(HITS_SHAPE)
    bars = np.zeros(HITS_SHAPE[0])
    for piece in (piece for piece in pieces if piece.genre is not None):
        bars[piece.genre] += len(piece.bars)
        for note in (note for bar in piece.bars for note in bar if note.stem == 0):
            counts[piece.genre, note.step, note.value] += 1
    shares = counts / np.maximum(bars, 1.0)[:, None, None] + MIN_HIT
    table: NDArray[np.float32] = np.log(shares / shares.mean(axis=0)).astype(np.float32)
    return table


def offset_table(pieces: Sequence[Piece]) -> NDArray[np.float32]:
    """OFFSETS_SHAPE: mean and deviation of the offsets of drum notes, steps, by genre, step and voice.

    Cells with few notes lean on the mean of their genre and step, those without any on zero.
    """
    table = np.zeros(OFFSETS_SHAPE, np.float32)
    genres, steps, voices, _ = OFFSETS_SHAPE
    cells: dict[tuple[int, int, int], list[float]] = {}
    for piece in pieces:
        if piece.genre is not None:
            for offset in piece.offsets:
                cells.setdefault((piece.genre, offset.step, offset.voice), []).append(offset.steps)
    for genre in range(genres):
        for step in range(steps):
            together = [x for voice in range(voices) for x in cells.get((genre, step, voice), ())]
            mean, deviation = (np.mean(together), np.std(together)) if len(together) > 1 else (0.0, 0.05)
            for voice in range(voices):
                own = cells.get((genre, step, voice), [])
                trust = len(own) / (len(own) + MIN_COUNT)
                own_mean, own_deviation = (np.mean(own), np.std(own)) if own else (0.0, 0.0)
                table[genre, step, voice, 0] = trust * own_mean + (1 - trust) * mean
                table[genre, step, voice, 1] = trust * own_deviation + (1 - trust) * deviation
    return table
