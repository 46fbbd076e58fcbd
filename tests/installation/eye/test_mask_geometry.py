"""Masks: what a crop's border cuts is known, the next crop shows more, and two masks of one body are one."""

from __future__ import annotations

import numpy as np
import pytest

from installation.eye.boxes import square_around
from installation.eye.mask_geometry import body_box, crop_extent, cut_sides, mask_overlap, share_outside
from installation.eye.pose_estimator import PoseDetection

SIZE = (640, 480)
CROP = (100.0, 100.0, 200.0)


def detection(box: tuple[int, int, int, int], crop: tuple[float, float, float] = CROP) -> PoseDetection:
    """A body whose landmarks fill the middle, and whose mask is a box of the picture."""
    left, top, side = crop
    mask = np.zeros((100, 100), np.float32)
    x0, y0, x1, y1 = ((np.array(box) - [left, top, left, top]) * 100 / side).round().astype(int).clip(0, 100)
    mask[y0:y1, x0:x1] = 1.0
    points = np.linspace((180.0, 150.0), (220.0, 250.0), 33).astype(np.float32)
    return PoseDetection(points, np.zeros((33, 3), np.float32), np.ones(33, np.float32), crop, mask)


@pytest.mark.parametrize(
    ("box", "sides"),
    [
        ((150, 140, 250, 280), (False, False, False, False)),
        ((100, 140, 250, 280), (True, False, False, False)),
        ((150, 100, 250, 280), (False, True, False, False)),
        ((150, 140, 300, 300), (False, False, True, True)),
        ((150, 110, 250, 280), (False, True, False, False)),
        ((195, 110, 205, 280), (False, False, False, False)),
    ],
)
def test_a_mask_that_touches_its_crop_is_cut_and_the_next_crop_grows_there(
    box: tuple[int, int, int, int], sides: tuple[bool, bool, bool, bool]
) -> None:
    body = detection(box)
    assert cut_sides(body, SIZE) == sides
    grown = crop_extent(body, SIZE) - body_box(body)
    assert [abs(float(v)) > 1.0 for v in grown] == list(sides)
    if any(sides):
        assert square_around(crop_extent(body, SIZE))[2] > CROP[2]


def test_the_borders_of_the_picture_cut_nothing() -> None:
    body = detection((0, 120, 180, 480), (-20.0, 280.0, 200.0))
    assert cut_sides(body, SIZE) == (False, True, True, False)
    assert cut_sides(detection((0, 400, 100, 480), (-20.0, 290.0, 200.0)), SIZE) == (False,) * 4


def test_the_box_of_a_body_takes_in_its_mask_and_no_mask_that_has_run_away() -> None:
    near = body_box(detection((150, 120, 250, 290)))
    assert near[1] <= 121 and near[3] >= 289
    points = np.linspace((195.0, 195.0), (205.0, 205.0), 33).astype(np.float32)
    far = detection((100, 100, 300, 300))
    small = PoseDetection(points, far.local_landmarks_m, far.visibility, far.crop_px, far.mask)
    assert max(body_box(small)[2:] - body_box(small)[:2]) < 40


def test_two_looks_at_one_body_overlap_whatever_their_crops() -> None:
    box = (180, 140, 240, 260)
    first, second, beside = detection(box), detection(box, (150.0, 120.0, 150.0)), detection((240, 140, 290, 260))
    assert mask_overlap(first, second) > 0.9 and mask_overlap(second, first) > 0.9
    assert mask_overlap(first, beside) < 0.1


def test_the_share_of_a_mask_outside_a_box() -> None:
    body = detection((150, 120, 250, 280))
    assert share_outside(body, np.array([150, 120, 250, 280], np.float32)) == pytest.approx(0.0, abs=0.02)
    assert share_outside(body, np.array([150, 120, 200, 280], np.float32)) == pytest.approx(0.5, abs=0.03)
