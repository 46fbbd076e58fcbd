"""Filter against static objects: drops tracks that never move, remembers where they are, and sees them come alive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.eye.appearance import Histogram, histogram_distance
from installation.eye.boxes import covered_share, iou
from installation.eye.data_association import SAME_COLOURS
from installation.eye.frame_view import FrameView
from installation.eye.pose_estimator import PoseDetection
from installation.eye.static_objects import (
    CHANGED_SHARE,
    FAR_SHIFT,
    MOVED_SHIFT,
    StaticEvidence,
    StaticObject,
    landmark_shift,
)
from installation.eye.track import Track

Array = NDArray[np.float32]

SMOOTHING_SECONDS = 0.15
"""Time constant of the average of landmarks before they count as moved."""
MOVING_SECONDS = 0.15
"""Seconds without a break for which a track must show movement to be a body."""
MAX_INTERVAL_SECONDS = 0.6
"""Seconds between two detections of a track above which they say nothing about the time between them."""
REVIVAL_SECONDS = 0.3
"""The same for a static object."""
LEFT_SHARE = 0.2
"""Share of a static object's box that a body covers which has just begun to leave it."""
WATCH_SECONDS = 0.1
"""Seconds between two looks at the static objects."""
REFERENCE_SECONDS = 4.0
"""Time constant with which the remembered appearance of a static object follows the light of the day."""
REVIVED_PATIENCE = 4.0
"""Multiple of the time for which a static object that has come alive may stand still."""
MAX_SEARCH_SECONDS = 2.0
"""Seconds after which a static object whose place has changed and where no body is found is gone."""


@dataclass(slots=True, eq=False)
class _KnownObject:
    """A static object, and the track that it was."""

    place: StaticObject
    track: Track
    changed_seconds: float = 0.0
    """Seconds without a break for which the place has looked different."""

    @property
    def is_alive(self) -> bool:
        return self.changed_seconds >= REVIVAL_SECONDS


class StaticObjectFilter:
    """The static objects in view of one camera."""

    def __init__(self, static_seconds: float, max_objects: int) -> None:
        """A track that has not moved for `static_seconds` is a static object; the last `max_objects` are kept."""
        self._static_seconds = static_seconds
        self._max_objects = max_objects
        self._objects: list[_KnownObject] = []
        self._watched: float | None = None
        """When the objects were looked at last, s of show time."""

    @property
    def boxes_px(self) -> tuple[Array, ...]:
        """Boxes (4,) of the static objects."""
        return tuple(known.place.box_px for known in self._objects)

    @property
    def changed_boxes_px(self) -> list[Array]:
        """Boxes (4,) of those that have come alive, where a body is to be searched."""
        return [known.place.box_px for known in self._objects if known.is_alive]

    def clear(self) -> None:
        """Forget every object."""
        self._objects.clear()

    def watch(self, view: FrameView, tracks: Sequence[Track]) -> None:
        """Look whether objects have come alive in this frame, beside the bodies of `tracks`."""
        dt = 0.0 if self._watched is None else view.time - self._watched
        if self._watched is not None and 0.0 <= dt < WATCH_SECONDS - 1e-6:
            return
        self._watched = view.time
        bodies = [track.predicted_box(view.time) for track in tracks]
        for known in self._objects:
            share = known.place.patch.changed_share(view, dt, bodies)
            if share is None:
                continue
            has_changed = share > CHANGED_SHARE
            known.changed_seconds = known.changed_seconds + dt if has_changed else 0.0
            if not has_changed:
                known.place.patch.refine_reference(dt, REFERENCE_SECONDS)
        self._objects = [known for known in self._objects if known.changed_seconds < MAX_SEARCH_SECONDS]

    def is_static(self, detection: PoseDetection, box_px: Array) -> bool:
        """Whether a detection is a known static object that has not come alive."""
        known = self._find(detection, box_px)
        return known is not None and not known.is_alive

    def revive(self, detection: PoseDetection, box_px: Array, histogram: Histogram | None) -> Track | None:
        """The track that a detection continues, being a static object that came alive; the object is forgotten.

        It is still in its place, or has left it in its own colours.
        """
        known = self._find(detection, box_px)
        if known is None or not known.is_alive:
            known = self._left_by(box_px, histogram)
        if known is None:
            return None
        self._objects.remove(known)
        if not known.track.id:
            return None
        known.place.patch.settle()
        known.track.static = StaticEvidence(known.place, patience=REVIVED_PATIENCE)
        return known.track

    def becomes_static(self, track: Track, view: FrameView, tracks: Sequence[Track]) -> bool:
        """Update the evidence of one of the `tracks`; True when it has not moved for too long.

        From then on the object is remembered.
        """
        evidence, dt = track.static, track.motion.interval_seconds
        dt = dt if dt < MAX_INTERVAL_SECONDS else 0.0
        candidate = evidence.candidate
        if candidate is None or track.seen < view.time - 1e-6:
            return False
        points = track.detection.landmarks_px
        weight = np.float32(1.0 - np.exp(-dt / SMOOTHING_SECONDS))
        smoothed = evidence.smoothed_px
        evidence.smoothed_px = points if smoothed is None else smoothed + weight * (points - smoothed)
        others = [other.box_px for other in tracks if other is not track]
        share = candidate.patch.changed_share(view, dt, others)
        shift = landmark_shift(candidate, evidence.smoothed_px, track.detection.visibility)
        is_moving = shift > FAR_SHIFT or (share is not None and share > CHANGED_SHARE)
        evidence.moving_seconds = evidence.moving_seconds + dt if is_moving else 0.0
        evidence.still_seconds += dt if share is not None and not is_moving else 0.0
        if evidence.moving_seconds >= MOVING_SECONDS:
            evidence.candidate = None
            self._forget_at(candidate)
        elif evidence.still_seconds > evidence.patience * self._static_seconds:
            self._forget_at(candidate)
            candidate.patch.settle()
            self._objects = [*self._objects[1 - self._max_objects :], _KnownObject(candidate, track)]
            return True
        return False

    def _find(self, detection: PoseDetection, box_px: Array) -> _KnownObject | None:
        """The known object at the place of a detection."""
        for known in self._objects:
            overlap = iou(known.place.box_px, box_px)
            if overlap > 0.7 or (
                overlap > 0.3
                and landmark_shift(known.place, detection.landmarks_px, detection.visibility) < 2 * MOVED_SHIFT
            ):
                return known
        return None

    def _left_by(self, box_px: Array, histogram: Histogram | None) -> _KnownObject | None:
        """The object whose place has changed and which a body in the same colours has just left."""
        near = [
            known
            for known in self._objects
            if known.changed_seconds > 0.0
            and covered_share(known.place.box_px, box_px) > LEFT_SHARE
            and histogram is not None
            and known.track.histogram is not None
            and histogram_distance(known.track.histogram, histogram) < SAME_COLOURS
        ]
        return max(near, key=lambda known: iou(known.place.box_px, box_px), default=None)

    def _forget_at(self, place: StaticObject) -> None:
        """Forget the objects that overlap this one."""
        self._objects = [other for other in self._objects if iou(other.place.box_px, place.box_px) < 0.25]
