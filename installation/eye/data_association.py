"""Data association: which detection belongs to which track, through crossing paths and short occlusion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from installation.eye.appearance import Histogram, histogram_distance, torso_histogram
from installation.eye.boxes import box_size, iou, landmark_box
from installation.eye.frame_view import FrameView
from installation.eye.mask_geometry import body_box, mask_overlap
from installation.eye.plausibility import continues, has_own_mask
from installation.eye.pose_estimator import MAIN_LANDMARKS, PoseDetection
from installation.eye.track import Track
from motion.landmarks import MIRRORED

Array = NDArray[np.float32]

DUPLICATE_DISTANCE = 0.3
"""Mean distance of two bodies' landmarks, in body sizes, below which they are one body detected twice."""
CERTAIN_DUPLICATE_DISTANCE = 0.12
"""The same below which they are one in any case; above it, only where one mask lies within the other."""
DUPLICATE_OVERLAP = 0.8
"""Share of a mask within another from which on it lies within it: two people who pass each other stand apart."""
MAX_OFFSET = 0.5
"""Distance, in body sizes, from a track's predicted box within which a detection may belong to it."""
MAX_LOG_SIZE_RATIO = 0.6
"""Difference of the sizes' logarithms within which it may."""
OCCLUDED_OFFSET_RATE = 0.6
"""Body sizes a second by which that distance grows while a track is occluded: the person may have walked on."""
LEAP_OFFSET_RATE = 3.0
"""The same for a detection in the track's own colours: the person may have leapt."""
MAX_LEAP_OFFSET = 2.0
"""Body sizes that such a leap takes at most."""
LEAP_OVERLAP = 0.15
"""Overlap of a track's box and a detection of another shape from which on place and colours decide: the box of a body
that turns over changes its shape at once."""
LEAP_LOG_SIZE_RATIO = 1.2
REAPPEARANCE_COST = 3.0
"""Cost of a body that appears in the middle of the picture near one that was lost: after everything that fits."""
REAPPEARANCE_OFFSET = 0.5
"""Body sizes from the last place within which it may be, growing with LEAP_OFFSET_RATE."""
ALONE_OFFSET = 1.0
"""Body sizes within which no other body may be."""
MAX_REAPPEARANCE_OFFSET = 2.5
MAX_REAPPEARANCE_LOG_SIZE = 0.9
BORDER_SHARE = 0.02
"""Share of the picture's longer side from its left, upper and right border within which people walk in."""
SAME_COLOURS = 0.4
"""Distance of two torsos' histograms (Bhattacharyya) below which they may be one person's in any posture."""
SAME_CLOTHES = 0.35
"""Distance of two tracks' histograms below which colours do not distinguish them."""
DIFFERENT_COLOURS = 0.55
"""The same above which they are two people."""
MAX_COST = 0.9
"""Offset from the predicted box plus weighted histogram distance above which a detection is another person's."""
GATE_COLOUR_WEIGHT = 0.7
"""Weight of the histogram distance there: a torso that folds shows other colours."""
OTHER_COLOURS = 0.85
"""Histogram distance above which it is always another person's."""
COLOUR_WEIGHT = 0.4
"""Weight of the histogram distance beside that of the landmarks where two tracks claim one body: people may wear the
same clothes, and none can be in two places."""
UNSEEN_COST = 0.5
"""The same for each second since a track's last detection: a body that was tracked all the time goes on being so."""
CLEARLY_NEARER = 0.06
"""Body sizes by which a body's landmarks must be nearer to another track's to be its."""
RECENT_SECONDS = 0.25
"""Seconds after the last detection for which its landmarks say where a body is."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A detection that fits a track."""

    track: Track
    detection: PoseDetection
    box_px: Array
    histogram: Histogram | None
    cost: float
    """Distance of the landmarks from the predicted ones in body sizes, plus weighted distance of colours and time."""


def pose_distance(a: PoseDetection, b: PoseDetection) -> float:
    """Mean distance of two bodies' main landmarks in body sizes; one of them may have left and right exchanged."""
    sizes = (box_size(landmark_box(each.landmarks_px, each.visibility)) for each in (a, b))
    size = max(*sizes)
    straight = np.linalg.norm(a.landmarks_px[MAIN_LANDMARKS] - b.landmarks_px[MAIN_LANDMARKS], axis=1).mean()
    mirrored = np.linalg.norm(a.landmarks_px[MAIN_LANDMARKS] - b.landmarks_px[MIRRORED][MAIN_LANDMARKS], axis=1).mean()
    return float(min(straight, mirrored)) / size


