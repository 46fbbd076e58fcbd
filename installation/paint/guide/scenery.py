"""Scenery elements rasterised into a guide, each kind by one function of pixel coordinates."""

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
ElementRaster = tuple[Array, Array | Tone, Array | float]
"""Coverage of each pixel (h, w) 0..1, the tone (3,) or (h, w, 3), and the distance from the wall, metres."""

CONTOUR_WIDTH = 0.006
"""Canvas heights over which an element's coverage goes from 0 to 1."""


def pixel_grid(size: tuple[int, int]) -> Grid:
    """Pixel centres for `size` (height, width): x (1, w) from the left and y (h, 1) from below, in canvas heights."""
    height, width = size
    return (
        ((np.arange(width) + 0.5) / height).astype(np.float32)[None, :],
        (1.0 - (np.arange(height) + 0.5) / height).astype(np.float32)[:, None],
    )


def rasterise(element: Element, grid: Grid) -> ElementRaster:
    """Coverage, tone and distance of one element."""
    cover, tone, metres = ELEMENT_RASTERISERS[type(element)](element, grid)
    return np.asarray(cover, np.float32), np.asarray(tone, np.float32), metres


def _sky(sky: Sky, grid: Grid) -> ElementRaster:
    x, y = grid
    share = np.broadcast_to(y, (y.shape[0], x.shape[1]))[..., None]
    bottom, top = np.array(sky.bottom, np.float32), np.array(sky.top, np.float32)
    return np.ones(share.shape[:2], np.float32), bottom + share * (top - bottom), sky.distance


def _sun(sun: Sun, grid: Grid) -> ElementRaster:
    x, y = grid
    radius = np.hypot(x - sun.x * _aspect(grid), y - sun.y)
    glow = 0.6 * np.exp(-np.maximum(radius - sun.radius, 0.0) / max(sun.glow, 1e-3)) if sun.glow > 0 else 0.0
    return np.maximum(_coverage(sun.radius - radius), glow), sun.tone, sun.distance


def _cloud(cloud: Cloud, grid: Grid) -> ElementRaster:
    x, y = grid
    u, v = (x - cloud.x * _aspect(grid)) / max(cloud.width, 1e-3), (y - cloud.y) / max(cloud.height, 1e-3)
    # Flat below, round above.
    squared = 4.0 * u**2 + np.where(v < 0.0, 9.0, 3.0) * v**2
    return cloud.density * np.clip(1.4 * np.exp(-squared) - 0.15, 0.0, 1.0), cloud.tone, cloud.distance


def _hills(hills: Hills, grid: Grid) -> ElementRaster:
    x, y = grid
    rng = np.random.default_rng([11, hills.seed])
    breadth = max(hills.breadth, 1e-3)
    ridge = np.full_like(x, hills.height)
    for octave in range(4):
        # After days a drift is too large for the 32 bits of x.
        shift = 1.7**octave * hills.drift / breadth % 1.0
        phase = 2.0 * np.pi * (1.7**octave / breadth * x + shift + rng.random())
        ridge = ridge + 0.5 * hills.relief * 0.55**octave * np.sin(phase)
    return _coverage(ridge - y), hills.tone, hills.distance


def _ground(ground: Ground, grid: Grid) -> ElementRaster:
    x, y = grid
    below = np.maximum(ground.horizon - y, 1e-4) + 0.0 * x
    # The floor below a camera 1.5 m high and 5 m behind the wall, with the lens of `View`: 2.9 * 1.5 / below - 5.
    distance_m = np.clip(4.35 / below - 5.0, 0.0, ground.distance)
    share = np.exp(-5.0 * below)[..., None]
    near, far = np.array(ground.tone, np.float32), np.array(ground.far, np.float32)
    return _coverage(ground.horizon - y + 0.0 * x), near + share * (far - near), distance_m


def _tree(tree: Tree, grid: Grid) -> ElementRaster:
    x, y = grid
    foot_x = tree.x * _aspect(grid)
    height = np.clip((y - tree.foot) / max(tree.height, 1e-3), 0.0, 1.0)
    centre_x = foot_x + tree.lean * height**2
    half_width = 0.028 * tree.height * (1.25 - height + 0.5 * np.maximum(0.0, 1.0 - 9.0 * height) ** 2)
    trunk = np.minimum(half_width - np.abs(x - centre_x), np.minimum(y - tree.foot, tree.foot + 0.8 * tree.height - y))
    crown: Array = np.full((y.shape[0], x.shape[1]), -1.0, np.float32)
    # The crown is the union of three circles, then two ripples in its contour, finer the smaller the crown.
    for offset, up, size in ((0.0, 0.78, 1.0), (-0.5, 0.62, 0.7), (0.5, 0.65, 0.75)):
        centre = foot_x + tree.lean * up**2 + 0.5 * offset * tree.breadth, tree.foot + up * tree.height
        crown = np.maximum(crown, 0.5 * size * 0.8 * tree.breadth - np.hypot(x - centre[0], (y - centre[1])))
    for share, cycles in ((0.06, 2.3), (0.03, 4.7)):
        k = 2.0 * np.pi * cycles / max(tree.breadth, 1e-3)
        crown = crown + share * tree.breadth * np.sin(k * (x - foot_x) + 0.7) * np.sin(k * (y - tree.foot) + cycles)
    leaves = _coverage(crown)[..., None]
    lightening = np.clip((y - tree.foot) / max(tree.height, 1e-3) - 0.7, -0.3, 0.3)[..., None] * 0.6
    bark, green = np.array(tree.trunk, np.float32), np.array(tree.tone, np.float32) + lightening * (1.0, 0.0, 0.0)
    return np.maximum(leaves[..., 0], _coverage(trunk)), bark + leaves * (green - bark), tree.distance


def _region(region: Region, grid: Grid) -> ElementRaster:
    height, width = len(grid[1]), grid[0].shape[1]
    mask = np.zeros((height, width), np.uint8)
    corners = (np.array(region.points, float).reshape(-1, 2) * (width, -height) + (0.0, height) - 0.5) * 16.0
    if len(corners) > 2 and np.isfinite(corners).all():
        points = np.rint(np.clip(corners, -1e7, 1e7)).astype(np.int32)
        cv2.fillPoly(mask, [points], 255, lineType=cv2.LINE_AA, shift=4)
    soft = cv2.GaussianBlur(mask.astype(np.float32) / 255.0, (0, 0), max(0.5 * region.softness * height, 0.4))
    return np.asarray(soft), region.tone, region.distance


ELEMENT_RASTERISERS: Mapping[type, Callable[[Any, Grid], ElementRaster]] = MappingProxyType(
    {Sky: _sky, Sun: _sun, Cloud: _cloud, Hills: _hills, Ground: _ground, Tree: _tree, Region: _region}
)
"""The function that rasterises each kind of element. A new kind is added here and to
`installation.interface.scenery_elements`."""


def _aspect(grid: Grid) -> float:
    """Width of the canvas in canvas heights."""
    aspect: float = grid[0].shape[1] / len(grid[1])
    return aspect


def _coverage(depth: Array) -> Array:
    """0..1 by the signed distance to a contour in canvas heights, positive inside."""
    coverage: Array = np.clip(0.5 + depth / CONTOUR_WIDTH, 0.0, 1.0)
    return coverage
