"""Where a body stands in the room: by its feet where they are seen, else by how large it appears."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.eye.camera import Lens, rays
from motion.landmarks import SOLE_LANDMARKS

Array = NDArray[np.float64]

MIDDLES = np.array([[29, 30, 23], [31, 32, 24]])
"""Between these are the left sole's middle, the right one's and the hips'."""
SOLE = 0.03
"""Metres from the floor to the landmarks of heel and toe."""
SEEN = 0.5
SMALL, LARGE = 0.6, 1.4
"""How much smaller and larger than the landmarker's average a body may be: a child, a giant on heels."""
AGREE = 0.2
"""Difference of two tellings of a body's size, as a logarithm, at which the feet lose most of their say."""
LIFTED = 0.04
"""Metres above the lower foot at which a foot stands on the floor no more."""
RIDGE = 1e-9 * np.eye(3)
"""Keeps the equations for a place solvable."""
NEAR, FAR = 0.4, 15.0
"""Metres from the lens between which a place is believed."""


def standing(
    lens: Lens, landmarks_px: Array, metric: Array, visibility: Array, size: float
) -> tuple[Array, float | None]:
    """The room position (3,) of the hips' middle, and how much larger than `metric` the body is if the feet tell.

    `metric` (33, 3) is in metres from the hips in camera axes; `size` is what an earlier look told.
    """
    by_size = _by_size(lens, landmarks_px, metric * size, visibility)
    feet = _by_feet(lens, landmarks_px, metric, visibility)
    if feet is None:
        return by_size, None
    hips, scale = feet
    if not SMALL < scale < LARGE:
        return by_size, None
    # Feet in the air look farther away than they are; the more the two disagree, the less they are believed.
    trust = math.exp(-((math.log(scale / size) / AGREE) ** 2))
    return by_size + trust * (hips - by_size), scale


def _by_feet(lens: Lens, landmarks_px: Array, metric: Array, visibility: Array) -> tuple[Array, float] | None:
    """Hips and scale from the rays through the soles that are seen, where they meet the floor."""
    wide, high = lens.size_px
    heights = (metric[SOLE_LANDMARKS] @ lens.rotation[1]).min(axis=1).tolist()  # in the room, over the hips
    spots, seen = landmarks_px[SOLE_LANDMARKS], visibility[SOLE_LANDMARKS].min(axis=1).tolist()
    low, most = spots.min(axis=1).tolist(), spots.max(axis=1).tolist()
    lowest = min(heights)  # also one that is out of the picture
    # The scale is that at which the hips, seen from the same lens, stand above these feet.
    middles = 0.5 * (landmarks_px[MIDDLES[0]] + landmarks_px[MIDDLES[1]])
    *feet_rays, hips_ray = rays(lens, middles)
    places = []
    for foot, ray in enumerate(feet_rays):
        inside = min(low[foot]) > 0.0 and most[foot][0] < wide - 1 and most[foot][1] < high - 1
        lifted = heights[foot] > lowest + LIFTED
        if not inside or seen[foot] <= SEEN or lifted or ray[1] > -1e-3:
            continue
        reach = (SOLE - lens.centre_m[1]) / ray[1]
        if NEAR < reach < FAR:
            places.append((lens.centre_m + ray * reach, metric[SOLE_LANDMARKS[foot]].mean(axis=0)))
    if not places:
        return None
    hips, scales = [], []
    for foot, offset in places:
        away = offset @ lens.rotation.T
        # centre + hips_ray * d = foot - away * scale, solved for (d, scale) in the least squares sense
        there = foot - lens.centre_m
        a, b, c = float(hips_ray @ hips_ray) + 1e-9, float(hips_ray @ away), float(away @ away) + 1e-9
        scale = (a * float(away @ there) - b * float(hips_ray @ there)) / (a * c - b * b)
        hips.append(foot - away * scale)
        scales.append(scale)
    return sum(hips) / len(hips), sum(scales) / len(scales)


def _by_size(lens: Lens, landmarks_px: Array, metric: Array, visibility: Array) -> Array:
    """Hips from where a body of this size must be to look like this: linear in its place, weighted by visibility."""
    wide, high = lens.size_px
    flat = (landmarks_px - (0.5 * wide, 0.5 * high)) / lens.focal_px
    weight = np.minimum(np.maximum(visibility, 0.05), 1.0)
    # (X + Tx) / (Z + Tz) = u   =>   Tx - u Tz = u Z - X, and likewise for v: normal equations for (Tx, Ty, Tz)
    weight = weight**2
    miss = flat * metric[:, 2:] - metric[:, :2]
    total, sums = float(weight.sum()), weight @ flat
    x, y = (-sums).tolist()
    normal = np.array([[total, 0.0, x], [0.0, total, y], [x, y, float(weight @ np.vecdot(flat, flat))]])
    told = np.array([*(weight @ miss), -float(weight @ np.vecdot(flat, miss))])
    place = np.linalg.solve(normal + RIDGE, told)
    depth = min(max(float(place[2]), NEAR), FAR)
    place = place * (depth / place[2]) if abs(place[2]) > 1e-6 else np.array([0.0, 0.0, depth])
    return lens.centre_m + lens.rotation @ place
