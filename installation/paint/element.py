"""Elements: what else can be on a canvas than people, from the sky to a tree, as plain values that any scene may set.

Places are canvas coordinates (x 0..1 left to right, y 0..1 bottom to top), lengths shares of the canvas' height,
distances metres from the wall, and a tone is light, red over green and yellow over blue, -1..1, as in the guide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Tone = tuple[float, float, float]
Grid = tuple[Array, Array]
Painted = tuple[Array, Array | Tone, Array | float]
"""How much of each pixel is covered (high, wide), the tone (3,) or (high, wide, 3), and metres from the wall."""

RIM = 0.006
"""Canvas heights over which an element's contour goes from nothing to all."""


@dataclass(frozen=True, slots=True)
class Sky:
    """All that is behind everything."""

    top: Tone = (-0.1, -0.05, -0.35)
    bottom: Tone = (0.55, 0.0, 0.1)
    distance: float = 1e6


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


@dataclass(frozen=True, slots=True)
class Ground:
    """The floor, from the horizon to whoever looks: as far away as `installation.stage.view.View` shows a floor."""

    horizon: float = 0.6
    tone: Tone = (0.05, 0.05, 0.25)
    far: Tone = (0.3, 0.0, 0.1)
    """At the horizon."""
    distance: float = 200.0
    """At the horizon; it comes as near as nothing stands behind it."""


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


@dataclass(frozen=True, slots=True)
class Region:
    """Any even shape, as cut from paper."""

    points: tuple[tuple[float, float], ...] = ((0.1, 0.1), (0.3, 0.1), (0.2, 0.3))
    """A polygon."""
    tone: Tone = (0.3, 0.0, 0.0)
    softness: float = RIM
    """Canvas heights over which its contour goes from nothing to all."""
    distance: float = 20.0


Element = Sky | Sun | Cloud | Hills | Ground | Tree | Region


def grid(size: tuple[int, int]) -> Grid:
    """x (1, wide) in canvas heights from the left and y (high, 1) from below, of the middles of pixels."""
    high, wide = size
    return (
        ((np.arange(wide) + 0.5) / high).astype(np.float32)[None, :],
        (1.0 - (np.arange(high) + 0.5) / high).astype(np.float32)[:, None],
    )


def painted(element: Element, grid: Grid) -> Painted:
    """What an element covers of a canvas, and with what."""
    cover, tone, metres = PAINTERS[type(element)](element, grid)
    return np.asarray(cover, np.float32), np.asarray(tone, np.float32), metres


def _sky(sky: Sky, grid: Grid) -> Painted:
    x, y = grid
    share = np.broadcast_to(y, (y.shape[0], x.shape[1]))[..., None]
    low, top = np.array(sky.bottom, np.float32), np.array(sky.top, np.float32)
    return np.ones(share.shape[:2], np.float32), low + share * (top - low), sky.distance


def _sun(sun: Sun, grid: Grid) -> Painted:
    x, y = grid
    far = np.hypot(x - sun.x * _aspect(grid), y - sun.y)
    glow = 0.6 * np.exp(-np.maximum(far - sun.radius, 0.0) / max(sun.glow, 1e-3)) if sun.glow > 0 else 0.0
    return np.maximum(_inside(sun.radius - far), glow), sun.tone, sun.distance


def _cloud(cloud: Cloud, grid: Grid) -> Painted:
    x, y = grid
    off, up = (x - cloud.x * _aspect(grid)) / max(cloud.width, 1e-3), (y - cloud.y) / max(cloud.height, 1e-3)
    # Flat below, round above.
    far = 4.0 * off**2 + np.where(up < 0.0, 9.0, 3.0) * up**2
    return cloud.density * np.clip(1.4 * np.exp(-far) - 0.15, 0.0, 1.0), cloud.tone, cloud.distance


