"""One tracked person over time: smoothed landmarks, placement in the room, silhouette, body pose and features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.eye.body_placement import MAX_PREDICTION_SECONDS, BodyPlacement
from installation.eye.camera import Lens, to_screen
from installation.eye.landmark_smoother import LandmarkSmoother, SmoothingSettings
from installation.eye.movement_features import MovementFeatures
from installation.eye.outline import OutlineMemory, oriented_rings
from installation.eye.pose_estimator import PoseDetection
from installation.eye.track import Track
from installation.interface.visitor import State, Visitor
from motion.body import Body
from motion.landmark_lifting import LandmarkLifter
from motion.landmarks import LANDMARKS

Array = NDArray[np.float32]

FADE_SECONDS = 0.45
"""Seconds after the last detection in which the landmarks of a lost visitor lose their visibility."""
LOST_PREDICTION_SECONDS = 0.1
"""Seconds for which a lost visitor's body still moves while it fades: a jump would take it out of its place."""
LOST_MARGIN = 0.1
"""Share of the box's width and height by which the landmarks of a lost visitor may lie outside it."""


class TrackedPerson:
    """State of one visitor beside their track."""

    def __init__(self, settings: SmoothingSettings) -> None:
        self._smoother = LandmarkSmoother(settings)
        self._placement = BodyPlacement()
        self._features = MovementFeatures()
        self._lifter = LandmarkLifter()
        self._detection: PoseDetection | None = None
        self._outline = OutlineMemory()
        self._body: Body | None = None
        self._body_time: float | None = None
        self.seen: float | None = None
        """When last detected, s of show time."""

    def update(self, detection: PoseDetection, size_px: float, lens: Lens, t: float) -> None:
        """Take in a detection at time `t` of a body of `size_px`."""
        dt = 0.0 if self.seen is None else t - self.seen
        local_m = self._smoother.step(detection, size_px, dt)
        self._placement.set_feet(local_m, lens)
        self._outline.update(detection, lens.size_px, self._smoother.torso_px, t)
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
        """The visitor at time `t`, predicted from the last detection.

        While lost, the last body fades as one: its landmarks lose their visibility within FADE_SECONDS, the outline is
        gone after them, and all of it moves at the torso's velocity.
        """
        assert self._detection is not None
        assert self.seen is not None
        longest = LOST_PREDICTION_SECONDS if state is State.LOST else MAX_PREDICTION_SECONDS
        seconds = min(max(t - self.seen, 0.0), longest)
        shift = self._smoother.torso_shift_px(seconds)
        landmarks_px, box_px = self._smoother.predicted_px(seconds), track.box_px + np.tile(shift, 2)
        visibility = self._detection.visibility
        if state is State.LOST:
            landmarks_px = _within(landmarks_px, box_px)
            visibility = visibility * np.float32(1.0 - min(1.0, (t - self.seen) / FADE_SECONDS))
        rings = self._outline.rings(self._smoother.torso_px + shift, t)
        landmarks_m = self._placement.to_room(self._smoother.local_m, lens, t)
        if t > self.seen:
            self._lift(self._detection, np.zeros(len(LANDMARKS)), lens, t)
        return Visitor(
            id=track.id,
            slot=track.slot,
            state=state,
            born=track.born,
            seen=track.seen,
            box_px=box_px.astype(np.float32),
            landmarks_px=landmarks_px.astype(np.float32),
            landmarks_screen=to_screen(landmarks_px, lens.size_px, mirror),
            landmarks_m=landmarks_m.astype(np.float32),
            visibility=visibility,
            outline_screen=oriented_rings([to_screen(ring, lens.size_px, mirror) for ring in rings]),
            floor_m=self._placement.floor_m,
            velocity_m=self._placement.velocity_m,
            camera=camera,
            body=self._body,
            **self._features.visitor_fields(),
        )


def _within(landmarks_px: NDArray[np.float64], box_px: NDArray[np.floating]) -> NDArray[np.float64]:
    """Landmarks (33, 2) moved into a box, with a margin: what lies far outside it was never in view."""
    margin = LOST_MARGIN * (box_px[2:] - box_px[:2])
    inside: NDArray[np.float64] = np.clip(landmarks_px, box_px[:2] - margin, box_px[2:] + margin)
    return inside
