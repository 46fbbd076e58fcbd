"""Where a body stands in the room: by its feet where they are seen, else by how large it appears."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.eye.camera import Lens, rays

Array = NDArray[np.float64]

FEET = ((29, 31), (30, 32))
"""Heel and toe, left and right."""
SOLE = 0.03
"""Metres from the floor to the landmarks of heel and toe."""
SEEN = 0.5
SMALL, LARGE = 0.6, 1.4
"""How much smaller and larger than the landmarker's average a body may be: a child, a giant on heels."""
AGREE = 0.2
"""Difference of two tellings of a body's size, as a logarithm, at which the feet lose most of their say."""
LIFTED = 0.04
"""Metres above the lower foot at which a foot stands on the floor no more."""
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
    below = metric @ lens.rotation[1]  # room height of each landmark over the hips
    found = []
    lowest = min(float(below[list(pair)].min()) for pair in FEET)  # also one that is out of the picture
    for pair in FEET:
        spots = landmarks_px[list(pair)]
        inside = (spots > 0).all() and (spots < (wide - 1, high - 1)).all()
        if inside and visibility[list(pair)].min() > SEEN:
            found.append((float(below[list(pair)].min()), pair))
    if not found:
        return None
    places = []
    for height, pair in found:
        if height > lowest + LIFTED:
            continue  # lifted
        ray = rays(lens, landmarks_px[list(pair)].mean(axis=0))
        if ray[1] > -1e-3:
            continue
        reach = (SOLE - lens.centre_m[1]) / ray[1]
        if NEAR < reach < FAR:
            places.append((lens.centre_m + ray * reach, metric[list(pair)].mean(axis=0)))
    if not places:
        return None
    # The scale is that at which the hips, seen from the same lens, stand above these feet.
    hips_ray = rays(lens, landmarks_px[23:25].mean(axis=0))
    hips, scales = [], []
    for foot, offset in places:
        away = offset @ lens.rotation.T
        # centre + hips_ray * d = foot - away * scale, solved for (d, scale) in the least squares sense
        system = np.stack([hips_ray, away])
        _, scale = np.linalg.solve(system @ system.T + 1e-9 * np.eye(2), system @ (foot - lens.centre_m))
        hips.append(foot - away * scale)
        scales.append(scale)
    return np.mean(hips, axis=0), float(np.mean(scales))


def _by_size(lens: Lens, landmarks_px: Array, metric: Array, visibility: Array) -> Array:
    """Hips from where a body of this size must be to look like this: linear in its place, weighted by visibility."""
    middle = np.array([lens.size_px[0] / 2.0, lens.size_px[1] / 2.0])
    flat = (landmarks_px - middle) / lens.focal_px
    weight = np.clip(visibility, 0.05, 1.0)
    # (X + Tx) / (Z + Tz) = u   =>   Tx - u Tz = u Z - X, and likewise for v: normal equations for (Tx, Ty, Tz)
    weight = weight**2
    miss = flat * metric[:, 2:] - metric[:, :2]
    total, sums = float(weight.sum()), weight @ flat
    normal = np.array([[total, 0.0, -sums[0]], [0.0, total, -sums[1]], [-sums[0], -sums[1], weight @ (flat**2).sum(1)]])
    told = np.array([*(weight @ miss), -float(weight @ (flat * miss).sum(axis=1))])
    place = np.linalg.solve(normal + 1e-9 * np.eye(3), told)
    depth = float(np.clip(place[2], NEAR, FAR))
    place = place * (depth / place[2]) if abs(place[2]) > 1e-6 else np.array([0.0, 0.0, depth])
    return lens.centre_m + lens.rotation @ place
