"""Boxes, the squares around them, and their overlap."""

from __future__ import annotations

import numpy as np
import pytest

from installation.eye.boxes import covered_share, iou, landmark_box, square_around, stabilised_square


def box(*sides: float) -> np.ndarray:
    return np.array(sides, np.float32)


def test_a_crop_rests_while_its_body_trembles_and_follows_when_it_walks_or_comes_nearer() -> None:
    crop = square_around(box(100, 100, 180, 300))
    for shift in (-4.0, 3.0, 5.0):
        assert stabilised_square(crop, box(100 + shift, 100 + shift, 180 + shift, 300 + shift)) == crop
    for other in (box(160, 100, 240, 300), box(80, 40, 200, 380)):
        assert stabilised_square(crop, other) == square_around(other)


def test_a_square_holds_its_box_whole_and_is_never_a_point() -> None:
    left, top, side = square_around(box(100, 100, 180, 300))
    assert left < 100 and top < 100 and left + side > 180 and top + side > 300
    assert square_around(box(50, 50, 50, 50))[2] > 20


def test_a_body_of_which_little_is_seen_still_has_a_box() -> None:
    points = np.random.default_rng(0).uniform(100, 200, (33, 2)).astype(np.float32)
    for visibility in (np.zeros(33, np.float32), np.ones(33, np.float32)):
        x0, y0, x1, y1 = landmark_box(points, visibility)
        assert x0 < x1 and y0 < y1


def test_overlap_and_cover_are_shares() -> None:
    a, b = box(0, 0, 10, 10), box(5, 0, 15, 10)
    assert iou(a, b) == pytest.approx(1 / 3)
    assert covered_share(a, b) == pytest.approx(0.5)
    assert iou(a, a) == covered_share(a, a) == 1.0
    assert iou(a, box(20, 20, 30, 30)) == covered_share(a, box(20, 20, 30, 30)) == 0.0
