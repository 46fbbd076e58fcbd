"""Newcomers: whether a detection that no track claims is a person of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import box_size, covered_share, iou
from installation.eye.data_association import DUPLICATE_DISTANCE, pose_distance
from installation.eye.frame_view import FrameView
from installation.eye.mask_geometry import mask_overlap
from installation.eye.plausibility import has_head, has_own_mask, has_persons_area
from installation.eye.pose_estimator import PoseDetection
from installation.eye.region_proposals import MIN_BODY_SHARE
from installation.eye.track import TORSO, Track

Array = NDArray[np.float32]

HITS_TO_CONFIRM = 2
"""Detections after which a track gets an identity."""
HITS_TO_CONFIRM_DOUBTFUL = 6
"""The same inside another track's box, where a part of that person may look like a body of its own for a moment; and
where the detector of several people sees no one."""
MIN_TORSO_VISIBILITY = 0.5
SAME_BODY_OVERLAP = 0.6
"""Share of a mask within another's from which on both are one body."""
PART_OVERLAP = 0.9
"""Share of a track's mask within a newcomer's from which the track may have seen a part of that body only. Of two
people each mask has a place of its own, however they stand."""
MIN_PART = 0.25
"""Least share of the newcomer's mask that such a part is."""


def is_newcomer(
    detection: PoseDetection, box_px: Array, view: FrameView, tracked: Sequence[Track], is_expected: bool
) -> bool:
    """Whether a detection is large and clear enough, looks like a person, and is none of the people `tracked`.

    What looks like a body must agree with something else: a head within the mask, the area of a person, or that one
    `is_expected` there because a second detector sees one, or one was lost.
    """
    if box_size(box_px) < MIN_BODY_SHARE * max(view.size_px) or not has_own_mask(detection):
        return False
    with_head, with_area = has_head(detection), has_persons_area(detection, box_px, view.size_px)
    if not (with_head or is_expected or with_area):
        return False
    # Close to the camera the hips are below the picture.
    torso = TORSO[:2] if with_head and with_area else TORSO
    if detection.visibility[torso].mean() < MIN_TORSO_VISIBILITY:
        return False
    return not any(is_same_body(detection, box_px, track, view.time) for track in tracked)


def is_same_body(detection: PoseDetection, box_px: Array, track: Track, t: float) -> bool:
    """Whether a detection is the body of a track that is being tracked, a part of it, or the whole of it."""
    if pose_distance(detection, track.detection) < DUPLICATE_DISTANCE or iou(track.predicted_box(t), box_px) > 0.6:
        return True
    shared = mask_overlap(detection, track.detection)
    return shared > SAME_BODY_OVERLAP or (shared > MIN_PART and mask_overlap(track.detection, detection) > PART_OVERLAP)


def hits_to_confirm(box_px: Array, tracks: Sequence[Track], t: float, is_witnessed: bool | None) -> int:
    """Detections that a newcomer needs; `is_witnessed` is None where the second detector has not looked."""
    is_inside = any(covered_share(box_px, track.predicted_box(t)) > 0.7 for track in tracks)
    return HITS_TO_CONFIRM_DOUBTFUL if is_inside or is_witnessed is False else HITS_TO_CONFIRM