def is_one_body(a: PoseDetection, b: PoseDetection) -> bool:
    """Whether two detections are one body detected twice, by their landmarks, and by their masks where they have some.

    The landmarks of two people who pass each other are close as well; their masks show different bodies.
    """
    distance = pose_distance(a, b)
    if distance >= CERTAIN_DUPLICATE_DISTANCE and a.mask is not None and b.mask is not None:
        is_inside = max(mask_overlap(a, b), mask_overlap(b, a)) > DUPLICATE_OVERLAP
        return is_inside and distance < DUPLICATE_DISTANCE
    return distance < DUPLICATE_DISTANCE


def motion_distance(track: Track, detection: PoseDetection, t: float) -> float:
    """Mean distance of a detection's main landmarks from those predicted for a track, in body sizes."""
    steps = detection.landmarks_px[MAIN_LANDMARKS] - track.predicted_landmarks(t)[MAIN_LANDMARKS]
    return float(np.sqrt(np.vecdot(steps, steps)).mean()) / track.size_px


def match(track: Track, detection: PoseDetection, view: FrameView, tracks: Sequence[Track]) -> Match | None:
    """Score what a track's own crop shows; None when it is another person. `tracks` are all tracks."""
    t = view.time
    if not (continues(detection, track.detection, t - track.seen) and has_own_mask(detection)):
        return None
    predicted, found = track.predicted_box(t), body_box(detection)
    offset, log_size_ratio = _offset(predicted, found), _log_size_ratio(predicted, found)
    is_leap = offset > MAX_OFFSET or log_size_ratio > MAX_LOG_SIZE_RATIO
    # A single person is identified by place; their colours are checked at every fourth detection only.
    skips_colours = len(tracks) == 1 and track.counts.hits % 4 and track.counts.hits > 8 and not is_leap
    histogram = None if skips_colours else torso_histogram(view.pixels, detection)
    colour_distance = histogram_distance(track.histogram, histogram)
    if is_leap and not _is_leap_of_one(predicted, found, colour_distance):
        return None
    if not is_leap and (colour_distance > OTHER_COLOURS or offset + GATE_COLOUR_WEIGHT * colour_distance > MAX_COST):
        return None
    cost = _cost(track, detection, colour_distance, t)
    for other in tracks:
        if other is track or iou(other.predicted_box(t), found) < 0.25:
            continue
        # Close to another person motion decides, or colours that differ; where a track was lost, only the colours.
        if colour_distance > DIFFERENT_COLOURS:
            return None
        other_colour_distance = histogram_distance(other.histogram, histogram)
        wear_the_same = histogram_distance(track.histogram, other.histogram) < SAME_CLOTHES
        if not wear_the_same and other_colour_distance + 0.12 < colour_distance:
            return None
        are_recent = max(t - other.seen, t - track.seen) < RECENT_SECONDS
        if are_recent and _cost(other, detection, other_colour_distance, t) + CLEARLY_NEARER < cost:
            return None
    return Match(track, detection, found, histogram, cost)


def _cost(track: Track, detection: PoseDetection, colour_distance: float, t: float) -> float:
    """How badly a detection fits a track, where others claim it too."""
    return motion_distance(track, detection, t) + COLOUR_WEIGHT * colour_distance + UNSEEN_COST * (t - track.seen)


def without_duplicates(matches: Sequence[Match]) -> tuple[list[Match], list[Match]]:
    """Split matches into those that keep their body, and those whose body belongs to another track as well."""
    kept: list[Match] = []
    duplicates: list[Match] = []
    for found in sorted(matches, key=lambda match: match.cost):
        is_taken = any(is_one_body(found.detection, other.detection) for other in kept)
        (duplicates if is_taken else kept).append(found)
    return kept, duplicates


def may_be_of(other: Track, found: Match, t: float) -> bool:
    """Whether a match that was found behind other bodies may be the body of the track `other` instead.

    Its own track must be clearly nearer: of two in the same clothes, a body behind the other is easily mistaken.
    """
    if pose_distance(found.detection, other.detection) < DUPLICATE_DISTANCE:
        return True
    return (
        motion_distance(other, found.detection, t) < motion_distance(found.track, found.detection, t) + CLEARLY_NEARER
    )


