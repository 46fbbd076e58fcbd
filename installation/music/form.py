"""The form above the model: sections of four bars, A A B A, and which bar a bar repeats."""

from __future__ import annotations

from dataclasses import dataclass

CELL_BARS = 4
"""Bars of a section."""
FORM = "AABAAACA"
"""The sections in order, again and again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bar stands in the form."""

    section: str
    """Letter of its section."""
    bar: int
    """0..3 within the section."""
    repeats: int | None
    """Number of the bar that it may repeat: the same of the same section before, else the one two or one before it
    within the section; None for the first of a section that is new."""
    closes: bool
    """Whether a fill leads on: the last bar of a section before another letter."""


def place_of(index: int) -> Place:
    """The place of bar `index`, counted from 0."""
    cell, bar = divmod(index, CELL_BARS)
    letter = FORM[cell % len(FORM)]
    earlier = [other for other in range(max(0, cell - len(FORM)), cell) if FORM[other % len(FORM)] == letter]
    if earlier:
        repeats: int | None = earlier[-1] * CELL_BARS + bar
    else:
        repeats = index - (2 if bar >= 2 else 1) if bar else None
    closes = bar == CELL_BARS - 1 and FORM[(cell + 1) % len(FORM)] != letter
    return Place(letter, bar, repeats, closes)
