"""The camera as a pinhole in the room: pixels to rays, bodies to places on the floor, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lens:
    """A pinhole camera without distortion, square pixels, the optical axis in the middle of the picture."""

    size_px: tuple[int, int]
    focal_px: float
    rotation: Array
    """(3, 3): camera axes (x right, y down, z forward) to room axes."""
    centre_m: Array
    """(3,): where the lens is in the room."""


def lens_of(
    size_px: tuple[int, int],
    height: float,
    tilt: float,
    field_of_view: float,
    position: tuple[float, float],
    pan: float,
) -> Lens:
    """The lens of a camera that hangs `height` m over the floor at `position` (x, z), looking out of the wall (+Z).

    `tilt` degrees downwards, `pan` degrees towards +X, `field_of_view` degrees across the picture's width. Seen from
    such a camera the picture's right is the room's -X.
    """
    a, b = math.radians(tilt), math.radians(pan)
    forward = np.array([math.sin(b) * math.cos(a), -math.sin(a), math.cos(b) * math.cos(a)])
    right = np.array([-math.cos(b), 0.0, math.sin(b)])
    down = np.cross(forward, right)
    focal = 0.5 * size_px[0] / math.tan(math.radians(field_of_view) / 2.0)
    return Lens(size_px, focal, np.stack([right, down, forward], axis=1), np.array([position[0], height, position[1]]))


def project(lens: Lens, points_m: Array) -> Array:
    """Room points (..., 3) as pixels (..., 2); nan behind the lens."""
    local = (points_m - lens.centre_m) @ lens.rotation
    depth = np.where(local[..., 2:] > 1e-6, local[..., 2:], np.nan)
    middle = np.array([lens.size_px[0] / 2.0, lens.size_px[1] / 2.0])
    return local[..., :2] / depth * lens.focal_px + middle


def rays(lens: Lens, points_px: Array) -> Array:
    """Directions (..., 3) in the room of the rays through pixels (..., 2), one metre deep along the axis."""
    wide, high = lens.size_px
    flat = (points_px - (0.5 * wide, 0.5 * high)) / lens.focal_px
    return flat @ lens.rotation[:, :2].T + lens.rotation[:, 2]
