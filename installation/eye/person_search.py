"""Search for people without a track: one pose estimator over region proposals, beside the tracked estimations."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.eye.frame_view import FrameView
from installation.eye.pose_estimator import CROP_SIDE_PX, PoseDetection, PoseEstimator
from installation.eye.region_proposals import BackgroundSubtractor, SearchSchedule
from installation.venue.schema import EyeSection

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SearchRequest:
    """What a search must know of the tracks."""

    known: Sequence[PoseDetection]
    """Detections of tracked people; they are masked in what is searched."""
    tracked_boxes: Sequence[Array]
    """Predicted boxes of the tracks, which explain movement; without lost tracks that are confirmed."""
    lost_boxes: Sequence[Array]
    """Predicted boxes of lost tracks, the first to be searched first."""
    witnessed_boxes: Sequence[Array]
    """Boxes without a track of people whom the second detector has seen."""
    has_room: bool
    """Whether more people may be tracked."""


class PersonSearch:
    """Owns the estimator that searches, the background model and the search schedule."""

    def __init__(self, settings: EyeSection, executor: Executor) -> None:
        self._estimator = PoseEstimator(settings.model, settings.confidence, tracking=False)
        self._executor = executor
        self._background = BackgroundSubtractor()
        self._schedule: SearchSchedule | None = None
        self._size_px = (0, 0)
        self._pending: tuple[FrameView, Future[list[PoseDetection]]] | None = None
        """The last request's frame, and the detections to come."""
        self.has_unexplained = False
        """Whether something moved at the last comparison that no track explains."""

    def warm_up(self) -> None:
        """Warm up the estimator."""
        self._estimator.warm_up()

    def reset_if_new(self, view: FrameView, cut: bool) -> bool:
        """Start anew where the source has jumped (`cut`) or the picture has another size; return whether it has."""
        if self._schedule is not None and view.size_px == self._size_px and not cut:
            return False
        self._size_px = view.size_px
        self._schedule = SearchSchedule(view.size_px, view.time)
        self._background = BackgroundSubtractor()
        return True

    def request(self, view: FrameView, request: SearchRequest) -> None:
        """Submit the search of a frame; `take_result` gives its detections."""
        self._pending = view, self._executor.submit(self._search, view, request)

    def take_result(self) -> tuple[FrameView, list[PoseDetection]] | None:
        """The frame of the last request and what was detected there, once; None where nothing was requested."""
        if self._pending is None:
            return None
        view, detections = self._pending
        self._pending = None
        return view, detections.result()

    def note_result(self, found: bool) -> None:
        """Adapt the pause between searches to whether the last one found a new person."""
        assert self._schedule is not None
        self._schedule.note_result(found)

    def _search(self, view: FrameView, request: SearchRequest) -> list[PoseDetection]:
        """Runs beside the estimation of tracks, and so depends on nothing that this changes."""
        assert self._schedule is not None
        moving = self._background.moving_regions(view, request.tracked_boxes)
        if not (request.has_room or request.lost_boxes):
            return []
        detections: list[PoseDetection] = []
        are_tracked = bool(request.tracked_boxes)
        witnessed = request.witnessed_boxes if request.has_room else ()
        self.has_unexplained = bool(moving)
        for square in self._schedule.next_squares(view.time, request.lost_boxes, moving, are_tracked, witnessed):
            detections += self._estimator.detect(view.pixels, square, CROP_SIDE_PX, [*request.known, *detections])
        return detections

    def close(self) -> None:
        """Close the estimator."""
        self._estimator.close()
