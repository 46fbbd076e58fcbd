"""Camera view: a pinhole camera behind the wall, from places in the room to the canvas, with depth.

The camera looks through the wall at the visitors, and the picture is mirrored: a visitor who faces the wall finds
their left hand on its left side, as in a mirror, and nearer visitors are larger and in front.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class View:
    """Position and lens of the camera. By default a person 3 m from the wall is six tenths of the canvas high."""

    aspect: float = 16 / 9
    """Width over height of the canvas."""
    mirror: bool = True
    behind_m: float = 5.0
    """From the wall to the camera: the more, the flatter the perspective."""
    height_m: float = 1.5
    """Height of the camera, and of the horizon."""
    horizon: float = 0.72
    """Height of the horizon on the canvas, 0 bottom .. 1 top."""
    lens: float = 2.9
    """Canvas heights of one metre at one metre of distance."""
    across_m: float = 0.0
    """Position of the camera along x."""
    near_m: float = 0.5
    far_m: float = 60.0

    @property
    def matrix(self) -> Array:
        """(4, 4) from the room (x, y, z, 1) to clip coordinates, acting on columns."""
        flip = 1.0 if self.mirror else -1.0
        across, lift = 2.0 * flip * self.lens / self.aspect, 2.0 * self.horizon - 1.0
        scale = (self.far_m + self.near_m) / (self.far_m - self.near_m)
        shift = -2.0 * self.far_m * self.near_m / (self.far_m - self.near_m)
        return np.array(
            [
                [across, 0.0, 0.0, -across * self.across_m],
                [0.0, 2.0 * self.lens, lift, lift * self.behind_m - 2.0 * self.lens * self.height_m],
                [0.0, 0.0, scale, scale * self.behind_m + shift],
                [0.0, 0.0, 1.0, self.behind_m],
            ]
        )

    @property
    def uniforms(self) -> dict[str, object]:
        """The uniforms of shaders/room.glsl: the matrix, column by column, and the camera's position."""
        eye = (self.across_m, self.height_m, -self.behind_m)
        return {"view": self.matrix.T, "eye": eye, "shape": (self.aspect, 1.0)}

    def canvas(self, points_m: Array) -> Array:
        """(..., 2) canvas coordinates, 0..1 from the lower left, of points in the room (..., 3)."""
        clip = points_m @ self.matrix[:, :3].T + self.matrix[:, 3]
        return 0.5 + 0.5 * clip[..., :2] / clip[..., 3:]
