"""The wall as a window: where a body in the room appears on the canvas, and what hides what.

The eye stands behind the wall and looks through it at the visitors, and the picture is mirrored: whoever faces the
wall finds their left hand on its left side, as in a mirror, and whoever stands nearer is larger and in front.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class View:
    """How the room is framed. As it is, somebody 3 m from the wall is six tenths of the canvas high."""

    aspect: float = 16 / 9
    """Width over height of the canvas."""
    mirror: bool = True
    behind_m: float = 5.0
    """From the wall to the eye: the more, the flatter."""
    height_m: float = 1.5
    """The eye's height, and that of the horizon."""
    horizon: float = 0.72
    """Where on the canvas the horizon lies, 0 bottom .. 1 top."""
    lens: float = 2.9
    """Canvas heights that a metre has in one metre of distance."""
    across_m: float = 0.0
    """How far the eye has gone aside, along x."""
    near_m: float = 0.5
    far_m: float = 60.0

    @property
    def matrix(self) -> Array:
        """(4, 4) from the room (x, y, z, 1) to clip coordinates, acting on columns."""
        flip = 1.0 if self.mirror else -1.0
        across, lift = 2.0 * flip * self.lens / self.aspect, 2.0 * self.horizon - 1.0
        scale = (self.far_m + self.near_m) / (self.far_m - self.near_m)
        shift = -2.0 * self.far_m * self.near_m / (self.far_m - self.near_m)
        return np.array([
            [across, 0.0, 0.0, -across * self.across_m],
            [0.0, 2.0 * self.lens, lift, lift * self.behind_m - 2.0 * self.lens * self.height_m],
            [0.0, 0.0, scale, scale * self.behind_m + shift],
            [0.0, 0.0, 1.0, self.behind_m],
        ])  # fmt: skip

    @property
    def uniforms(self) -> dict[str, object]:
        """What shaders/room.glsl asks for: the matrix, column by column, and the eye in the room."""
        eye = (self.across_m, self.height_m, -self.behind_m)
        return {"view": self.matrix.T, "eye": eye, "shape": (self.aspect, 1.0)}

    def canvas(self, points_m: Array) -> Array:
        """(..., 2) canvas coordinates, 0..1 from the lower left, of places in the room (..., 3)."""
        clip = points_m @ self.matrix[:, :3].T + self.matrix[:, 3]
        return 0.5 + 0.5 * clip[..., :2] / clip[..., 3:]
