"""Elements: what else can be on a canvas than people, from the sky to a tree, as plain values that any scene may set.

Places are canvas coordinates (x 0..1 left to right, y 0..1 bottom to top), lengths shares of the canvas' height,
distances metres from the wall, and a tone is light, red over green and yellow over blue, -1..1, as in the guide.
"""

from __future__ import annotations

from dataclasses import dataclass

from installation.core.records import record

Tone = tuple[float, float, float]


@record("paint.Sky")
@dataclass(frozen=True, slots=True)
class Sky:
    """All that is behind everything."""

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
    """How far its light goes beyond it."""
    tone: Tone = (0.9, 0.15, 0.7)
    distance: float = 1e5


@record("paint.Cloud")
@dataclass(frozen=True, slots=True)
class Cloud:
    """A soft, wide thing in the sky."""

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
    """A ridge and all below it."""

    height: float = 0.62
    """Where the ridge is on average."""
    relief: float = 0.08
    """How far it rises and falls."""
    breadth: float = 0.6
    """Of the largest hill."""
    seed: int = 0
    drift: float = 0.0
    """How far they are moved to the left."""
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
    """At the horizon; it comes as near as nothing stands behind it."""


@record("paint.Tree")
@dataclass(frozen=True, slots=True)
class Tree:
    """A trunk and a crown."""

    x: float = 0.15
    foot: float = 0.3
    """Where it stands."""
    height: float = 0.45
    breadth: float = 0.28
    """Of the crown."""
    lean: float = 0.0
    """How far its top is moved to the right: what a wind does."""
    tone: Tone = (-0.45, -0.3, 0.3)
    trunk: Tone = (-0.6, 0.1, 0.2)
    distance: float = 12.0


@record("paint.Region")
@dataclass(frozen=True, slots=True)
class Region:
    """Any even shape, as cut from paper."""

    points: tuple[tuple[float, float], ...] = ((0.1, 0.1), (0.3, 0.1), (0.2, 0.3))
    """A polygon."""
    tone: Tone = (0.3, 0.0, 0.0)
    softness: float = 0.006
    """Canvas heights over which its contour goes from nothing to all."""
    distance: float = 20.0


Element = Sky | Sun | Cloud | Hills | Ground | Tree | Region
ELEMENTS: tuple[type, ...] = (Sky, Sun, Cloud, Hills, Ground, Tree, Region)
"""All of them."""
