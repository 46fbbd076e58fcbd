"""Smoothing of one person's landmarks, in the picture and in metres from the hips, with one alpha-beta filter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.eye.pose_estimator import PoseDetection
from motion.landmarks import LANDMARKS
from motion.smooth import AlphaBetaFilter, blend_factor_hz

Array = NDArray[np.float64]

BODY_SIZE_M = 1.7
"""Metres that a body's size in the picture stands for while its landmarks are smoothed there."""
SIZE_CUTOFF_HZ = 1.0
"""Cutoff of a body's size in the picture."""
LIMB_SECONDS = 0.1
"""Seconds after a detection for which each landmark is predicted by itself: that long a body waits for its turn."""
MAX_LANDMARK_SPEED = 8.0
"""Highest speed of a predicted landmark, m/s: a thrown fist."""
MAX_BODY_SPEED = 3.0
"""Highest speed of a predicted body, m/s."""
TORSO = [11, 12, 23, 24]
"""Shoulders and hips."""


@dataclass(frozen=True, slots=True)
class SmoothingSettings:
    """Cutoffs of the filter; see `installation.venue.schema.EyeSection`."""

    cutoff_hz: float
    """Of a body at rest: lower is calmer."""
    speed_cutoff_hz: float
    """Gain of the cutoff for each m/s of speed: higher follows faster."""


class LandmarkSmoother:
    """The smoothed landmarks of one person."""

    def __init__(self, settings: SmoothingSettings) -> None:
        self._filter = AlphaBetaFilter(settings.cutoff_hz, settings.speed_cutoff_hz)
        """(2, 33, 3): the landmarks in the picture, which have no third coordinate, and those from the hips; metres."""
        self._size_px = 0.0
        self._metres_per_pixel = 1.0

    def step(self, detection: PoseDetection, size_px: float, dt: float) -> Array:
        """Smooth a detection `dt` seconds after the last (0 for the first) of a body of `size_px`.

        Returns the smoothed (33, 3) landmarks in metres from the hips, camera axes.
        """
        if self._size_px == 0.0:
            self._size_px = size_px
        else:
            self._size_px = self._size_px + float(blend_factor_hz(SIZE_CUTOFF_HZ, dt)) * (size_px - self._size_px)
        scale = BODY_SIZE_M / self._size_px
        if dt > 0.0:
            # The filter works in metres; a body that comes nearer must not look like one that moves.
            self._filter.rescale(np.array([scale / self._metres_per_pixel, 1.0])[:, None, None])
        self._metres_per_pixel = scale
        points = np.zeros((2, len(LANDMARKS), 3))
        points[0, :, :2], points[1] = detection.landmarks_px * scale, detection.local_landmarks_m
        smoothed: Array = self._filter.step(points, dt)[1]
        return smoothed

    @property
    def local_m(self) -> Array:
        """(33, 3) metres from the hips, camera axes."""
        local: Array = self._filter.value[1]
        return local

    @property
    def local_velocity_m(self) -> Array:
        """(33, 3) m/s, camera axes."""
        velocity: Array = self._filter.velocity[1]
        return velocity

    @property
    def hips_px(self) -> Array:
        """(2,) middle of the hips in the picture."""
        picture = self._filter.value[0]
        hips: Array = (picture[23, :2] + picture[24, :2]) * (0.5 * self._size_px / BODY_SIZE_M)
        return hips

    @property
    def torso_px(self) -> Array:
        """(2,) middle of the torso in the picture."""
        torso: Array = self._filter.value[0, TORSO, :2].mean(axis=0) / self._metres_per_pixel
        return torso

    def predicted_px(self, seconds: float) -> Array:
        """(33, 2) landmarks in the picture `seconds` after the last detection, at constant bounded velocity.

        Each landmark goes on at its own velocity for LIMB_SECONDS; then the body moves as one.
        """
        value, velocity = self._filter.value[0, :, :2], self._filter.velocity[0, :, :2]
        moved = _bounded(velocity, MAX_LANDMARK_SPEED) * min(seconds, LIMB_SECONDS)
        rest = self.torso_shift_px(seconds) - self.torso_shift_px(LIMB_SECONDS) if seconds > LIMB_SECONDS else 0.0
        predicted: Array = (value + moved) / self._metres_per_pixel + rest
        return predicted

    def torso_shift_px(self, seconds: float) -> Array:
        """(2,) shift of the torso in the picture within `seconds`, at constant bounded velocity."""
        velocity = _bounded(self._filter.velocity[0, TORSO, :2].mean(axis=0), MAX_BODY_SPEED)
        shift: Array = velocity * seconds / self._metres_per_pixel
        return shift


def _bounded(velocity: NDArray[np.floating], fastest: float) -> Array:
    """Velocities (..., 2), those above `fastest` shortened to it."""
    speed = np.linalg.norm(velocity, axis=-1, keepdims=True)
    bounded: Array = velocity * np.minimum(1.0, fastest / np.maximum(speed, 1e-9))
    return bounded
