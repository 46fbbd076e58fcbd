"""One tracked person over time: smoothed landmarks, placement in the room, silhouette, body pose and features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.eye.body_placement import MAX_PREDICTION_SECONDS, BodyPlacement
from installation.eye.camera import Lens, to_screen
from installation.eye.landmark_smoother import LandmarkSmoother, SmoothingSettings
from installation.eye.movement_features import MovementFeatures
from installation.eye.outline import oriented_rings, silhouette_rings
from installation.eye.pose_estimator import PoseDetection
from installation.eye.track import Track
from installation.interface.visitor import State, Visitor
from motion.body import Body
from motion.landmark_lifting import LandmarkLifter
from motion.landmarks import LANDMARKS

Array = NDArray[np.float32]


class TrackedPerson:
    """State of one visitor beside their track."""

    def __init__(self, settings: SmoothingSettings) -> None:
        self._smoother = LandmarkSmoother(settings)
        self._placement = BodyPlacement()
        self._features = MovementFeatures()
        self._lifter = LandmarkLifter()
        self._detection: PoseDetection | None = None
        self._rings: list[Array] = []
        self._body: Body | None = None
        self._body_time: float | None = None
        self.seen: float | None = None
        """When last detected, s of show time."""

    def update(self, detection: PoseDetection, size_px: float, lens: Lens, t: float) -> None:
        """Take in a detection at time `t` of a body of `size_px`."""
        dt = 0.0 if self.seen is None else t - self.seen
        local_m = self._smoother.step(detection, size_px, dt)
        self._placement.set_feet(local_m, lens)
        self._rings = silhouette_rings(detection) or self._rings
        self._detection = detection
        self.seen = t
        if self._placement.is_due(t):
            features_dt = self._placement.seconds_since_update(t)
            self._placement.update(detection, local_m, lens, t)
            landmarks_m = self._placement.to_room_now(self._smoother.local_m, lens)
            self._features.step(landmarks_m, self._smoother.local_velocity_m @ lens.rotation.T, features_dt)
        self._placement.update_jump(detection, self._smoother.hips_px, lens, t, dt)
        self._lift(detection, detection.visibility.astype(float), lens, t)

    def _lift(self, detection: PoseDetection, visibility: NDArray[np.float64], lens: Lens, t: float) -> None:
        """Solve the body's pose at time `t` from a detection's landmarks."""
        landmarks_m = self._placement.to_room(detection.local_landmarks_m.astype(float), lens, t)
        self._body = self._lifter.step(landmarks_m, visibility, 0.0 if self._body_time is None else t - self._body_time)
        self._body_time = t

    def visitor(self, track: Track, state: State, lens: Lens, mirror: bool, t: float, camera: int) -> Visitor:
        """The visitor at time `t`, predicted from the last detection."""
        assert self._detection is not None
        assert self.seen is not None
        seconds = min(max(t - self.seen, 0.0), MAX_PREDICTION_SECONDS)
        landmarks_px = self._smoother.predicted_px(seconds)
        rings: list[NDArray[np.floating]] = list(self._rings)
        if seconds > 0.0:
            shift = self._smoother.torso_shift_px(seconds)
            rings = [ring + shift for ring in rings]
        landmarks_m = self._placement.to_room(self._smoother.local_m, lens, t)
        if t > self.seen:
            self._lift(self._detection, np.zeros(len(LANDMARKS)), lens, t)
        return Visitor(
            id=track.id,
            slot=track.slot,
            state=state,
            born=track.born,
            seen=track.seen,
            box_px=track.predicted_box(t).astype(np.float32),
            landmarks_px=landmarks_px.astype(np.float32),
            landmarks_screen=to_screen(landmarks_px, lens.size_px, mirror),
            landmarks_m=landmarks_m.astype(np.float32),
            visibility=self._detection.visibility,
            outline_screen=oriented_rings([to_screen(ring, lens.size_px, mirror) for ring in rings]),
            floor_m=self._placement.floor_m,
            velocity_m=self._placement.velocity_m,
            camera=camera,
            body=self._body,
            **self._features.visitor_fields(),
        )
