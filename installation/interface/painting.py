"""Paintings: a handle on pixels, with the optical flow of what they show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.core.records import record


@record("paint.Painted")
@dataclass(frozen=True, slots=True, eq=False)
class PaintResult:
    """The painter's worker's answer; the pixels are in the message."""

    scene: str
    since: float | None
    """Show time of the previous painting that this one continues, s; None without one."""
    flow: NDArray[np.float32]
    """(rows, columns, 2) flow in canvas heights a second, x right, y up; the top row first."""
    note: str = ""
    """The painter's fault; empty without one."""


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """The newest painting; never saved with a Moment."""

    sequence: int
    time: float
    """Show time of the figures that it shows, s."""
    scene: str
    """The scene that commissioned it."""
    since: float | None
    """As `Painted.since`."""
    flow: NDArray[np.float32]
    """As `Painted.flow`."""
    pixels: NDArray[np.uint8]
    """(height, width, 3) RGB, all of the canvas, the top row first."""
