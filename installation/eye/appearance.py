"""Appearance of a person: colour histogram of the torso, and the distance of two histograms."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.pose_estimator import PoseDetection

Histogram = NDArray[np.float32]

TORSO_OUTLINE = [11, 12, 24, 23]
"""Landmarks of shoulders and hips, around the torso."""
MIN_TORSO_PIXELS = 12
"""Sampled pixels below which a torso has no histogram."""


def torso_histogram(pixels: NDArray[np.uint8], detection: PoseDetection) -> Histogram | None:
    """Histogram (hue by saturation, and value) of the torso's colours; None where too little of it is in view."""
    torso = detection.landmarks_px[TORSO_OUTLINE]
    middle = torso.mean(axis=0)
    corners = middle + (torso - middle) * 0.9
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int), (pixels.shape[1], pixels.shape[0]))
    if (high - low < 4).any():
        return None
    region = pixels[low[1] : high[1], low[0] : high[0]]
    stride = max(1, int(min(region.shape[:2]) / 32))
    region = np.ascontiguousarray(region[::stride, ::stride])
    inside = np.zeros(region.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(((corners - low) / stride).astype(np.int32)), 1)
    if inside.sum() < MIN_TORSO_PIXELS:
        return None
    hsv = cv2.cvtColor(region, cv2.COLOR_RGB2HSV)
    hue_saturation = cv2.calcHist([hsv], [0, 1], inside, [12, 4], [0, 180, 0, 256]).ravel()
    value = cv2.calcHist([hsv], [2], inside, [8], [0, 256]).ravel()
    return np.concatenate([hue_saturation / hue_saturation.sum(), value / value.sum()]).astype(np.float32) / 2.0


def histogram_distance(a: Histogram | None, b: Histogram | None) -> float:
    """Bhattacharyya distance 0..1 of two histograms; 0 where one is unknown."""
    if a is None or b is None:
        return 0.0
    return float(np.sqrt(max(0.0, 1.0 - np.sqrt(a * b).sum())))
