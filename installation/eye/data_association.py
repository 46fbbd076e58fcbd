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
from installation.eye.pose_estimator import MAIN_LANDMARKS, PoseDetection
from installation.eye.track import Track
from motion.landmarks import MIRRORED

Array = NDArray[np.float32]

DUPLICATE_DISTANCE = 0.3
"""Mean distance of two bodies' landmarks, in body sizes, below which they are one body detected twice."""
MAX_OFFSET = 0.5
"""Distance, in body sizes, from a track's predicted box within which a detection may belong to it."""
OCCLUDED_OFFSET_RATE = 0.6
"""Body sizes a second by which that distance grows while a track is occluded: the person may have walked on."""
DIFFERENT_COLOURS = 0.55
"""Distance of two torsos' histograms (Bhattacharyya) above which they are two people."""
MAX_COST = 0.9
"""Offset from the predicted box plus histogram distance above which a detection is another person's; a person's own
stay below 0.7, in their wildest dance or another light."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A detection that fits a track."""

    track: Track
    detection: PoseDetection
    box_px: Array
    histogram: Histogram | None
    cost: float
    """Offset in body sizes plus histogram distance."""


def pose_distance(a: PoseDetection, b: PoseDetection) -> float:
    """Mean distance of two bodies' main landmarks in body sizes; one of them may have left and right exchanged."""
    sizes = (box_size(landmark_box(each.landmarks_px, each.visibility)) for each in (a, b))
    size = max(*sizes)
    straight = np.linalg.norm(a.landmarks_px[MAIN_LANDMARKS] - b.landmarks_px[MAIN_LANDMARKS], axis=1).mean()
    mirrored = np.linalg.norm(a.landmarks_px[MAIN_LANDMARKS] - b.landmarks_px[MIRRORED][MAIN_LANDMARKS], axis=1).mean()
    return float(min(straight, mirrored)) / size


def match(track: Track, detection: PoseDetection, view: FrameView, tracks: Sequence[Track]) -> Match | None:
    """Score what a track's own crop shows; None when it is another person. `tracks` are all tracks."""
    predicted, found = track.predicted_box(view.time), landmark_box(detection.landmarks_px, detection.visibility)
    size = box_size(predicted)
    offset = 0.5 * math.hypot(*(found[:2] + found[2:] - predicted[:2] - predicted[2:]).tolist()) / size
    if offset > MAX_OFFSET or abs(math.log(box_size(found) / size)) > 0.6:
        return None
    # A single person is identified by place; their colours are checked at every fourth detection only.
    skips_colours = len(tracks) == 1 and track.counts.hits % 4 and track.counts.hits > 8
    histogram = None if skips_colours else torso_histogram(view.pixels, detection)
    colour_distance = histogram_distance(track.histogram, histogram)
    if offset + colour_distance > MAX_COST:
        return None
    for other in tracks:
        if other is track or iou(other.predicted_box(view.time), found) < 0.25:
            continue
        # Close to another person the colours decide; where both wear black, then their predicted places.
        if colour_distance > DIFFERENT_COLOURS:
            return None
        if histogram_distance(other.histogram, histogram) + 0.12 < colour_distance:
            return None
    return Match(track, detection, found, histogram, offset + colour_distance)


def assign(
    tracks: Sequence[Track], detections: Sequence[PoseDetection], histograms: Sequence[Histogram | None], t: float
) -> dict[int, int]:
    """Track index -> detection index at least cost, by distance from the predicted box, size and colours."""
    if not tracks or not detections:
        return {}
    cost = np.full((len(tracks), len(detections)), 10.0)
    for i, track in enumerate(tracks):
        predicted = track.predicted_box(t)
        size = box_size(predicted)
        max_offset = MAX_OFFSET + OCCLUDED_OFFSET_RATE * max(0.0, t - track.seen)
        for j, detection in enumerate(detections):
            found = landmark_box(detection.landmarks_px, detection.visibility)
            offset = float(np.linalg.norm((found[:2] + found[2:] - predicted[:2] - predicted[2:]) / 2.0)) / size
            log_size_ratio = abs(float(np.log(box_size(found) / size)))
            colour_distance = histogram_distance(track.histogram, histograms[j])
            if offset < max_offset and log_size_ratio < 0.8 and colour_distance < DIFFERENT_COLOURS + 0.2:
                cost[i, j] = offset / max_offset + 0.7 * log_size_ratio + 1.5 * colour_distance
    rows, columns = linear_sum_assignment(cost)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < 5.0}