def younger_doubles(tracks: Sequence[Track]) -> list[Track]:
    """Of tracks that were estimated in different steps and have come to follow one body, all but the oldest."""
    kept: list[Track] = []
    doubles: list[Track] = []
    for track in sorted((track for track in tracks if not track.is_lost), key=lambda track: track.born):
        is_double = any(is_one_body(track.detection, other.detection) for other in kept)
        (doubles if is_double else kept).append(track)
    return doubles


def assign(
    tracks: Sequence[Track],
    detections: Sequence[PoseDetection],
    histograms: Sequence[Histogram | None],
    view: FrameView,
    others: Sequence[Track] = (),
) -> dict[int, int]:
    """Track index -> detection index at least cost, by distance from the predicted box, size and colours.

    `others` are the tracks that are not lost.
    """
    if not tracks or not detections:
        return {}
    t = view.time
    cost = np.full((len(tracks), len(detections)), 10.0)
    for i, track in enumerate(tracks):
        predicted = track.predicted_box(t)
        lost_seconds = max(0.0, t - track.seen)
        for j, detection in enumerate(detections):
            found = body_box(detection)
            offset, log_size_ratio = _offset(predicted, found), _log_size_ratio(predicted, found)
            colour_distance = histogram_distance(track.histogram, histograms[j])
            is_same = track.histogram is not None and histograms[j] is not None and colour_distance < SAME_COLOURS
            max_offset = MAX_OFFSET + OCCLUDED_OFFSET_RATE * lost_seconds
            if is_same:
                offset = min(offset, _offset(track.box_px, found))
                max_offset = max(max_offset, min(MAX_OFFSET + LEAP_OFFSET_RATE * lost_seconds, MAX_LEAP_OFFSET))
            fits = offset < max_offset and log_size_ratio < 0.8 and colour_distance < DIFFERENT_COLOURS + 0.2
            if fits or _is_leap_of_one(predicted, found, colour_distance):
                cost[i, j] = offset / max_offset + 0.7 * log_size_ratio + 1.5 * colour_distance
            elif track.id and colour_distance < OTHER_COLOURS and _may_reappear(track, found, view, [*tracks, *others]):
                cost[i, j] = REAPPEARANCE_COST + colour_distance
    rows, columns = linear_sum_assignment(cost)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < 5.0}


def _may_reappear(track: Track, found: Array, view: FrameView, tracks: Sequence[Track]) -> bool:
    """Whether a body in the middle of the picture, where none can walk in, may be one that was lost near by.

    Only where no other of the `tracks` is near, with whom it could be confused.
    """
    for other in tracks:
        if other is not track and min(_offset(found, other.box_px), _offset(track.box_px, other.box_px)) < ALONE_OFFSET:
            return False
    width, height = view.size_px
    margin = BORDER_SHARE * max(width, height)
    is_inside = found[0] > margin and found[1] > margin and found[2] < width - margin
    reach = min(REAPPEARANCE_OFFSET + LEAP_OFFSET_RATE * (view.time - track.seen), MAX_REAPPEARANCE_OFFSET)
    is_near = min(_offset(track.box_px, found), _offset(track.predicted_box(view.time), found)) < reach
    return bool(is_inside and is_near and _log_size_ratio(track.box_px, found) < MAX_REAPPEARANCE_LOG_SIZE)


def _offset(predicted: Array, found: Array) -> float:
    """Distance of two boxes' centres in sizes of the first."""
    return 0.5 * math.hypot(*(found[:2] + found[2:] - predicted[:2] - predicted[2:]).tolist()) / box_size(predicted)


def _log_size_ratio(predicted: Array, found: Array) -> float:
    return abs(math.log(box_size(found) / box_size(predicted)))


def _is_leap_of_one(predicted: Array, found: Array, colour_distance: float) -> bool:
    """Whether a box of another shape may be the same body's, by place and colours."""
    return (
        colour_distance < SAME_COLOURS
        and _log_size_ratio(predicted, found) < LEAP_LOG_SIZE_RATIO
        and iou(predicted, found) > LEAP_OVERLAP
    )
