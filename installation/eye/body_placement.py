"""Placement of one body in the room over time: ground position, body size, and height above the floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.eye.camera import Lens
from installation.eye.ground_position import MIN_VISIBILITY, locate_hips
from installation.eye.jump_height import JumpEstimator
from installation.eye.pose_estimator import PoseDetection
from motion.landmarks import FOOT_LANDMARKS
from motion.smooth import AlphaBetaFilter, blend_factor_hz

Array = NDArray[np.float64]

POSITION_CUTOFF_HZ = 0.8
"""Cutoff of the ground position at rest."""
POSITION_SPEED_CUTOFF_HZ = 1.2
"""Gain of that cutoff for each m/s."""
SCALE_CUTOFF_HZ = 0.3
"""Cutoff of a visitor's body size."""
PRIOR_SAMPLES = 4
"""Measurements that the assumption of an average body size is worth."""
UPDATE_SECONDS = 0.08
"""Seconds after which ground position and movement features, which are calm, are computed again."""
MAX_PREDICTION_SECONDS = 0.25
"""Seconds for which a body whose pose was not estimated is predicted at constant velocity."""
FOOT_LANDMARK_HEIGHT_M = 0.02
"""Height of the lowest foot landmark of a standing body."""


class BodyPlacement:
    """Where one body stands, how large it is, and how high it jumps."""

    def __init__(self) -> None:
        self._filter = AlphaBetaFilter(POSITION_CUTOFF_HZ, POSITION_SPEED_CUTOFF_HZ)
        self._hips_m = np.zeros(3)
        self._scale = 1.0
        """Body size relative to the landmarker's average body."""
        self._scale_samples = 0
        self._updated: float | None = None
        """When the ground position was computed last, s of show time."""
        self._lowest_foot_m = 0.0
        """Of the feet over the hips, in the landmarker's metres."""
        self._jump = JumpEstimator()

    def is_due(self, t: float) -> bool:
        """Whether `update` is to be called at time `t`."""
        return self._updated is None or not 0.0 <= t - self._updated < UPDATE_SECONDS

    def seconds_since_update(self, t: float) -> float:
        """0 before the first update."""
        return 0.0 if self._updated is None else t - self._updated

    def set_feet(self, local_m: Array, lens: Lens) -> None:
        """Take the lowest foot from smoothed landmarks (33, 3) in metres from the hips; at every detection."""
        self._lowest_foot_m = min((local_m[FOOT_LANDMARKS] @ lens.rotation[1]).tolist())

    def update(self, detection: PoseDetection, local_m: Array, lens: Lens, t: float) -> None:
        """Compute ground position and body size of a detection at time `t`; `local_m` are its smoothed landmarks."""
        dt = self.seconds_since_update(t)
        picture, visibility = detection.landmarks_px.astype(float), detection.visibility.astype(float)
        hips_m, scale = locate_hips(lens, picture, local_m, visibility, self._scale)
        if scale is not None:
            self._scale_samples += 1
            # At first the mean of all measurements, later of recent ones. Feet in the air measure too large, never too
            # small, and so an increase has less weight.
            rate = max(float(blend_factor_hz(SCALE_CUTOFF_HZ, dt)), 1.0 / (self._scale_samples + PRIOR_SAMPLES))
            self._scale += (rate if scale < self._scale else 0.4 * rate) * (scale - self._scale)
        self._hips_m = self._filter.step(hips_m, dt).astype(float, copy=False)
        self._updated = t

    def update_jump(self, detection: PoseDetection, hips_px: Array, lens: Lens, t: float, dt: float) -> None:
        """Compute the height above the floor, `dt` seconds after the last detection; 0 while the feet are hidden."""
        self._jump.height_m = 0.0
        feet = detection.visibility[FOOT_LANDMARKS]
        if feet.sum() >= MIN_VISIBILITY * len(feet):
            self._jump.step(self._hips_at(self._prediction_seconds(t)), hips_px, lens, dt)

    def to_room(self, local_m: Array, lens: Lens, t: float) -> Array:
        """(33, 3) landmarks in the room at time `t`, of landmarks in metres from the hips, camera axes."""
        return (local_m * self._scale) @ lens.rotation.T + self._hips_at(self._prediction_seconds(t))

    def to_room_now(self, local_m: Array, lens: Lens) -> Array:
        """The same at the last update."""
        return (local_m * self._scale) @ lens.rotation.T + self._hips_at(0.0)

    def _prediction_seconds(self, t: float) -> float:
        return 0.0 if self._updated is None else min(max(t - self._updated, 0.0), MAX_PREDICTION_SECONDS)

    def _hips_at(self, seconds: float) -> Array:
        """(3,) middle of the hips in the room `seconds` after the last update; the lowest foot is on the floor."""
        x, _, z = (self._hips_m + self._filter.velocity * seconds).tolist()
        return np.array([x, FOOT_LANDMARK_HEIGHT_M - self._lowest_foot_m * self._scale + self._jump.height_m, z])

    @property
    def floor_m(self) -> NDArray[np.float32]:
        """(2,) x and z on the floor."""
        return np.array([self._hips_m[0], self._hips_m[2]], np.float32)

    @property
    def velocity_m(self) -> NDArray[np.float32]:
        """(2,) m/s along x and z."""
        velocity = self._filter.velocity
        return np.array([velocity[0], velocity[2]], np.float32)
