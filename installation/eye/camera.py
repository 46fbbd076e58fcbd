"""Pinhole camera in the room: projection of points to pixels, rays of pixels, and pixels as screen coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lens:
    """A pinhole camera without distortion, with square pixels."""

    size_px: tuple[int, int]
    focal_px: float
    rotation: Array
    """(3, 3): camera axes (x right, y down, z forward) to room axes."""
    centre_m: Array
    """(3,): position of the lens in the room."""
    middle_px: tuple[float, float]
    """Where the optical axis meets the picture."""


def lens_of(
    size_px: tuple[int, int],
    height_m: float,
    tilt_degrees: float,
    field_of_view_degrees: float,
    position_m: tuple[float, float],
    pan_degrees: float,
) -> Lens:
    """The lens of a camera `height_m` above the floor at `position_m` (x, z), looking out of the wall (+Z).

    Tilt is downwards, pan towards +X, the field of view across the picture's width. The right of such a camera's
    picture is the room's -X.
    """
    tilt, pan = math.radians(tilt_degrees), math.radians(pan_degrees)
    forward = np.array([math.sin(pan) * math.cos(tilt), -math.sin(tilt), math.cos(pan) * math.cos(tilt)])
    right = np.array([-math.cos(pan), 0.0, math.sin(pan)])
    down = np.cross(forward, right)
    focal_px = 0.5 * size_px[0] / math.tan(math.radians(field_of_view_degrees) / 2.0)
    centre_m = np.array([position_m[0], height_m, position_m[1]])
    middle_px = (size_px[0] / 2.0, size_px[1] / 2.0)
    return Lens(size_px, focal_px, np.stack([right, down, forward], axis=1), centre_m, middle_px)


def cropped(lens: Lens, box_px: tuple[int, int, int, int]) -> Lens:
    """The lens of the part of a picture from left and top to right and bottom."""
    left, top, right, bottom = box_px
    middle_px = (lens.middle_px[0] - left, lens.middle_px[1] - top)
    return replace(lens, size_px=(right - left, bottom - top), middle_px=middle_px)


def project(lens: Lens, points_m: Array) -> Array:
    """Room points (..., 3) as pixels (..., 2); nan behind the lens."""
    local = (points_m - lens.centre_m) @ lens.rotation
    depth = np.where(local[..., 2:] > 1e-6, local[..., 2:], np.nan)
    points_px: Array = local[..., :2] / depth * lens.focal_px + lens.middle_px
    return points_px


def rays(lens: Lens, points_px: Array) -> Array:
    """Directions (..., 3) in the room of the rays through pixels (..., 2), one metre deep along the axis."""
    normalised = (points_px - lens.middle_px) / lens.focal_px
    return normalised @ lens.rotation[:, :2].T + lens.rotation[:, 2]


def to_screen(points_px: NDArray[np.floating], size_px: tuple[int, int], mirror: bool) -> NDArray[np.float32]:
    """Picture pixels (n, 2) as screen coordinates: 0..1, y up, mirrored where the venue mirrors."""
    points = points_px * (1.0 / size_px[0], -1.0 / size_px[1]) + (0.0, 1.0)
    if mirror:
        points[:, 0] = 1.0 - points[:, 0]
    return points.astype(np.float32)
