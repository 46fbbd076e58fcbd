"""Multi-person tracker of one camera: detections become tracks with identity, track birth and death, static objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from installation.eye.appearance import torso_histogram
from installation.eye.boxes import Square, iou, square_around, stabilised_square, union
from installation.eye.crossings import Crossings
from installation.eye.data_association import (
    DUPLICATE_DISTANCE,
    RECENT_SECONDS,
    Match,
    assign,
    match,
    may_be_of,
    pose_distance,
    without_duplicates,
    younger_doubles,
)
from installation.eye.detection.detector_thread import PersonDetectorThread
from installation.eye.estimator_pool import EstimatorPool
from installation.eye.frame_view import FrameView
from installation.eye.inline_executor import EXCLUSIVE_THREADS, open_executor
from installation.eye.mask_geometry import body_box, crop_extent
from installation.eye.newcomer import hits_to_confirm, is_newcomer
from installation.eye.person_search import PersonSearch, SearchRequest
from installation.eye.pose_estimator import CROP_SIDE_PX, PoseDetection
from installation.eye.second_witness import SecondWitness
from installation.eye.sources.frames import SourceFrame
from installation.eye.static_filter import StaticObjectFilter
from installation.eye.static_objects import StaticEvidence, static_candidate
from installation.eye.track import LOST_MISSES, Track, TrackHits
from installation.interface.visitor import State
from installation.venue.schema import EyeSection

Array = NDArray[np.float32]

EXPECTED_OVERLAP = 0.3
"""Overlap with a lost body from which on one is expected to be found."""
LOST_MARGIN = 1.5
"""Side of a lost body's crop, in longer sides of the box in which it may be."""
MAX_SECOND_ESTIMATES = 2
"""Bodies that one step estimates again because their crop shows another."""
MIN_CROP_SIDE_PX = 128
"""Smallest side to which a crop is scaled while the machine is short of time."""


