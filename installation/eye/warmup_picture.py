"""A drawn body, for a landmarker to practise on: what it needs for the first body is allocated before anybody comes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 288
"""Pixels of the picture's side."""
WALL, SKIN, SHIRT, TROUSERS, DARK = (170, 170, 170), (205, 160, 130), (60, 80, 150), (45, 45, 60), (45, 32, 26)
LIMBS = (
    ((12, 165), (16, 255), 16, TROUSERS), ((16, 262), (20, 262), 12, DARK),
    ((30, 86), (40, 130), 13, SHIRT), ((40, 130), (42, 165), 10, SKIN),
)  # fmt: skip
"""From and to (pixels beside the middle, and from the top), how thick, colour: those of both sides."""


def manikin() -> NDArray[np.uint8]:
    """(SIDE, SIDE, 3) somebody who stands and looks into the camera."""
    pixels = np.full((SIDE, SIDE, 3), WALL, np.uint8)
    middle = SIDE // 2

    def line(a: tuple[int, int], b: tuple[int, int], thick: int, colour: tuple[int, int, int]) -> None:
        cv2.line(pixels, (middle + a[0], a[1]), (middle + b[0], b[1]), colour, thick, cv2.LINE_AA)

    torso = np.array([[-30, 80], [30, 80], [24, 170], [-24, 170]], np.int32) + (middle, 0)
    cv2.fillConvexPoly(pixels, torso.astype(np.int32), SHIRT, cv2.LINE_AA)
    for side in (-1, 1):
        for (x0, y0), (x1, y1), thick, colour in LIMBS:
            line((side * x0, y0), (side * x1, y1), thick, colour)
    line((0, 62), (0, 80), 14, SKIN)
    cv2.ellipse(pixels, (middle, 48), (15, 20), 0, 0, 360, SKIN, -1, cv2.LINE_AA)
    cv2.ellipse(pixels, (middle, 36), (16, 12), 0, 180, 360, DARK, -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.circle(pixels, (middle + 6 * side, 47), 2, DARK, -1, cv2.LINE_AA)
    line((-4, 58), (4, 58), 2, (150, 70, 70))
    return pixels