def _hills(hills: Hills, grid: Grid) -> Painted:
    x, y = grid
    chance = np.random.default_rng([11, hills.seed])
    along = (x + hills.drift) / max(hills.breadth, 1e-3)
    ridge = np.full_like(x, hills.height)
    for octave in range(4):
        wave = 2.0 * np.pi * (1.7**octave * along + chance.random())
        ridge = ridge + 0.5 * hills.relief * 0.55**octave * np.sin(wave)
    return _inside(ridge - y), hills.tone, hills.distance


def _ground(ground: Ground, grid: Grid) -> Painted:
    x, y = grid
    below = np.maximum(ground.horizon - y, 1e-4) + 0.0 * x
    # The floor under an eye 1.5 m high and 5 m behind the wall, with the lens of `View`: 2.9 * 1.5 / below - 5.
    metres = np.clip(4.35 / below - 5.0, 0.0, ground.distance)
    share = np.exp(-5.0 * below)[..., None]
    near, far = np.array(ground.tone, np.float32), np.array(ground.far, np.float32)
    return _inside(ground.horizon - y + 0.0 * x), near + share * (far - near), metres


def _tree(tree: Tree, grid: Grid) -> Painted:
    x, y = grid
    foot = tree.x * _aspect(grid)
    up = np.clip((y - tree.foot) / max(tree.height, 1e-3), 0.0, 1.0)
    middle = foot + tree.lean * up**2
    wide = 0.05 * tree.height * (1.3 - up)
    trunk = np.minimum(
        wide - np.abs(x - middle), np.minimum(y - tree.foot, tree.foot + 0.8 * tree.height - y)
    )
    crown: Array = np.full((y.shape[0], x.shape[1]), -1.0, np.float32)
    for off, high, size in ((0.0, 0.78, 1.0), (-0.5, 0.62, 0.7), (0.5, 0.65, 0.75)):
        at = foot + tree.lean * high**2 + 0.5 * off * tree.breadth, tree.foot + high * tree.height
        crown = np.maximum(crown, 0.5 * size * 0.8 * tree.breadth - np.hypot(x - at[0], (y - at[1])))
    leaves = _inside(crown)[..., None]
    lit = np.clip((y - tree.foot) / max(tree.height, 1e-3) - 0.7, -0.3, 0.3)[..., None] * 0.6
    bark, green = np.array(tree.trunk, np.float32), np.array(tree.tone, np.float32) + lit * (1.0, 0.0, 0.0)
    return np.maximum(leaves[..., 0], _inside(trunk)), bark + leaves * (green - bark), tree.distance


def _region(region: Region, grid: Grid) -> Painted:
    import cv2  # the process that draws knows elements as values, and does without

    high, wide = len(grid[1]), grid[0].shape[1]
    cover = np.zeros((high, wide), np.uint8)
    spots = (np.array(region.points, float).reshape(-1, 2) * (wide, -high) + (0.0, high) - 0.5) * 16.0
    if len(spots) > 2 and np.isfinite(spots).all():
        points = np.rint(np.clip(spots, -1e7, 1e7)).astype(np.int32)
        cv2.fillPoly(cover, [points], 255, lineType=cv2.LINE_AA, shift=4)
    soft = cv2.GaussianBlur(cover.astype(np.float32) / 255.0, (0, 0), max(0.5 * region.softness * high, 0.4))
    return np.asarray(soft), region.tone, region.distance


PAINTERS: Mapping[type, Callable[[Any, Grid], Painted]] = MappingProxyType(
    {Sky: _sky, Sun: _sun, Cloud: _cloud, Hills: _hills, Ground: _ground, Tree: _tree, Region: _region}
)
"""What paints each kind of element; whoever adds one adds it here and to `Element`."""


def _aspect(grid: Grid) -> float:
    """Width of the canvas in canvas heights."""
    return grid[0].shape[1] / len(grid[1])


def _inside(depth: Array) -> Array:
    """0..1 from so many canvas heights outside (below 0) to inside."""
    return np.clip(0.5 + depth / RIM, 0.0, 1.0)
