"""Scenery elements: what a painting shows beside people, from the sky to a tree, as plain values.

Positions are canvas coordinates (x 0..1 left to right, y 0..1 bottom to top), lengths shares of the canvas' height,
distances metres from the wall, and a tone is light, red over green and yellow over blue, -1..1, as in the guide.
"""

from __future__ import annotations

from dataclasses import dataclass

from installation.core.records import record

Tone = tuple[float, float, float]


@record("paint.Sky")
@dataclass(frozen=True, slots=True)
class Sky:
    """The sky behind everything else."""

    top: Tone = (-0.1, -0.05, -0.35)
    bottom: Tone = (0.55, 0.0, 0.1)
    distance: float = 1e6


@record("paint.Sun")
@dataclass(frozen=True, slots=True)
class Sun:
    """A disc with a glow around it: the sun or the moon."""

    x: float = 0.7
    y: float = 0.75
    radius: float = 0.08
    glow: float = 0.15
    """Width of the glow around the disc."""
    tone: Tone = (0.9, 0.15, 0.7)
    distance: float = 1e5


@record("paint.Cloud")
@dataclass(frozen=True, slots=True)
class Cloud:
    """A soft, wide cloud."""

    x: float = 0.3
    y: float = 0.8
    width: float = 0.4
    height: float = 0.08
    tone: Tone = (0.75, 0.0, 0.02)
    density: float = 0.9
    distance: float = 5e3


@record("paint.Hills")
@dataclass(frozen=True, slots=True)
class Hills:
    """A ridge with the land below it."""

    height: float = 0.62
    """Mean height of the ridge."""
    relief: float = 0.08
    """Amplitude of the ridge."""
    breadth: float = 0.6
    """Width of the largest hill."""
    seed: int = 0
    drift: float = 0.0
    """Shift to the left."""
    tone: Tone = (-0.2, -0.2, 0.15)
    distance: float = 300.0


@record("paint.Ground")
@dataclass(frozen=True, slots=True)
class Ground:
    """The floor, from the horizon to the camera: as far away as `camera_view.View` shows a floor."""

    horizon: float = 0.6
    tone: Tone = (0.05, 0.05, 0.25)
    far: Tone = (0.3, 0.0, 0.1)
    """At the horizon."""
    distance: float = 200.0
    """At the horizon; the ground hides nothing that stands on it."""


@record("paint.Tree")
@dataclass(frozen=True, slots=True)
class Tree:
    """A trunk and a crown."""

    x: float = 0.15
    foot: float = 0.3
    """Height of its foot on the canvas."""
    height: float = 0.45
    breadth: float = 0.28
    """Of the crown."""
    lean: float = 0.0
    """Shift of its top to the right, as by wind."""
    tone: Tone = (-0.45, -0.3, 0.3)
    trunk: Tone = (-0.6, 0.1, 0.2)
    distance: float = 12.0


@record("paint.Region")
@dataclass(frozen=True, slots=True)
class Region:
    """A polygon of one tone, as cut from paper."""

    points: tuple[tuple[float, float], ...] = ((0.1, 0.1), (0.3, 0.1), (0.2, 0.3))
    """Corners of the polygon."""
    tone: Tone = (0.3, 0.0, 0.0)
    softness: float = 0.006
    """Width of the soft contour in canvas heights."""
    distance: float = 20.0


Element = Sky | Sun | Cloud | Hills | Ground | Tree | Region
ELEMENTS: tuple[type, ...] = (Sky, Sun, Cloud, Hills, Ground, Tree, Region)
"""All of them."""
