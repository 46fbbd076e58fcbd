"""A track: one body from detection to detection, with identity, predicted box, appearance and hits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import Square, box_size, iou, union
from installation.eye.frame_view import FrameView
from installation.eye.mask_geometry import body_box
from installation.eye.pose_estimator import PoseDetection
from installation.eye.static_objects import StaticEvidence
from installation.interface.visitor import State
from motion.smooth import blend_factor

Array = NDArray[np.float32]

ENTERING_SECONDS = 0.3
"""Seconds from the first to the last detection after which a visitor is present, no longer entering."""
LOST_MISSES = 2
"""Misses after which a track is lost, and the search looks for its body as well."""
TORSO = [11, 12, 23, 24]
"""Shoulders and hips."""
UNCONFIRMED_LOST_SECONDS = 0.4
"""Seconds after which an undetected track ends that is new, or outside the picture."""
UNCONFIRMED_MAX_MISSES = 4
"""Misses that a new track must have had before it ends."""
MOMENT_SECONDS = 0.1
"""Seconds for which a body is predicted at its velocity of the moment, before it goes on as it has walked."""
MAX_PREDICTION_SECONDS = 0.9
"""Seconds for which a body is predicted that is hidden."""
TRAVEL_SMOOTHING_SECONDS = 0.5
"""Time constant of the velocity at which it has walked: steps and swinging arms are shorter."""
VERTICAL_SECONDS = 0.1
"""Time constant with which the vertical part of the predicted velocity decays."""
MAX_SPEED = 3.0
"""Highest speed of a body that is predicted, body sizes a second: a sprint past the camera."""
MOTION_SMOOTHING_SECONDS = 0.15
"""Time constant of velocity and activity."""
APPEARANCE_RATE = np.float32(0.05)
"""Weight of a new colour histogram in a track's own, while nothing overlaps the body."""


@dataclass(slots=True, eq=False)
class TrackMotion:
    """How a track moves."""

    velocity_px: Array = field(default_factory=lambda: np.zeros(2, np.float32))
    """Of the torso, pixels a second: a box also changes with the limbs."""
    travel_px: float = 0.0
    """Horizontal velocity of the torso over some steps, pixels a second."""
    activity: float = 0.0
    """RMS speed of the landmarks, body sizes a second; the most active tracks are estimated most often."""
    interval_seconds: float = 0.0
    """Seconds between the last two detections."""


@dataclass(slots=True)
class TrackHits:
    """How often a track was detected and missed."""

    hits: int = 1
    """Detections in all."""
    misses: int = 0
    """Failed estimations since the last detection."""
    hits_to_confirm: int = 2
    """Detections after which the track gets an identity."""