class PersonTracker:
    """The tracks of one camera, each with its own pose estimator, and the search for people without a track."""

    def __init__(
        self, settings: EyeSection, threads: int = EXCLUSIVE_THREADS, detector: PersonDetectorThread | None = None
    ) -> None:
        """`threads` is the number of poses that are estimated concurrently.

        `detector` is the second witness, which the tracker closes.
        """
        self._settings = settings
        self._executor = open_executor(threads)
        self._search = PersonSearch(settings, self._executor)
        self._pool = EstimatorPool(settings)
        self._search.warm_up()
        self._pool.warm_up()
        self._witness = SecondWitness(detector)
        self._static = StaticObjectFilter(settings.static_seconds, 2 * settings.max_visitors)
        self._crossings = Crossings()
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
            self._witness.restart(view.time)
        self._previous_time, self._time = self._time, view.time
        self._static.watch(view, self._tracks)
        self._witness.look(view, self._search.has_unexplained or any(t.is_lost or not t.id for t in self._tracks))
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
        known = [track.detection for track in self._tracks if _is_in_view(track, t)]
        tracked = [track.predicted_box(t) for track in self._tracks if not (track.is_lost and track.id)]
        # Unconfirmed tracks first: they end sooner than confirmed ones, and explain what moves there.
        lost = [track for track in sorted(self._tracks, key=lambda track: track.id > 0) if track.is_lost]
        searched = [*self._static.changed_boxes_px, *(track.predicted_box(t) for track in lost)]
        has_room = len(self._tracks) < self._settings.max_visitors
        present = [track.predicted_box(t) for track in self._tracks if not track.is_lost]
        witnessed = self._witness.unexplained(t, present, self._static.boxes_px)
        return SearchRequest(known, tracked, searched, witnessed, has_room)

    def _estimate(self, view: FrameView, side_px: int, max_estimated: int) -> None:
        """Estimate the poses of those whose turn it is, each in its own crop, and update their tracks."""
        due = _by_urgency([track for track in self._tracks if self._pool.of(track) is not None], view.time)
        detections = self._detect(due[:max_estimated], view, side_px)
        matches: list[Match] = []
        mistaken: list[Track] = []
        for track, detection in zip(due, detections, strict=False):
            found = self._score(track, detection, view) if detection else None
            if found:
                matches.append(found)
            elif detection:
                mistaken.append(track)
            else:
                track.counts.misses += 1
        kept, duplicates = without_duplicates(matches)
        for found in kept:
            self._update(found.track, found.detection, found.box_px, found.histogram, view)
        mistaken += [found.track for found in duplicates]
        for count, track in enumerate(mistaken):
            # Its crop shows another body, which this estimator must not go on tracking.
            if count >= MAX_SECOND_ESTIMATES or not self._estimate_behind(track, view, side_px):
                track.counts.misses += 1
                self._pool.release(track, view.time)
        self._crossings.resolve(self._tracks, view.time)
        for track in younger_doubles([track for track in self._tracks if track.seen >= self._previous_time]):
            track.counts.misses = LOST_MISSES
            self._pool.release(track, view.time)

    def _estimate_behind(self, track: Track, view: FrameView, side_px: int) -> bool:
        """Estimate a track's pose again with all other bodies masked; whether its own is found behind them."""
        estimator = self._pool.of(track)
        assert estimator is not None
        estimator.reset_tracking()
        others = [other for other in self._tracks if other is not track and _is_in_view(other, view.time)]
        masked = [other.detection for other in others]
        detection = next(iter(estimator.detect(view.pixels, track.crop_px, side_px, masked)), None)
        found = self._score(track, detection, view) if detection else None
        if found is None or any(may_be_of(other, found, view.time) for other in others):
            return False
        self._update(track, found.detection, found.box_px, found.histogram, view)
        return True

    def _detect(self, tracks: Sequence[Track], view: FrameView, side_px: int) -> list[PoseDetection | None]:
        """The detection in each track's own crop, concurrently; None where there is none."""
        t = view.time
        calls: list[Callable[[], list[PoseDetection]]] = []
        for track in tracks:
            estimator = self._pool.of(track)
            assert estimator is not None
            track.crop_px, track.estimated = _next_crop(track, t), t
            others = [other.detection for other in self._tracks if other is not track and _is_in_view(other, t)]
            calls.append(partial(estimator.detect, view.pixels, track.crop_px, side_px, others))
        # This thread runs the last one itself: a single one is spared the way to another thread.
        results = [self._executor.submit(call).result for call in calls[:-1]] + calls[-1:]
        detections = [result() for result in results[::-1]][::-1]
        return [next(iter(found), None) for found in detections]

    def _score(self, track: Track, detection: PoseDetection, view: FrameView) -> Match | None:
        """Score what a track's crop shows; None when it is another person or a static object."""
        if track.static.candidate is None and self._static.is_static(detection, body_box(detection)):
            return None
        return match(track, detection, view, self._tracks)

    def _update(
        self, track: Track, detection: PoseDetection, box_px: Array, histogram: Array | None, view: FrameView
    ) -> None:
        track.update(detection, box_px, histogram, view.time, self._tracks)
        track.extent_px = crop_extent(detection, view.size_px)
        if not track.id and track.counts.hits >= track.counts.hits_to_confirm:
            self._last_id += 1
            track.id, track.slot = self._last_id, _free_slot(self._tracks, self._settings.max_visitors)

    def _accept_detections(self, detections: Sequence[PoseDetection], view: FrameView) -> None:
        """Give what the search detected to static objects that came alive and lost tracks; the rest starts tracks."""
        new: list[PoseDetection] = []
        tracked = [track for track in self._tracks if not track.is_lost]
        for detection in detections:
            box_px = body_box(detection)
            is_duplicate = any(pose_distance(detection, other) < DUPLICATE_DISTANCE for other in new)
            is_expected = self._witness.sees(box_px, view.time) is True or any(
                track.is_lost and iou(track.predicted_box(view.time), box_px) > EXPECTED_OVERLAP
                for track in self._tracks
            )
            if is_duplicate or not is_newcomer(detection, box_px, view, tracked, is_expected):
                continue
            if not self._static.is_static(detection, box_px):
                new.append(detection)
        self._search.note_result(bool(new))
        new = [detection for detection in new if not self._revive(detection, view)]
        lost = [track for track in self._tracks if track.is_lost]
        histograms = [torso_histogram(view.pixels, detection) for detection in new]
        recovered = assign(lost, new, histograms, view, [track for track in self._tracks if not track.is_lost])
        for i, j in recovered.items():
            self._recover(lost[i], new[j], histograms[j], view)
        for j, detection in enumerate(new):
            if j not in recovered.values() and len(self._tracks) < self._settings.max_visitors:
                self._start_track(detection, histograms[j], view)

    def _revive(self, detection: PoseDetection, view: FrameView) -> bool:
        """Whether a detection is a static object that came alive: the visitor that it was is tracked again."""
        histogram = torso_histogram(view.pixels, detection)
        track = self._static.revive(detection, body_box(detection), histogram)
        if track is None or len(self._tracks) >= self._settings.max_visitors:
            return False
        if any(track.slot == other.slot for other in self._tracks):
            track.slot = _free_slot(self._tracks, self._settings.max_visitors)
        self._tracks.append(track)
        track.seen, track.is_reported = view.time, False
        self._recover(track, detection, histogram, view)
        return True

    def _recover(self, track: Track, detection: PoseDetection, histogram: Array | None, view: FrameView) -> None:
        """Track a lost body again."""
        self._pool.release(track, view.time)
        self._update(track, detection, body_box(detection), histogram, view)
        track.crop_px = square_around(track.extent_px)

    def _start_track(self, detection: PoseDetection, histogram: Array | None, view: FrameView) -> None:
        t, box_px = view.time, body_box(detection)
        evidence = StaticEvidence(static_candidate(detection, box_px, view))
        extent_px = crop_extent(detection, view.size_px)
        track = Track(0, 0, t, t, detection, box_px, histogram, square_around(extent_px), evidence, extent_px, t)
        hits = hits_to_confirm(box_px, self._tracks, t, self._witness.sees(box_px, t))
        track.counts = TrackHits(hits_to_confirm=hits)
        self._tracks.append(track)

    def close(self) -> None:
        """End the threads and close the estimators."""
        self._executor.shutdown()
        self._search.close()
        self._witness.close()
        self._pool.close()


def _by_urgency(tracks: Sequence[Track], t: float) -> list[Track]:
    """Tracks by how long they waited and how much they move."""
    return sorted(tracks, key=lambda track: (track.estimated - t) * (1.0 + track.motion.activity))


def _next_crop(track: Track, t: float) -> Square:
    """The square in which a track's body is estimated at time `t`; a lost one may be where it was, or have gone on."""
    if track.is_lost:
        return square_around(union(track.box_px, track.predicted_box(t)), LOST_MARGIN)
    return stabilised_square(track.crop_px, track.predicted_extent(t))


def _is_in_view(track: Track, t: float) -> bool:
    """Whether a body was seen so lately that its mask still covers it; bodies take turns, and few are new."""
    return not track.is_lost and t - track.seen < RECENT_SECONDS


def _free_slot(tracks: Sequence[Track], max_visitors: int) -> int:
    """The lowest slot from 1 that no track has; one more than visitors is always enough."""
    taken = {track.slot for track in tracks}
    return next(slot for slot in range(1, max_visitors + 2) if slot not in taken)
