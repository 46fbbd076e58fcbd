"""A drawn person for warming up a landmarker: the first detection allocates memory before any visitor comes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE_PX = 288
"""Side of the picture."""
WALL_RGB = (170, 170, 170)
SKIN_RGB = (205, 160, 130)
SHIRT_RGB = (60, 80, 150)
TROUSERS_RGB = (45, 45, 60)
HAIR_AND_SHOES_RGB = (45, 32, 26)
LIPS_RGB = (150, 70, 70)
LIMBS = (
    ((12, 165), (16, 255), 16, TROUSERS_RGB),
    ((16, 262), (20, 262), 12, HAIR_AND_SHOES_RGB),
    ((30, 86), (40, 130), 13, SHIRT_RGB),
    ((40, 130), (42, 165), 10, SKIN_RGB),
)
"""Start and end (pixels beside the middle, and from the top), thickness, colour: drawn on both sides."""


def draw_person() -> NDArray[np.uint8]:
    """(SIDE_PX, SIDE_PX, 3) RGB: a person who stands and looks into the camera."""
    pixels = np.full((SIDE_PX, SIDE_PX, 3), WALL_RGB, np.uint8)
    middle = SIDE_PX // 2

    def line(start: tuple[int, int], end: tuple[int, int], thickness: int, colour: tuple[int, int, int]) -> None:
        cv2.line(pixels, (middle + start[0], start[1]), (middle + end[0], end[1]), colour, thickness, cv2.LINE_AA)

    torso = np.array([[-30, 80], [30, 80], [24, 170], [-24, 170]], np.int32) + (middle, 0)
    cv2.fillConvexPoly(pixels, torso.astype(np.int32), SHIRT_RGB, cv2.LINE_AA)
    for side in (-1, 1):
        for (x0, y0), (x1, y1), thickness, colour in LIMBS:
            line((side * x0, y0), (side * x1, y1), thickness, colour)
    line((0, 62), (0, 80), 14, SKIN_RGB)
    cv2.ellipse(pixels, (middle, 48), (15, 20), 0, 0, 360, SKIN_RGB, -1, cv2.LINE_AA)
    cv2.ellipse(pixels, (middle, 36), (16, 12), 0, 180, 360, HAIR_AND_SHOES_RGB, -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.circle(pixels, (middle + 6 * side, 47), 2, HAIR_AND_SHOES_RGB, -1, cv2.LINE_AA)
    line((-4, 58), (4, 58), 2, LIPS_RGB)
    return pixels
