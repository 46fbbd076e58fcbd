"""The pointer: where the mouse is over the canvas, or over the picture of the eye that follows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pointer:
    """The mouse over an output."""

    x: float
    """0..1 from left to right, as the audience sees it."""
    y: float
    """0..1 from bottom to top."""
    pressed: bool = False
    """Whether the left button is down."""
