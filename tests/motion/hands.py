"""Hands as MediaPipe's 21 landmarks, built from lengths and angles alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

KNUCKLES_M = np.array([[0.09, 0.0, 0.03], [0.095, 0.003, 0.008], [0.09, 0.0, -0.013], [0.08, -0.005, -0.032]])
"""(4, 3) from the wrist of a left hand that points to +X, palm down, thumb ahead: index to little finger."""
SEGMENTS_M = np.array([[0.04, 0.025, 0.02], [0.045, 0.028, 0.02], [0.04, 0.026, 0.02], [0.032, 0.02, 0.018]])
FLAT = ((0.0, 0.0, 0.0),) * 4
FIST = ((80.0, 95.0, 60.0),) * 4
POINTING = ((0.0, 0.0, 0.0), *FIST[1:])


def left_hand(bends_deg: tuple[tuple[float, ...], ...], spreads_deg: tuple[float, ...] = (0.0,) * 4) -> Array:
    """(21, 3) a left hand whose four fingers bend so much at each joint, and spread towards the thumb; the thumb is
    straight, half aside and half ahead of the hand."""
    points = np.zeros((21, 3))
    points[1:5] = (0.03, -0.015, 0.035) + np.arange(4)[:, None] * np.array([0.025, -0.01, 0.025])
    for finger, (bends, spread) in enumerate(zip(np.radians(bends_deg), np.radians(spreads_deg), strict=True)):
        place, first = KNUCKLES_M[finger], 5 + 4 * finger
        points[first] = place
        # The knuckle bends, and the bent finger spreads; the other joints bend in the plane that this gives.
        down = np.array([-np.sin(bends[0]), -np.cos(bends[0]), 0.0])
        ahead = np.cos(spread) * np.array([np.cos(bends[0]), -np.sin(bends[0]), 0.0]) + (0.0, 0.0, np.sin(spread))
        for joint, angle in enumerate(np.cumsum([0.0, *bends[1:]])):
            place = place + SEGMENTS_M[finger, joint] * (np.cos(angle) * ahead + np.sin(angle) * down)
            points[first + joint + 1] = place
    return points


def both_hands(left: Array, right: Array, turn: Array | None = None) -> Array:
    """(2, 21, 3) the left hand, and the other as a right one, in axes turned by the matrix `turn` (3, 3)."""
    points = np.stack([left, right * (-1.0, 1.0, 1.0)])
    return points if turn is None else points @ turn.T
