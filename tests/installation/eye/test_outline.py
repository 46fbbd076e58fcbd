"""Outlines: outer rings counter-clockwise with y up, holes clockwise, few points, in the picture's pixels."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from installation.eye.camera import to_screen
from installation.eye.outline import (
    EARLY_END_SECONDS,
    MAX_AGE_SECONDS,
    MAX_POINTS,
    OutlineMemory,
    oriented_rings,
    signed_area,
    silhouette_rings,
)
from installation.eye.pose_estimator import PoseDetection


def detection(mask: np.ndarray, crop: tuple[float, float, float] = (100.0, 50.0, 256.0)) -> PoseDetection:
    nothing = np.zeros((33, 2), np.float32)
    return PoseDetection(nothing, np.zeros((33, 3), np.float32), nothing[:, 0], crop, mask.astype(np.float32))


def disc(side: int = 128, radius: int = 40, hole: int = 0) -> np.ndarray:
    mask = np.zeros((side, side), np.float32)
    cv2.circle(mask, (side // 2, side // 2), radius, 1.0, -1)
    if hole:
        cv2.circle(mask, (side // 2, side // 2), hole, 0.0, -1)
    return mask


def test_a_disc_becomes_one_ring_of_its_size_where_the_crop_was() -> None:
    (ring,) = silhouette_rings(detection(disc()))
    assert np.allclose(ring.mean(axis=0), [100 + 128, 50 + 128], atol=2.5)
    assert np.allclose(np.linalg.norm(ring - ring.mean(axis=0), axis=1), 80, atol=4)
    steps = np.linalg.norm(np.diff(ring, axis=0, append=ring[:1]), axis=1)
    assert steps.max() < 1.5 * steps.min()


def test_holes_run_the_other_way_and_islands_in_holes_are_outer_again() -> None:
    mask = disc(256, 110, 70)
    cv2.circle(mask, (128, 128), 30, 1.0, -1)
    for mirror in (False, True):
        rings = oriented_rings([to_screen(ring, (640, 480), mirror) for ring in silhouette_rings(detection(mask))])
        by_size = sorted(rings, key=lambda ring: -abs(signed_area(ring)))
        assert [signed_area(ring) > 0 for ring in by_size] == [True, False, True]


def test_an_outline_has_at_most_its_points_and_no_specks() -> None:
    chance = np.random.default_rng(1)
    mask = disc(256, 90)
    for x, y in chance.integers(0, 256, (60, 2)):
        mask[y : y + 2, x : x + 2] = 1.0
    rings = silhouette_rings(detection(mask))
    assert len(rings) == 1 and sum(map(len, rings)) <= MAX_POINTS + 8 * len(rings)


def test_a_mask_of_nothing_and_no_mask_have_no_outline() -> None:
    assert silhouette_rings(detection(np.zeros((64, 64)))) == []
    none = np.zeros((33, 3), np.float32)
    assert silhouette_rings(PoseDetection(none[:, :2], none, none[:, 0], (0.0, 0.0, 64.0))) == []


def test_the_edge_of_a_trembling_mask_trembles_less() -> None:
    chance = np.random.default_rng(2)
    soft = cv2.GaussianBlur(disc(128, 40), (0, 0), 2.0)
    rings = [silhouette_rings(detection(soft + chance.normal(0, 0.15, soft.shape)))[0] for _ in range(8)]
    radii = [np.linalg.norm(ring - [228, 178], axis=1) for ring in rings]
    assert np.std(np.concatenate(radii)) < 2.5  # pixels of the picture, of which the mask has half


def test_an_outline_that_its_crop_cuts_is_never_shown_and_the_last_whole_one_stands_in_for_a_while() -> None:
    memory, size, torso = OutlineMemory(), (640, 480), np.array([228.0, 178.0])
    cut = disc(128, 40)
    cut[:64] = 1.0
    memory.update(detection(cut), size, torso, 0.0)
    assert memory.rings(torso, 0.0) == []
    memory.update(detection(disc(128, 40)), size, torso, 0.1)
    (whole,) = memory.rings(torso, 0.1)
    memory.update(detection(cut), size, torso + 10.0, 0.2)
    (moved,) = memory.rings(torso + 10.0, 0.2)
    assert np.allclose(moved, whole + 10.0)
    assert memory.rings(torso, 0.1 + MAX_AGE_SECONDS + 0.01) == []


def test_legs_that_come_down_below_what_the_network_sees_are_not_cut_off_and_a_desk_hides_them() -> None:
    memory, size, torso = OutlineMemory(), (640, 480), np.array([228.0, 178.0])
    mask = np.zeros((128, 128), np.float32)
    mask[20:100, 50:75] = 1.0
    cut = mask.copy()
    cut[80:] = 0.0
    feet = np.full((33, 2), (228.0, 248.0), np.float32)
    whole, early = replace(detection(mask), landmarks_px=feet), replace(detection(cut), landmarks_px=feet)
    memory.update(replace(whole, visibility=np.ones(33, np.float32)), size, torso, 1.0)
    (before,) = memory.rings(torso, 1.0)
    memory.update(replace(early, visibility=np.ones(33, np.float32)), size, torso, 1.1)
    (after,) = memory.rings(torso, 1.1)
    assert np.allclose(before, after)
    for t in (1.2, 1.11 + EARLY_END_SECONDS):
        memory.update(replace(early, visibility=np.ones(33, np.float32)), size, torso, t)
    (behind,) = memory.rings(torso, 1.4)
    assert behind[:, 1].max() < before[:, 1].max() - 30.0


def test_a_body_beside_others_that_were_masked_keeps_the_outline_that_it_had() -> None:
    memory, size, torso = OutlineMemory(), (640, 480), np.array([228.0, 178.0])
    memory.update(detection(disc(128, 40)), size, torso, 1.0)
    (before,) = memory.rings(torso, 1.0)
    half = disc(128, 40)
    half[:, :64] = 0.0
    memory.update(replace(detection(half), is_covered=True), size, torso, 1.1)
    (after,) = memory.rings(torso, 1.1)
    assert np.allclose(before, after)


def test_legs_that_end_straight_just_after_another_body_covered_them_are_not_cut_off() -> None:
    memory, size, torso = OutlineMemory(), (640, 480), np.array([228.0, 178.0])
    mask = np.zeros((128, 128), np.float32)
    mask[20:100, 50:75] = 1.0
    cut = mask.copy()
    cut[80:] = 0.0
    memory.update(detection(mask), size, torso, 1.0)
    (before,) = memory.rings(torso, 1.0)
    memory.update(replace(detection(mask), is_covered=True), size, torso, 1.1)
    memory.update(detection(cut), size, torso, 1.15)
    (after,) = memory.rings(torso, 1.15)
    assert np.allclose(before, after)
    # What stays so is how the body stands.
    memory.update(detection(cut), size, torso, 1.11 + EARLY_END_SECONDS)
    (behind,) = memory.rings(torso, 1.31)
    assert behind[:, 1].max() < before[:, 1].max() - 30.0
