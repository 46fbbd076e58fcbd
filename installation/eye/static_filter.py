"""Filter against static objects: drops tracks that never move, and remembers where they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import iou
from installation.eye.frame_view import FrameView
from installation.eye.pose_estimator import PoseDetection
from installation.eye.static_objects import (
    FAR_SHIFT,
    MOVED_SHIFT,
    MOVING_SECONDS,
    StaticObject,
    has_changed,
    landmark_shift,
)
from installation.eye.track import Track

Array = NDArray[np.float32]

SMOOTHING_SECONDS = 0.15
"""Time constant of the average of landmarks before they count as moved."""


class StaticObjectFilter:
    """The static objects in view of one camera."""

    def __init__(self, static_seconds: float, max_objects: int) -> None:
        """A track that has not moved for `static_seconds` is a static object; the last `max_objects` are kept."""
        self._static_seconds = static_seconds
        self._max_objects = max_objects
        self._objects: list[StaticObject] = []

    @property
    def boxes_px(self) -> tuple[Array, ...]:
        """Boxes (4,) of the static objects."""
        return tuple(each.box_px for each in self._objects)

    def clear(self) -> None:
        """Forget every object."""
        self._objects.clear()

    def is_static(self, detection: PoseDetection, box_px: Array, view: FrameView, others: Sequence[Array] = ()) -> bool:
        """Whether a detection is a known static object, whose place looks as before but for the boxes `others`."""
        known = self._find(detection, box_px)
        return known is not None and not has_changed(known, view, others)

    def becomes_static(self, track: Track, view: FrameView, tracks: Sequence[Track]) -> bool:
        """Update the evidence of one of the `tracks`; True when it has not moved for too long.

        From then on the object is remembered.
        """
        evidence, t, dt = track.static, view.time, track.motion.interval_seconds
        candidate = evidence.candidate
        if candidate is None or track.seen < t - 1e-6:
            return False
        points = track.detection.landmarks_px
        share = np.float32(1.0 - np.exp(-dt / SMOOTHING_SECONDS))
        smoothed = evidence.smoothed_px
        evidence.smoothed_px = points if smoothed is None else smoothed + share * (points - smoothed)
        others = [other.box_px for other in tracks if other is not track]
        shift = landmark_shift(candidate, evidence.smoothed_px, track.detection.visibility)
        is_moving = shift > FAR_SHIFT or (shift > MOVED_SHIFT and has_changed(candidate, view, others))
        evidence.moving_seconds = evidence.moving_seconds + dt if is_moving else 0.0
        if evidence.moving_seconds >= MOVING_SECONDS:
            evidence.candidate = None
            self._forget_at(candidate)
        elif t - track.born > self._static_seconds:
            self._forget_at(candidate)
            self._objects = [*self._objects[1 - self._max_objects :], candidate]
            return True
        return False

    def _find(self, detection: PoseDetection, box_px: Array) -> StaticObject | None:
        """The known object at the place of a detection."""
        for known in self._objects:
            overlap = iou(known.box_px, box_px)
            if overlap > 0.7 or (
                overlap > 0.3 and landmark_shift(known, detection.landmarks_px, detection.visibility) < 2 * MOVED_SHIFT
            ):
                return known
        return None

    def _forget_at(self, place: StaticObject) -> None:
        """Forget the objects that overlap this one."""
        self._objects = [other for other in self._objects if iou(other.box_px, place.box_px) < 0.25]
