"""Synthetic visitors ("ghosts"): bodies that stroll and dance, for machines without a camera and as ground truth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import Square, landmark_box, square_around
from installation.eye.camera import Lens, project
from installation.eye.pose_estimator import PoseDetection

Array = NDArray[np.float64]

PICTURE_SIZE_PX = (1280, 720)
"""Width and height of the picture that such a visitor's camera would give."""
MASK_SIDE_PX = 160
"""Side of the silhouette's mask."""
MASK_SHIFT_BITS = 4
"""Fractional bits of the coordinates that OpenCV draws: sixteenths of a pixel."""
LIMBS = (
    (11, 13, 0.055),
    (13, 15, 0.045),
    (12, 14, 0.055),
    (14, 16, 0.045),
    (15, 19, 0.04),
    (16, 20, 0.04),
    (23, 25, 0.085),
    (25, 27, 0.06),
    (24, 26, 0.085),
    (26, 28, 0.06),
    (27, 31, 0.045),
    (28, 32, 0.045),
    (11, 12, 0.07),
    (23, 24, 0.1),
    (11, 23, 0.1),
    (12, 24, 0.1),
    (11, 24, 0.11),
    (12, 23, 0.11),
    (7, 8, 0.1),
)
"""Start and end landmark of each limb, and its radius in metres."""
Limbs = Sequence[tuple[int, int, float]]
"""As LIMBS."""
FACE_OFFSETS_M = (
    (0.02, 0.035, 0.01),
    (0.035, 0.035, 0.015),
    (0.05, 0.03, 0.03),
    (0.075, 0.01, 0.1),
    (0.025, -0.045, 0.01),
)
"""Offsets from the nose, outwards, up and back: the eye's inner corner, eye, outer corner, ear, corner of the mouth."""


def landmarks_at(t: float, seed: int) -> Array:
    """(33, 3) landmarks in the room of the visitor `seed` at show time `t`, who strolls before the wall and dances."""
    rng = np.random.default_rng(seed)
    pace, phase, tempo = rng.uniform(0.16, 0.26), rng.uniform(0, 2 * math.pi), rng.uniform(0.8, 1.1)
    body_scale = rng.uniform(0.93, 1.05)
    x = 1.3 * math.sin(pace * t + phase)
    z = 3.4 + 0.7 * math.sin(0.7 * pace * t + 2.1 * phase)
    facing = 0.7 * math.sin(0.31 * t + phase)
    beat = 2 * math.pi * tempo * t + phase
    energy = 0.5 + 0.5 * math.sin(0.23 * t + phase)
    sway, dip = 0.05 * math.sin(beat / 2), 0.03 * (1 - math.cos(beat)) * (0.5 + energy)
    hips = np.array([sway, 0.93 - dip, 0.0])
    chest = hips + [0.5 * sway, 0.50, 0.02 * math.sin(beat)]
    joints = np.zeros((33, 3))

    def at(index: int, point: NDArray[np.floating] | list[float]) -> None:
        joints[index] = point

    nose = chest + [0.3 * sway, 0.23, -0.11]
    at(0, nose)
    for side, ids in ((-1.0, (1, 2, 3, 7, 9)), (1.0, (4, 5, 6, 8, 10))):
        for index, (out, up, back) in zip(ids, FACE_OFFSETS_M, strict=True):
            at(index, nose + [side * out, up, back])
    for side, (shoulder, elbow, wrist, pinky, index, thumb, hip, knee, ankle, heel, toe) in (
        (-1.0, (11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)),
        (1.0, (12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32)),
    ):
        turn = 0.5 if side > 0 else 0.0
        lift = 0.25 + (0.2 + 1.9 * energy) * (0.5 - 0.5 * math.cos(0.5 * beat + math.pi * turn))
        bend = 0.3 + 0.8 * (0.5 + 0.5 * math.sin(beat + math.pi * turn))
        shoulder_m = chest + [side * 0.18, 0.0, 0.0]
        upper = np.array([side * math.sin(lift), -math.cos(lift), -0.15 * energy])
        lower = np.array([side * math.sin(lift + bend), -math.cos(lift + bend), -0.35])
        elbow_m = shoulder_m + 0.29 * upper / np.linalg.norm(upper)
        wrist_m = elbow_m + 0.26 * lower / np.linalg.norm(lower)
        hand = lower / np.linalg.norm(lower)
        at(shoulder, shoulder_m)
        at(elbow, elbow_m)
        at(wrist, wrist_m)
        at(pinky, wrist_m + 0.09 * hand + [side * 0.02, 0, 0.02])
        at(index, wrist_m + 0.10 * hand + [-side * 0.01, 0, -0.02])
        at(thumb, wrist_m + 0.05 * hand + [-side * 0.03, 0, -0.02])
        hip_m = hips + [side * 0.10, 0.0, 0.0]
        step = max(0.0, math.sin(0.5 * beat + math.pi * turn)) * (0.06 + 0.1 * energy)
        ankle_m = np.array([side * (0.12 + 0.05 * energy), 0.08 + step, 0.01])
        between = 0.5 * (hip_m + ankle_m)
        out = math.sqrt(max(0.0, 0.4275**2 - float(np.sum((hip_m - ankle_m) ** 2)) / 4.0))
        at(hip, hip_m)
        at(knee, between + [side * 0.25 * out, 0.0, -out])
        at(ankle, ankle_m)
        at(heel, ankle_m + [0.0, -0.05, 0.04])
        at(toe, ankle_m + [side * 0.03, -0.05, -0.15])
    joints *= body_scale
    c, s = math.cos(facing), math.sin(facing)
    turned = joints @ np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    placed: Array = turned + [x, 0.0, z]
    return placed


