"""Plausibility of a detection: limbs keep their length, the mask is the body's, and a newcomer looks like a person."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import box_size
from installation.eye.mask_geometry import THRESHOLD, mask_area, share_outside
from installation.eye.pose_estimator import PoseDetection

Array = NDArray[np.float32]

BONES = np.array(
    [(11, 12), (23, 24), (11, 23), (12, 24), (11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (25, 27), (24, 26)]
    + [(26, 28)]
)
"""Pairs of landmarks: shoulders, hips, sides of the torso, arms and legs."""
MAX_LENGTH_RATIO = 1.6
"""Ratio by which the limbs of a body may become longer or shorter from one detection to the next."""
LENGTH_RATIO_RATE = 2.0
"""How much that ratio grows a second: a body that turns or comes nearer."""
BOX_MARGIN = 0.15
"""Sizes of a body around the box of its landmarks within which its mask lies."""
MAX_OUTSIDE = 0.35
"""Share of the mask outside which the mask is that of another body, or of a thing."""
HEAD = slice(0, 11)
"""Landmarks of the face."""
MIN_HEAD_VISIBILITY = 0.5
"""Mean visibility of the face from which on a body has a head."""
MIN_HEAD_SHARE = 0.5
"""Share of the face's landmarks that the mask must cover."""
MIN_AREA_SHARE = 0.03
"""Share of the picture that a mask without a head must cover to be a person's."""
MIN_BOX_SHARE = 0.25
"""Share of the box of its landmarks that such a mask must fill."""


def limb_length(detection: PoseDetection) -> float:
    """Sum of the lengths of a body's bones in the picture, pixels."""
    bones = detection.landmarks_px[BONES[:, 0]] - detection.landmarks_px[BONES[:, 1]]
    return float(np.sqrt(np.vecdot(bones, bones)).sum())


def continues(detection: PoseDetection, before: PoseDetection, dt: float) -> bool:
    """Whether a body `dt` seconds after another detection may be the same, judged by the length of its limbs."""
    a, b = limb_length(before), limb_length(detection)
    if a <= 0.0 or b <= 0.0:
        return a == b
    return abs(math.log(b / a)) < math.log(MAX_LENGTH_RATIO + LENGTH_RATIO_RATE * dt)


def has_own_mask(detection: PoseDetection) -> bool:
    """Whether the mask lies around all landmarks, those outside the picture included; true without a mask."""
    points = detection.landmarks_px
    box_px = np.concatenate([points.min(axis=0), points.max(axis=0)])
    margin = BOX_MARGIN * box_size(box_px)
    around = box_px + np.array([-margin, -margin, margin, margin], np.float32)
    return share_outside(detection, around) < MAX_OUTSIDE


def has_head(detection: PoseDetection) -> bool:
    """Whether the face is in view, within the mask: the landmarks of a hidden one are guessed, and called visible."""
    if float(detection.visibility[HEAD].mean()) < MIN_HEAD_VISIBILITY:
        return False
    if detection.mask is None:
        return True
    left, top, side = detection.crop_px
    wide = detection.mask.shape[1]
    at = ((detection.landmarks_px[HEAD] - np.array([left, top], np.float32)) * (wide / side)).astype(int)
    x, y = at.clip(0, wide - 1).T
    return float((detection.mask[y, x] > THRESHOLD).mean()) >= MIN_HEAD_SHARE


def has_persons_area(detection: PoseDetection, box_px: Array, size_px: tuple[int, int]) -> bool:
    """Whether the mask is as large as a person's in a picture of this width and height, and fills its box as one."""
    box_area = float((box_px[2] - box_px[0]) * (box_px[3] - box_px[1]))
    return mask_area(detection) > max(MIN_AREA_SHARE * size_px[0] * size_px[1], MIN_BOX_SHARE * box_area)
