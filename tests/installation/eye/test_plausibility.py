"""Implausible detections: limbs that change their length, masks of other things, guessed heads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from installation.eye import synthetic_visitor
from installation.eye.camera import lens_of
from installation.eye.mask_geometry import body_box
from installation.eye.plausibility import continues, has_head, has_own_mask, has_persons_area
from installation.eye.pose_estimator import PoseDetection

SIZE = synthetic_visitor.PICTURE_SIZE_PX


def body(mask_box: tuple[float, float, float, float] | None = None) -> PoseDetection:
    """A person in the middle of the picture, with a mask that fills a box of shares of the person's own."""
    lens = lens_of(SIZE, 1.2, 0.0, 75.0, (0.0, 0.0), 0.0)
    found = synthetic_visitor.perfect_detection(synthetic_visitor.landmarks_at(2.0, 7), lens)
    if mask_box is None:
        return found
    low, high = found.landmarks_px.min(axis=0), found.landmarks_px.max(axis=0)
    side = float(2.0 * (high - low).max())
    left, top = (0.5 * (low + high) - 0.5 * side).tolist()
    at = (np.concatenate([low, low]) + np.array(mask_box) * np.tile(high - low, 2) - [left, top, left, top]) / side
    x0, y0, x1, y1 = (at * 144).round().astype(int).clip(0, 144)
    mask = np.zeros((144, 144), np.float32)
    mask[y0:y1, x0:x1] = 1.0
    return replace(found, crop_px=(left, top, side), mask=mask)


@pytest.mark.parametrize(("factor", "same"), [(1.0, True), (1.3, True), (2.2, False), (0.4, False)])
def test_limbs_keep_their_length_from_one_detection_to_the_next(factor: float, same: bool) -> None:
    before = body()
    middle = before.landmarks_px.mean(axis=0)
    after = replace(before, landmarks_px=middle + np.float32(factor) * (before.landmarks_px - middle))
    assert continues(after, before, 1.0 / 30.0) is same


def test_a_mask_beside_the_landmarks_is_not_the_bodys() -> None:
    assert has_own_mask(body())
    assert has_own_mask(body((0.1, -0.05, 0.9, 1.05)))
    assert not has_own_mask(body((1.3, 0.0, 3.0, 1.0)))


def test_a_head_outside_the_mask_is_guessed() -> None:
    assert has_head(body((0.0, -0.1, 1.0, 1.0)))
    assert not has_head(body((0.0, 0.3, 1.0, 1.0)))
    assert not has_head(replace(body(), visibility=np.zeros(33, np.float32)))


def test_hands_have_not_the_area_of_a_person_and_a_torso_has() -> None:
    torso, hands = body((0.0, 0.2, 1.0, 1.0)), body((0.2, 0.5, 0.4, 0.6))
    small = (int(SIZE[0] / 2), int(SIZE[1] / 2))
    assert has_persons_area(torso, body_box(torso), small)
    assert not has_persons_area(hands, body_box(hands), small)