def perfect_detection(landmarks_m: Array, lens: Lens, limbs: Limbs = LIMBS) -> PoseDetection:
    """The detection that a perfect pose estimator would return for a body (33, 3) in the room before this lens.

    The silhouette is made of `limbs`.
    """
    landmarks_px = np.nan_to_num(project(lens, landmarks_m), nan=-1e4)
    local_m = (landmarks_m - landmarks_m[23:25].mean(axis=0)) @ lens.rotation
    is_inside = ((landmarks_px >= 0) & (landmarks_px < lens.size_px)).all(axis=1)
    visibility = np.where(is_inside, 0.98, 0.02).astype(np.float32)
    points_px = landmarks_px.astype(np.float32)
    crop_px = square_around(landmark_box(points_px, np.ones(33, np.float32)))
    depth_m = float(((landmarks_m.mean(axis=0) - lens.centre_m) @ lens.rotation)[2])
    mask = _mask(points_px, crop_px, lens.focal_px / max(depth_m, 0.3), limbs)
    return PoseDetection(points_px, local_m.astype(np.float32), visibility, crop_px, mask)


def _mask(
    landmarks_px: NDArray[np.float32], crop_px: Square, pixels_per_metre: float, limbs: Limbs
) -> NDArray[np.float32]:
    """(MASK_SIDE_PX, MASK_SIDE_PX) 0 or 1: the limbs as thick lines."""
    left, top, side = crop_px
    scale = MASK_SIDE_PX / side
    points = (landmarks_px - (left, top)) * scale
    mask = np.zeros((MASK_SIDE_PX, MASK_SIDE_PX), np.uint8)
    subpixels = 1 << MASK_SHIFT_BITS
    for start, end, radius_m in limbs:
        ends = [tuple(int(v) for v in np.clip(points[i] * subpixels, -1e6, 1e6)) for i in (start, end)]
        thickness = max(1, round(2 * radius_m * pixels_per_metre * scale))
        cv2.line(mask, ends[0], ends[1], 255, thickness, cv2.LINE_8, MASK_SHIFT_BITS)
    return mask.astype(np.float32) / 255.0
