"""Hip width of a filmed body: pose estimators set hips too wide, which the picture shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion
from motion.contact import move_feet
from motion.landmarks import LANDMARK_INDEX
from motion.skeleton import THIGH_BONES

Array = NDArray[np.floating]

MIN_WIDTH_M = 0.08
"""Width of the hips across the picture below which it is not measured: a body seen from the side."""
MIN_FRAMES = 5
MIN_RATIO = 0.72
"""Least width in the picture, as a share of the estimated one, that is believed."""


def hip_width_ratio(landmarks_px: Array, landmarks_m: Array, px_per_m: Array) -> float:
    """Width of the hips across the picture over that of the estimated landmarks; 1 where it cannot be measured.

    Landmarks (T, 33, 2) are in pixels and (T, 33, 3) in metres; `px_per_m` (T,) is the scale of the picture.
    """
    left, right = LANDMARK_INDEX["left_hip"], LANDMARK_INDEX["right_hip"]
    seen = np.abs(landmarks_px[:, left, 0] - landmarks_px[:, right, 0]) / np.maximum(px_per_m, 1e-6)
    estimated = np.abs(landmarks_m[:, left, 0] - landmarks_m[:, right, 0])
    ahead = estimated > MIN_WIDTH_M
    if ahead.sum() < MIN_FRAMES:
        return 1.0
    return float(np.clip(np.median(seen[ahead] / estimated[ahead]), MIN_RATIO, 1.0))


def scale_hip_width(motion: Motion, ratio: float) -> Motion:
    """The motion with hip joints closer together by `ratio`, and feet where they were.

    A character's stance keeps its width only if the body's hips are as wide as they are.
    """
    offsets = motion.offsets_m.copy()
    offsets[THIGH_BONES, 0] *= ratio
    shift = rotation.rotate(motion.turns[:, :1], motion.offsets_m[THIGH_BONES] - offsets[THIGH_BONES])
    none = np.zeros((len(motion), 2), bool)
    hips, turns = move_feet(motion.hips_m, motion.turns, offsets, shift, none)
    return replace(motion, hips_m=hips, turns=turns, offsets_m=offsets)
