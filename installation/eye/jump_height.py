"""Jump height: how far off the floor a body is, from how far above a standing body the camera sees its hips."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.eye.camera import Lens, rays
from motion.smooth import blend_factor_hz

Array = NDArray[np.float64]

RISE_CUTOFF_HZ = 0.1
"""Cutoff at which the offset of the ground is learned upwards, which may be a jump."""
FALL_CUTOFF_HZ = 1.0
"""Cutoff at which it is learned otherwise."""
STEP_HEIGHT_M = 0.06
"""Height to which walking lifts the hips, which is no jump."""
MAX_JUMP_M = 0.8
MAX_FLIGHT_SECONDS = 2.0 * math.sqrt(2.0 * MAX_JUMP_M / 9.81)
"""Seconds after which even the highest jump has ended: a body still seen that high stands there."""


class JumpEstimator:
    """The jump height of one body.

    A camera that hangs askew, or a stage under the feet, shows the hips too high all the time: this offset is learned,
    upwards slowly as long as it may be a jump.
    """

    def __init__(self) -> None:
        self.height_m = 0.0
        """Metres that the body is in the air."""
        self._offset_m: float | None = None
        """How much higher the hips are seen than feet on the floor would have them, as long as they are on it."""
        self._airborne_seconds = 0.0

    def step(self, standing_hips_m: Array, hips_px: Array, lens: Lens, dt: float) -> None:
        """Update `height_m` from the hips seen at the pixel `hips_px`, and where they would be on standing feet."""
        ray = rays(lens, hips_px)
        depth = float((standing_hips_m - lens.centre_m) @ lens.rotation[:, 2])
        seen = float(lens.centre_m[1] + ray[1] * depth - standing_hips_m[1])
        if self._offset_m is None:
            self._offset_m = seen
        above = seen - self._offset_m
        self._airborne_seconds = self._airborne_seconds + dt if above > STEP_HEIGHT_M else 0.0
        may_jump = above > 0.0 and self._airborne_seconds < MAX_FLIGHT_SECONDS
        self._offset_m += float(blend_factor_hz(RISE_CUTOFF_HZ if may_jump else FALL_CUTOFF_HZ, dt)) * above
        self.height_m = min(max(above - STEP_HEIGHT_M, 0.0), MAX_JUMP_M)
