"""Scenery: how elements are painted into a guide, each kind by one function of the places of pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.scenery_elements import Cloud, Element, Ground, Hills, Region, Sky, Sun, Tone, Tree

Array = NDArray[np.floating]
Grid = tuple[Array, Array]
Painted = tuple[Array, Array | Tone, Array | float]
"""How much of each pixel is covered (high, wide), the tone (3,) or (high, wide, 3), and metres from the wall."""

RIM = 0.006
"""Canvas heights over which an element's contour goes from nothing to all."""


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
    wide = 0.028 * tree.height * (1.25 - up + 0.5 * np.maximum(0.0, 1.0 - 9.0 * up) ** 2)
    trunk = np.minimum(wide - np.abs(x - middle), np.minimum(y - tree.foot, tree.foot + 0.8 * tree.height - y))
    crown: Array = np.full((y.shape[0], x.shape[1]), -1.0, np.float32)
    for off, high, size in ((0.0, 0.78, 1.0), (-0.5, 0.62, 0.7), (0.5, 0.65, 0.75)):
        at = foot + tree.lean * high**2 + 0.5 * off * tree.breadth, tree.foot + high * tree.height
        crown = np.maximum(crown, 0.5 * size * 0.8 * tree.breadth - np.hypot(x - at[0], (y - at[1])))
    # Boughs and tufts: two ripples in the contour, each as fine as the crown is small.
    for share, turns in ((0.06, 2.3), (0.03, 4.7)):
        wave = 2.0 * np.pi * turns / max(tree.breadth, 1e-3)
        crown = crown + share * tree.breadth * np.sin(wave * (x - foot) + 0.7) * np.sin(wave * (y - tree.foot) + turns)
    leaves = _inside(crown)[..., None]
    lit = np.clip((y - tree.foot) / max(tree.height, 1e-3) - 0.7, -0.3, 0.3)[..., None] * 0.6
    bark, green = np.array(tree.trunk, np.float32), np.array(tree.tone, np.float32) + lit * (1.0, 0.0, 0.0)
    return np.maximum(leaves[..., 0], _inside(trunk)), bark + leaves * (green - bark), tree.distance


def _region(region: Region, grid: Grid) -> Painted:
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
"""What paints each kind of element; whoever adds one adds it here and to `installation.interface.scenery_elements`."""


def _aspect(grid: Grid) -> float:
    """Width of the canvas in canvas heights."""
    return grid[0].shape[1] / len(grid[1])


def _inside(depth: Array) -> Array:
    """0..1 from so many canvas heights outside (below 0) to inside."""
    return np.clip(0.5 + depth / RIM, 0.0, 1.0)
