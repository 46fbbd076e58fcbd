"""MediaPipe's 21 hand landmarks: their order, and the bends and spreads of the fingers that they show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.fingers import FINGER_BONES, FINGER_FRAMES, MAX_DEG, MIN_DEG
from motion.skeleton import ANCESTRY, BONE_INDEX, BONES, REST_OFFSETS_M

Array = NDArray[np.floating]

HAND_LANDMARK_COUNT = 21
WRIST_LANDMARK = 0
FINGER_LANDMARKS = 1 + np.arange(20).reshape(5, 4)
"""(5, 4) landmarks of each finger, in the order of `motion.fingers.FINGERS`: its three joints from the hand outwards,
and its tip."""
KNUCKLE_LANDMARKS = FINGER_LANDMARKS[1:, 0]
"""(4,) the knuckles from the index to the little finger."""
PALM_LANDMARKS = np.array([WRIST_LANDMARK, *KNUCKLE_LANDMARKS])
"""(5,) the landmarks that do not move relative to the hand."""


def _palm() -> Array:
    """(5, 3) PALM_LANDMARKS of a left hand in the T-pose, from their mean."""
    count = len(BONES)
    joints = ANCESTRY[:count, :count] @ REST_OFFSETS_M
    points: Array = joints[[BONE_INDEX["leftHand"], *FINGER_BONES[0, 1:, 0]]]
    centred: Array = points - points.mean(axis=0)
    return centred


_PALM_M = _palm()


def finger_angles(points: Array) -> Array:
    """(..., 2, 5, 4) spread and bends, as `motion.fingers.finger_rotations` takes them, within the joints' limits.

    `points` (..., 2, 21, 3) are the landmarks of a left and a right hand in any right-handed axes and any unit. A hand
    with values that are not numbers has no angles: not a number either.
    """
    known = np.isfinite(points).all(axis=(-2, -1))
    angles = np.full((*known.shape, *MIN_DEG.shape), np.nan)
    # A right hand is a left one in the mirror.
    alike = points * np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]])[:, None]
    angles[known] = _left_angles(alike[known])
    return angles


def _left_angles(points: Array) -> Array:
    """(N, 5, 4) angles of left hands (N, 21, 3)."""
    segments = np.diff(points[:, FINGER_LANDMARKS], axis=-2)
    segments = segments @ np.swapaxes(_palm_rotations(points[:, PALM_LANDMARKS]), -1, -2)[:, None]
    along, palm, aside = np.moveaxis(np.einsum("nfsi,fki->nfsk", segments, FINGER_FRAMES), -1, 0)
    spread = np.arctan2(aside[..., 0], np.hypot(along[..., 0], palm[..., 0]))
    bend = np.arctan2(palm[..., 0], along[..., 0])
    # The other segments as the first joint carries them: its bend and its spread taken away.
    c, s = np.cos(bend)[..., None], np.sin(bend)[..., None]
    along, palm = c * along + s * palm, c * palm - s * along
    along = np.cos(spread)[..., None] * along + np.sin(spread)[..., None] * aside
    second, third = np.moveaxis(np.arctan2(palm, along)[..., 1:], -1, 0)
    angles = np.stack([spread, bend, second, _wrapped(third - second)], axis=-1)
    limited: Array = np.clip(angles, np.radians(MIN_DEG), np.radians(MAX_DEG))
    return limited


def _palm_rotations(palms: Array) -> Array:
    """(N, 3, 3) rotations that lay palms (N, 5, 3) best on that of the T-pose (Kabsch, 1976)."""
    centred = palms - palms.mean(axis=1, keepdims=True)
    u, _, vt = np.linalg.svd(np.swapaxes(centred, -1, -2) @ _PALM_M)
    u[..., -1] *= np.sign(np.linalg.det(u @ vt))[:, None]
    rotations: Array = np.swapaxes(u @ vt, -1, -2)
    return rotations


def _wrapped(angle: Array) -> Array:
    """The angle between -pi and pi."""
    return (angle + np.pi) % (2.0 * np.pi) - np.pi
