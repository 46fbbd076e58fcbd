"""A painting as the loop knows it: a handle on pixels, and how what is on it moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.core.records import record


@record("paint.Painted")
@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """What the painter's worker says of a picture; its pixels are in the letter."""

    scene: str
    since: float | None
    """When the painting before it was so, s of show time; None where none leads up to it."""
    flow: NDArray[np.float32]
    """(rows, columns, 2) canvas heights a second at which what is here moves, x right, y up; the top row first."""
    note: str = ""
    """What is wrong, in words; empty when all is well."""


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """The newest painting: never saved with a Moment."""

    sequence: int
    time: float
    """When the world was as it shows it, s of show time."""
    scene: str
    """For whom it was painted."""
    since: float | None
    """As `Painted.since`."""
    flow: NDArray[np.float32]
    """As `Painted.flow`."""
    pixels: NDArray[np.uint8]
    """(height, width, 3) RGB, all of the canvas, the top row first."""
