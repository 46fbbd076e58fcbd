"""Multi-person tracker of one camera: detections become tracks with identity, track birth and death, static objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from installation.eye.appearance import torso_histogram
from installation.eye.boxes import box_size, covered_share, iou, landmark_box, square_around, stabilised_square
from installation.eye.data_association import DUPLICATE_DISTANCE, Match, assign, match, pose_distance
from installation.eye.estimator_pool import EstimatorPool
from installation.eye.frame_view import FrameView
from installation.eye.inline_executor import EXCLUSIVE_THREADS, open_executor
from installation.eye.person_search import PersonSearch, SearchRequest
from installation.eye.pose_estimator import CROP_SIDE_PX, PoseDetection
from installation.eye.region_proposals import MIN_BODY_SHARE
from installation.eye.sources import SourceFrame
from installation.eye.static_filter import StaticObjectFilter
from installation.eye.static_objects import StaticEvidence, static_candidate
from installation.eye.track import LOST_MISSES, Track, TrackHits
from installation.interface.visitor import State
from installation.venue.schema import EyeSection

Array = NDArray[np.float32]

HITS_TO_CONFIRM = 2
"""Detections after which a track gets an identity."""
HITS_TO_CONFIRM_INSIDE = 6
"""The same inside another track's box, where a part of that person may look like a body of its own for a moment."""
MIN_CROP_SIDE_PX = 128
"""Smallest side to which a crop is scaled while the machine is short of time."""
TORSO = [11, 12, 23, 24]
"""Shoulders and hips."""


