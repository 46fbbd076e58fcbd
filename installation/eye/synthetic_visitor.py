"""Ghosts: bodies that stroll, turn and dance, for a machine that has nobody to look at and for known truth."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import landmark_box, square_around
from installation.eye.camera import Lens, project
from installation.eye.pose_estimator import PoseDetection

Array = NDArray[np.float64]

SIZE_PX = (1280, 720)
"""The picture that a ghost's camera would give."""
MASK = 160
"""Side of a ghost's silhouette mask in pixels."""
BONES = (
    (11, 13, 0.055), (13, 15, 0.045), (12, 14, 0.055), (14, 16, 0.045), (15, 19, 0.04), (16, 20, 0.04),
    (23, 25, 0.085), (25, 27, 0.06), (24, 26, 0.085), (26, 28, 0.06), (27, 31, 0.045), (28, 32, 0.045),
    (11, 12, 0.07), (23, 24, 0.1), (11, 23, 0.1), (12, 24, 0.1), (11, 24, 0.11), (12, 23, 0.11), (7, 8, 0.1),
)  # fmt: skip
"""Landmarks that a limb joins, and its radius in metres."""
FACE = (
    (0.02, 0.035, 0.01), (0.035, 0.035, 0.015), (0.05, 0.03, 0.03), (0.075, 0.01, 0.1), (0.025, -0.045, 0.01),
)  # fmt: skip
"""Metres from the nose, outwards, up and back: the eye's inner corner, eye, outer corner, ear, corner of the mouth."""


def landmarks_at(t: float, seed: int) -> Array:
    """(33, 3) landmarks in the room of the ghost `seed` at show time `t`: it strolls before the wall and dances."""
    chance = np.random.default_rng(seed)
    pace, phase, tempo = chance.uniform(0.16, 0.26), chance.uniform(0, 2 * math.pi), chance.uniform(0.8, 1.1)
    tall = chance.uniform(0.93, 1.05)
    x = 1.3 * math.sin(pace * t + phase)
    z = 3.4 + 0.7 * math.sin(0.7 * pace * t + 2.1 * phase)
    facing = 0.7 * math.sin(0.31 * t + phase)
    beat = 2 * math.pi * tempo * t + phase
    lively = 0.5 + 0.5 * math.sin(0.23 * t + phase)
    sway, dip = 0.05 * math.sin(beat / 2), 0.03 * (1 - math.cos(beat)) * (0.5 + lively)
    hips = np.array([sway, 0.93 - dip, 0.0])
    chest = hips + [0.5 * sway, 0.50, 0.02 * math.sin(beat)]
    joints = np.zeros((33, 3))

    def at(index: int, point: NDArray[np.floating] | list[float]) -> None:
        joints[index] = point

    nose = chest + [0.3 * sway, 0.23, -0.11]
    at(0, nose)
    for side, ids in ((-1.0, (1, 2, 3, 7, 9)), (1.0, (4, 5, 6, 8, 10))):
        for index, (out, up, back) in zip(ids, FACE, strict=True):
            at(index, nose + [side * out, up, back])
    for side, (shoulder, elbow, wrist, pinky, index, thumb, hip, knee, ankle, heel, toe) in (
        (-1.0, (11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)),
        (1.0, (12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32)),
    ):
        turn = 0.5 if side > 0 else 0.0
        lift = 0.25 + (0.2 + 1.9 * lively) * (0.5 - 0.5 * math.cos(0.5 * beat + math.pi * turn))
        bend = 0.3 + 0.8 * (0.5 + 0.5 * math.sin(beat + math.pi * turn))
        shoulder_m = chest + [side * 0.18, 0.0, 0.0]
        upper = np.array([side * math.sin(lift), -math.cos(lift), -0.15 * lively])
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
        step = max(0.0, math.sin(0.5 * beat + math.pi * turn)) * (0.06 + 0.1 * lively)
        ankle_m = np.array([side * (0.12 + 0.05 * lively), 0.08 + step, 0.01])
        between = 0.5 * (hip_m + ankle_m)
        out = math.sqrt(max(0.0, 0.4275**2 - float(np.sum((hip_m - ankle_m) ** 2)) / 4.0))
        at(hip, hip_m)
        at(knee, between + [side * 0.25 * out, 0.0, -out])
        at(ankle, ankle_m)
        at(heel, ankle_m + [0.0, -0.05, 0.04])
        at(toe, ankle_m + [side * 0.03, -0.05, -0.15])
    joints *= tall
    c, s = math.cos(facing), math.sin(facing)
    turned = joints @ np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    return turned + [x, 0.0, z]


def perfect_detection(joints_m: Array, lens: Lens) -> PoseDetection:
    """What a perfect landmarker would find of a body (33, 3) before this lens."""
    landmarks_px = np.nan_to_num(project(lens, joints_m), nan=-1e4)
    local = (joints_m - joints_m[23:25].mean(axis=0)) @ lens.rotation
    inside = ((landmarks_px >= 0) & (landmarks_px < lens.size_px)).all(axis=1)
    visibility = np.where(inside, 0.98, 0.02).astype(np.float32)
    flat = landmarks_px.astype(np.float32)
    crop = square_around(landmark_box(flat, np.ones(33, np.float32)))
    depth = float(((joints_m.mean(axis=0) - lens.centre_m) @ lens.rotation)[2])
    return PoseDetection(
        flat, local.astype(np.float32), visibility, crop, _mask(flat, crop, lens.focal_px / max(depth, 0.3))
    )


def _mask(
    landmarks_px: NDArray[np.float32], crop: tuple[float, float, float], pixels_a_metre: float
) -> NDArray[np.float32]:
    left, top, side = crop
    scale = MASK / side
    points = (landmarks_px - (left, top)) * scale
    mask = np.zeros((MASK, MASK), np.uint8)
    fine = 16  # cv2 draws in sixteenths of a pixel when told to
    for a, b, radius in BONES:
        ends = [tuple(int(v) for v in np.clip(points[i] * fine, -1e6, 1e6)) for i in (a, b)]
        cv2.line(mask, ends[0], ends[1], 255, max(1, round(2 * radius * pixels_a_metre * scale)), cv2.LINE_8, 4)
    return mask.astype(np.float32) / 255.0
