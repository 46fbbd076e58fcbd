"""Hand landmarks of a body in a picture: each hand is searched in a square around its wrist."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import Square
from installation.eye.mediapipe_backend import HandDetector, HandResult
from installation.eye.pose_estimator import crop_square
from motion.hand_landmarks import HAND_LANDMARK_COUNT, PALM_LANDMARKS, WRIST_LANDMARK
from motion.landmarks import LANDMARK_INDEX

Array = NDArray[np.floating]

MODEL_NAME = "hand_landmarker.task"
"""The downloaded asset with the networks' weights."""
MIN_CONFIDENCE = 0.5
"""Confidence of a hand that counts."""
CROP_SIDE_M = 0.42
"""Side of the square that is searched, at the body: a spread hand is 0.2 m long."""
CROP_SIDE_PX = 256
"""Side to which it is scaled; the networks see 192 and 224."""
MIN_SIDE_PX = 60.0
"""Side of that square in the picture below which a hand is too small to show its fingers."""
REACH = 1.3
"""The hand's middle from its wrist, in lengths of its palm."""
MIN_VISIBILITY = 0.4
"""Visibility of a wrist from which its hand is searched."""
MAX_WRIST_ERROR_M = 0.09
"""Distance between the wrists of body and hand, at the body, up to which the hand is that body's."""
PALM_SIZE_RATIO = (0.25, 1.9)
"""Least and largest length of a palm in the picture, as a share of a usual palm seen from the front."""
PALM_M = 0.085
"""That usual palm, from the wrist to the knuckle of the middle finger."""


def _marks(side: str) -> NDArray[np.intp]:
    return np.array([LANDMARK_INDEX[f"{side}_{part}"] for part in ("wrist", "index", "pinky")])


HAND_MARKS = np.array([_marks("left"), _marks("right")])
"""(2, 3) wrist, knuckles of index and little finger among the body's landmarks, left and right."""


class HandEstimator:
    """Finds the two hands of a body."""

    def __init__(self, model: Path) -> None:
        """`model` is the file MODEL_NAME. Raises UserError where it is none."""
        self._detector = HandDetector(model, MIN_CONFIDENCE)

    def estimate(self, pixels: NDArray[np.uint8], landmarks_px: Array, visibility: Array, px_per_m: float) -> Array:
        """(2, 21, 3) landmarks of the left and the right hand in a picture (height, width, 3); NaN where not seen.

        They are in metres from the hand's middle: x right, y down, z away. `landmarks_px` (33, 2) and `visibility`
        (33,) are the body's; `px_per_m` is the scale of the picture where it is.
        """
        found = np.full((2, HAND_LANDMARK_COUNT, 3), np.nan)
        if not px_per_m * CROP_SIDE_M >= MIN_SIDE_PX:
            return found
        for hand, marks in enumerate(HAND_MARKS):
            if visibility[marks[0]] < MIN_VISIBILITY:
                continue
            square = _hand_square(landmarks_px[marks], px_per_m)
            hands = self._detector.detect(crop_square(pixels, square, CROP_SIDE_PX))
            own = _nearest(hands, hand == 1, square, landmarks_px[marks[0]], px_per_m)
            if own is not None:
                found[hand] = own.local_landmarks_m
        return found

    def close(self) -> None:
        """Free the networks."""
        self._detector.close()


def _hand_square(points_px: Array, px_per_m: float) -> Square:
    """The square around a hand whose wrist and two knuckles are at (3, 2)."""
    wrist, knuckles = points_px[0], points_px[1:].mean(axis=0)
    side = CROP_SIDE_M * px_per_m
    x, y = wrist + REACH * (knuckles - wrist)
    return float(x) - 0.5 * side, float(y) - 0.5 * side, side


def _nearest(
    hands: list[HandResult], is_right: bool, square: Square, wrist_px: Array, px_per_m: float
) -> HandResult | None:
    """The hand of this side that is at the wrist; None where there is none."""
    left, top, side = square
    best, best_distance = None, MAX_WRIST_ERROR_M * px_per_m
    for each in hands:
        points = each.normalised_landmarks * side + (left, top)
        palm = math.dist(points[WRIST_LANDMARK], points[PALM_LANDMARKS[2]]) / (PALM_M * px_per_m)
        distance = math.dist(points[WRIST_LANDMARK], wrist_px)
        if each.is_right == is_right and PALM_SIZE_RATIO[0] < palm < PALM_SIZE_RATIO[1] and distance < best_distance:
            best, best_distance = each, distance
    return best
