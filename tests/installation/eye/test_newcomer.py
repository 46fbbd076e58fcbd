"""One body is one visitor, however much of it each look saw; two bodies are two."""

from __future__ import annotations

import numpy as np

from installation.eye.boxes import iou
from installation.eye.data_association import DUPLICATE_DISTANCE, pose_distance
from installation.eye.mask_geometry import body_box
from installation.eye.newcomer import is_same_body
from installation.eye.pose_estimator import PoseDetection
from installation.eye.track import Track

CROP_PX = (0.0, 0.0, 400.0)

BoxPx = tuple[int, int, int, int]


def body(box: BoxPx, landmarks: BoxPx, posture: int = 1) -> PoseDetection:
    """A body in any posture whose mask is one box of the picture and whose landmarks fill another."""
    mask = np.zeros((100, 100), np.float32)
    x0, y0, x1, y1 = (side // 4 for side in box)
    mask[y0:y1, x0:x1] = 1.0
    points = np.random.default_rng(posture).uniform(landmarks[:2], landmarks[2:], (33, 2)).astype(np.float32)
    return PoseDetection(points, np.zeros((33, 3), np.float32), np.ones(33, np.float32), CROP_PX, mask)


def is_same(newcomer: PoseDetection, tracked: PoseDetection) -> bool:
    box_px = body_box(newcomer)
    assert pose_distance(newcomer, tracked) > DUPLICATE_DISTANCE, "the landmarks do not show it"
    assert iou(body_box(tracked), box_px) < 0.6, "nor do the boxes"
    return is_same_body(newcomer, box_px, Track.known(1, 1, tracked, 0.0, None), 0.0)


def test_the_whole_of_a_body_that_was_seen_in_part_is_the_same_body() -> None:
    """At arm's length: the track has seen the back, the search has seen the arms and the legs as well."""
    back = body((160, 80, 260, 220), (160, 80, 260, 220))
    assert is_same(body((100, 60, 300, 260), (60, 20, 360, 390), posture=2), back)


def test_a_part_of_a_body_is_the_same_body() -> None:
    whole = body((80, 20, 320, 380), (80, 20, 320, 380))
    assert is_same(body((160, 80, 260, 220), (150, 70, 270, 230), posture=2), whole)


def test_two_people_one_close_behind_the_other_are_two() -> None:
    """The mask of the one behind begins where that of the one before ends; their boxes overlap."""
    before = body((100, 80, 220, 380), (100, 80, 220, 380))
    behind = body((208, 20, 380, 300), (200, 20, 390, 300))
    assert not is_same(behind, before)
    assert not is_same(before, behind)


def test_someone_small_amid_the_mask_of_one_who_stands_near_is_another() -> None:
    """Far away, seen between the arm and the body of one near by."""
    far = body((320, 60, 352, 110), (320, 60, 352, 110))
    assert not is_same(body((100, 40, 360, 390), (100, 40, 360, 390)), far)