@dataclass(slots=True, eq=False)
class Track:
    """One tracked body."""

    id: int
    """Identity; 0 until the track is confirmed."""
    slot: int
    born: float
    """When first detected, s of show time."""
    seen: float
    """When last detected, s of show time."""
    detection: PoseDetection
    """The last one."""
    box_px: Array
    histogram: Array | None
    """Colours of the torso; see `installation.eye.appearance`."""
    crop_px: Square
    """The square in which the pose is estimated; see `installation.eye.boxes.stabilised_square`."""
    static: StaticEvidence
    extent_px: Array
    """(4,) what the next crop must show; see `installation.eye.mask_geometry.crop_extent`."""
    estimated: float = 0.0
    """When its pose was last estimated, with or without a detection, s of show time."""
    is_reported: bool = False
    """Whether an observation has held it."""
    motion: TrackMotion = field(default_factory=TrackMotion)
    counts: TrackHits = field(default_factory=TrackHits)

    @property
    def is_lost(self) -> bool:
        """Whether the search looks for the body, around its predicted box."""
        return self.counts.misses >= LOST_MISSES

    @property
    def state(self) -> State:
        """Of the visitor, while the track lasts."""
        if self.is_lost:
            return State.LOST
        return State.PRESENT if self.seen - self.born >= ENTERING_SECONDS else State.ENTERING

    @property
    def size_px(self) -> float:
        """Body size."""
        return box_size(self.box_px)

    @classmethod
    def known(cls, id: int, slot: int, detection: PoseDetection, t: float, previous: Track | None) -> Track:
        """The track of a body whose identity is certain, after its `previous` track."""
        box_px = body_box(detection)
        born = previous.born if previous else t
        return cls(id, slot, born, t, detection, box_px, None, detection.crop_px, StaticEvidence(None), box_px)

    def is_expired(self, view: FrameView, lost_seconds: float) -> bool:
        """Whether it has gone undetected for too long at this frame; sooner when it is new or outside the picture."""
        undetected_seconds = view.time - self.seen
        if not self.id or self.seen - self.born < ENTERING_SECONDS:
            return undetected_seconds > UNCONFIRMED_LOST_SECONDS and self.counts.misses > UNCONFIRMED_MAX_MISSES
        box_px = self.predicted_box(view.time)
        x, y = (box_px[:2] + box_px[2:]) / 2.0
        is_outside = not (0 < x < view.size_px[0] and 0 < y < view.size_px[1])
        return undetected_seconds > (min(UNCONFIRMED_LOST_SECONDS, lost_seconds) if is_outside else lost_seconds)

    def predicted_box(self, t: float) -> Array:
        """The box at time `t` if the body keeps its velocity."""
        return self.box_px + np.tile(self._predicted_shift(t), 2)

    def predicted_extent(self, t: float) -> Array:
        """The box (4,) that a crop must show at time `t`: where the body was, and where it is at its velocity."""
        return union(self.extent_px, self.extent_px + np.tile(self._predicted_shift(t), 2))

    def predicted_landmarks(self, t: float) -> Array:
        """(33, 2) landmarks at time `t` if the body keeps its velocity and posture."""
        return self.detection.landmarks_px + self._predicted_shift(t)

    def _predicted_shift(self, t: float) -> Array:
        """(2,) pixels by which the body has moved at time `t`: people walk on, and a jump or a crouch soon ends."""
        seconds = max(t - self.seen, 0.0)
        x, y = self.motion.velocity_px.tolist()
        walked = self.motion.travel_px * (min(seconds, MAX_PREDICTION_SECONDS) - MOMENT_SECONDS)
        sideways = x * min(seconds, MOMENT_SECONDS) + (walked if seconds > MOMENT_SECONDS else 0.0)
        vertical = y * VERTICAL_SECONDS * (1.0 - math.exp(-seconds / VERTICAL_SECONDS))
        return np.array([sideways, vertical], np.float32)

    def update(
        self, detection: PoseDetection, box_px: Array, histogram: Array | None, t: float, tracks: Sequence[Track]
    ) -> None:
        """Take in the detection of time `t`; `tracks` are all tracks, for those that overlap this one."""
        dt = t - self.seen
        if dt > 1e-6:
            moved = (detection.landmarks_px[TORSO] - self.detection.landmarks_px[TORSO]).mean(axis=0)
            share = blend_factor(MOTION_SMOOTHING_SECONDS, dt)
            velocity = self.motion.velocity_px + share * (moved / dt - self.motion.velocity_px)
            speed, fastest = float(np.hypot(*velocity)), MAX_SPEED * self.size_px
            self.motion.velocity_px = velocity * np.float32(min(1.0, fastest / max(speed, 1e-6)))
            self._update_travel(float(moved[0]) / dt, dt, fastest)
            step = detection.landmarks_px - self.detection.landmarks_px
            activity = float(np.sqrt(np.vecdot(step, step)).mean()) / (dt * self.size_px)
            self.motion.activity += share * (activity - self.motion.activity)
        if histogram is not None and self.histogram is not None:
            is_isolated = not any(other is not self and iou(other.box_px, box_px) > 0.05 for other in tracks)
            rate = APPEARANCE_RATE if is_isolated else np.float32(0.0)
            histogram = self.histogram + rate * (histogram - self.histogram)
        self.histogram = histogram if histogram is not None else self.histogram
        self.detection, self.box_px, self.seen = detection, box_px, t
        self.motion.interval_seconds = dt
        self.counts.misses = 0
        self.counts.hits += 1

    def _update_travel(self, speed: float, dt: float, fastest: float) -> None:
        """Update the velocity over some steps with the present one; at first it is the mean of what was measured."""
        share = max(float(blend_factor(TRAVEL_SMOOTHING_SECONDS, dt)), 1.0 / (1.0 + self.counts.hits))
        travel = self.motion.travel_px + share * (speed - self.motion.travel_px)
        self.motion.travel_px = min(max(travel, -fastest), fastest)
