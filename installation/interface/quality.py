"""What one quality level of the governor lets models and shaders spend."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of the nominal cost at one quality level, each 0..1."""

    eye_rate: float = 1.0
    """Share of the eye's nominal rate."""
    eye_scale: float = 1.0
    """Share of the eye's nominal resolution, and of those at whom it looks in each step."""
    dance_rate: float = 1.0
    """Share of the dancers' nominal rate."""
    paint_rate: float = 1.0
    """Share of the painter's nominal rate."""
    paint_size: float = 1.0
    """Share of the paintings' nominal size."""
    shading: float = 1.0
    """Share of the canvas's resolution and of a scene's effort."""