class PersonTracker:
    """The tracks of one camera, each with its own pose estimator, and the search for people without a track."""

    def __init__(self, settings: EyeSection, threads: int = EXCLUSIVE_THREADS) -> None:
        """`threads` is the number of poses that are estimated concurrently."""
        self._settings = settings
        self._executor = open_executor(threads)
        self._search = PersonSearch(settings, self._executor)
        self._pool = EstimatorPool(settings)
        self._search.warm_up()
        self._pool.warm_up()
        self._static = StaticObjectFilter(settings.static_seconds, 2 * settings.max_visitors)
        self._tracks: list[Track] = []
        self._last_id = 0
        self._previous_time = 0.0
        self._time = 0.0
        """Of the last frame, s of show time."""

    @property
    def static_boxes_px(self) -> tuple[Array, ...]:
        """Boxes (4,) of static objects that look like people."""
        return self._static.boxes_px

    def finish_search(self) -> None:
        """Accept what the search in the last frame detects: lost people and new ones.

        With one thread the search runs now, after the last frame's tracks were reported.
        """
        result = self._search.take_result()
        if result is not None:
            view, detections = result
            self._accept_detections(detections, view)

    def step(self, frame: SourceFrame, scale: float) -> list[tuple[Track, State]]:
        """Return every confirmed track at this frame, and the reported ones that ended just now.

        `scale` 0..1 scales the resolution of crops, and the number of poses that one step estimates.
        """
        self.finish_search()
        for track in self._pool.assign(self._tracks):
            # The search looks for these again.
            track.counts.misses = max(LOST_MISSES, track.counts.misses + 1)
        view = FrameView(frame.time, frame.pixels)
        if self._search.reset_if_new(view, frame.cut):
            self._static.clear()
        self._previous_time, self._time = self._time, view.time
        self._search.request(view, self._search_request(view.time))
        side_px = max(MIN_CROP_SIDE_PX, round(CROP_SIDE_PX * scale / 32) * 32)
        self._estimate(view, side_px, max(1, round(self._settings.max_estimated_per_step * scale)))
        ended = [
            track
            for track in self._tracks
            if track.is_expired(view, self._settings.lost_seconds)
            or self._static.becomes_static(track, view, self._tracks)
        ]
        self._tracks = [track for track in self._tracks if track not in ended]
        for track in ended:
            self._pool.release(track, view.time)
        self._pool.trim(view.time)
        # An unconfirmed track, detected once and not again, is never reported.
        current = [(track, track.state) for track in self._tracks if track.id]
        left = [(track, State.LEFT) for track in ended if track.is_reported]
        for track, _ in current:
            track.is_reported = True
        return current + left

    def _search_request(self, t: float) -> SearchRequest:
        known = [track.detection for track in self._tracks if track.seen >= self._previous_time and not track.is_lost]
        tracked = [track.predicted_box(t) for track in self._tracks if not (track.is_lost and track.id)]
        # Unconfirmed tracks first: they end sooner than confirmed ones, and explain what moves there.
        lost = [track for track in sorted(self._tracks, key=lambda track: track.id > 0) if track.is_lost]
        has_room = len(self._tracks) < self._settings.max_visitors
        return SearchRequest(known, tracked, [track.predicted_box(t) for track in lost], has_room)

    def _estimate(self, view: FrameView, side_px: int, max_estimated: int) -> None:
        """Estimate the poses of those whose turn it is, each in its own crop, and update their tracks."""
        due = self._due_tracks(view.time)
        detections = self._detect(due[:max_estimated], view, side_px)
        matches: list[Match] = []
        for track, detection in zip(due, detections, strict=False):
            found = self._score(track, detection, view) if detection else None
            if found:
                matches.append(found)
                continue
            track.counts.misses += 1
            if detection:
                # Otherwise this estimator keeps tracking the other person.
                self._pool.release(track, view.time)
        for found in matches:
            duplicates = (
                other.cost
                for other in matches
                if other.track is not found.track
                and pose_distance(found.detection, other.detection) < DUPLICATE_DISTANCE
            )
            if found.cost > min(duplicates, default=np.inf):
                # Both crops show one body; it belongs to the other track.
                found.track.counts.misses += 1
                self._pool.release(found.track, view.time)
            else:
                self._update(found.track, found.detection, found.box_px, found.histogram, view.time)

    def _due_tracks(self, t: float) -> list[Track]:
        """Tracks with an estimator, by how long they waited and how much they move."""
        tracked = [track for track in self._tracks if self._pool.of(track) is not None]
        return sorted(tracked, key=lambda track: (track.estimated - t) * (1.0 + track.motion.activity))

    def _detect(self, tracks: Sequence[Track], view: FrameView, side_px: int) -> list[PoseDetection | None]:
        """The detection in each track's own crop, concurrently; None where there is none."""
        t = view.time
        calls: list[Callable[[], list[PoseDetection]]] = []
        for track in tracks:
            estimator = self._pool.of(track)
            assert estimator is not None
            track.crop_px, track.estimated = stabilised_square(track.crop_px, track.predicted_box(t)), t
            others = [o.detection for o in self._tracks if o is not track and o.seen >= self._previous_time]
            calls.append(partial(estimator.detect, view.pixels, track.crop_px, side_px, others))
        # This thread runs the last one itself: a single one is spared the way to another thread.
        results = [self._executor.submit(call).result for call in calls[:-1]] + calls[-1:]
        detections = [result() for result in results[::-1]][::-1]
        return [next(iter(found), None) for found in detections]

    def _score(self, track: Track, detection: PoseDetection, view: FrameView) -> Match | None:
        """Score what a track's crop shows; None when it is another person or a static object."""
        if track.static.candidate is None:
            box_px = landmark_box(detection.landmarks_px, detection.visibility)
            if self._static.is_static(detection, box_px, view):
                return None
        return match(track, detection, view, self._tracks)

    def _update(self, track: Track, detection: PoseDetection, box_px: Array, histogram: Array | None, t: float) -> None:
        track.update(detection, box_px, histogram, t, self._tracks)
        if not track.id and track.counts.hits >= track.counts.hits_to_confirm:
            self._last_id += 1
            track.id, track.slot = self._last_id, _free_slot(self._tracks, self._settings.max_visitors)

    def _accept_detections(self, detections: Sequence[PoseDetection], view: FrameView) -> None:
        """Give what the search detected to lost tracks, and start tracks for the rest."""
        new: list[PoseDetection] = []
        for detection in detections:
            is_duplicate = any(pose_distance(detection, other) < DUPLICATE_DISTANCE for other in new)
            if self._is_new(detection, view) and not is_duplicate:
                new.append(detection)
        self._search.note_result(bool(new))
        if not new:
            return
        lost = [track for track in self._tracks if track.is_lost]
        histograms = [torso_histogram(view.pixels, detection) for detection in new]
        recovered = assign(lost, new, histograms, view.time)
        for i, j in recovered.items():
            self._pool.release(lost[i], view.time)
            box_px = landmark_box(new[j].landmarks_px, new[j].visibility)
            lost[i].crop_px = square_around(box_px)
            self._update(lost[i], new[j], box_px, histograms[j], view.time)
        for j, detection in enumerate(new):
            if j not in recovered.values() and len(self._tracks) < self._settings.max_visitors:
                self._start_track(detection, histograms[j], view)

    def _is_new(self, detection: PoseDetection, view: FrameView) -> bool:
        """Whether a detection has no track, is large and clear enough, and is no static object."""
        box_px = landmark_box(detection.landmarks_px, detection.visibility)
        if box_size(box_px) < MIN_BODY_SHARE * max(view.size_px) or detection.visibility[TORSO].mean() < 0.5:
            return False
        tracked = [track for track in self._tracks if not track.is_lost]
        for track in tracked:
            if pose_distance(detection, track.detection) < DUPLICATE_DISTANCE:
                return False
            if iou(track.predicted_box(view.time), box_px) > 0.6:
                return False
        return not self._static.is_static(detection, box_px, view, [track.box_px for track in tracked])

    def _start_track(self, detection: PoseDetection, histogram: Array | None, view: FrameView) -> None:
        t, box_px = view.time, landmark_box(detection.landmarks_px, detection.visibility)
        is_inside = any(covered_share(box_px, track.predicted_box(t)) > 0.7 for track in self._tracks)
        evidence = StaticEvidence(static_candidate(detection, box_px, view))
        track = Track(0, 0, t, t, detection, box_px, histogram, square_around(box_px), evidence, estimated=t)
        track.counts = TrackHits(hits_to_confirm=HITS_TO_CONFIRM_INSIDE if is_inside else HITS_TO_CONFIRM)
        self._tracks.append(track)

    def close(self) -> None:
        """End the threads and close the estimators."""
        self._executor.shutdown()
        self._search.close()
        self._pool.close()


def _free_slot(tracks: Sequence[Track], max_visitors: int) -> int:
    """The lowest slot from 1 that no track has; one more than visitors is always enough."""
    taken = {track.slot for track in tracks}
    return next(slot for slot in range(1, max_visitors + 2) if slot not in taken)
