"""Ground position of a body: from the feet where they are visible, else from its apparent size."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.eye.camera import Lens, rays
from motion.landmarks import SOLE_LANDMARKS

Array = NDArray[np.float64]

MIDPOINT_PAIRS = np.array([[29, 30, 23], [31, 32, 24]])
"""Pairs of landmarks whose midpoints are the middle of the left sole, of the right sole and of the hips."""
SOLE_HEIGHT_M = 0.03
"""Height of the landmarks of heel and toe above the floor."""
MIN_VISIBILITY = 0.5
"""Visibility above which a foot counts as seen."""
MIN_SCALE = 0.6
"""Smallest body relative to the landmarker's average: a child."""
MAX_SCALE = 1.4
"""Largest one: a giant on heels."""
SCALE_TOLERANCE = 0.2
"""Difference of two estimates of a body's size, as a logarithm, at which the feet lose most of their weight."""
LIFTED_M = 0.04
"""Height above the lower foot from which on a foot does not stand on the floor."""
REGULARISATION = 1e-9 * np.eye(3)
"""Keeps the normal equations solvable."""
MIN_DISTANCE_M = 0.4
"""Smallest distance from the lens at which a position is accepted."""
MAX_DISTANCE_M = 15.0


def locate_hips(
    lens: Lens, landmarks_px: Array, local_m: Array, visibility: Array, scale: float
) -> tuple[Array, float | None]:
    """The middle of the hips in the room (3,), and the body's scale relative to `local_m`, None where feet are hidden.

    `local_m` (33, 3) is in metres from the hips in camera axes; `scale` is the estimate so far.
    """
    by_size = _hips_by_size(lens, landmarks_px, local_m * scale, visibility)
    by_feet = _hips_by_feet(lens, landmarks_px, local_m, visibility)
    if by_feet is None:
        return by_size, None
    hips_m, feet_scale = by_feet
    if not MIN_SCALE < feet_scale < MAX_SCALE:
        return by_size, None
    # Feet in the air look farther away than they are; the more the two estimates differ, the less weight the feet have.
    weight = math.exp(-((math.log(feet_scale / scale) / SCALE_TOLERANCE) ** 2))
    return by_size + weight * (hips_m - by_size), feet_scale


def _hips_by_feet(lens: Lens, landmarks_px: Array, local_m: Array, visibility: Array) -> tuple[Array, float] | None:
    """Hips and scale from the rays through the visible soles, where they meet the floor."""
    width, height = lens.size_px
    foot_heights_m = (local_m[SOLE_LANDMARKS] @ lens.rotation[1]).min(axis=1).tolist()  # in the room, over the hips
    soles_px, visibilities = landmarks_px[SOLE_LANDMARKS], visibility[SOLE_LANDMARKS].min(axis=1).tolist()
    low, high = soles_px.min(axis=1).tolist(), soles_px.max(axis=1).tolist()
    lowest_m = min(foot_heights_m)  # of both feet, also of one outside the picture
    midpoints = 0.5 * (landmarks_px[MIDPOINT_PAIRS[0]] + landmarks_px[MIDPOINT_PAIRS[1]])
    *feet_rays, hips_ray = rays(lens, midpoints)
    standing_feet = []
    for foot, ray in enumerate(feet_rays):
        is_inside = min(low[foot]) > 0.0 and high[foot][0] < width - 1 and high[foot][1] < height - 1
        is_lifted = foot_heights_m[foot] > lowest_m + LIFTED_M
        if not is_inside or visibilities[foot] <= MIN_VISIBILITY or is_lifted or ray[1] > -1e-3:
            continue
        distance = (SOLE_HEIGHT_M - lens.centre_m[1]) / ray[1]
        if MIN_DISTANCE_M < distance < MAX_DISTANCE_M:
            standing_feet.append((lens.centre_m + ray * distance, local_m[SOLE_LANDMARKS[foot]].mean(axis=0)))
    if not standing_feet:
        return None
    # The scale is that at which the hips, seen through the same lens, stand above these feet.
    hips, scales = [], []
    for foot_m, offset in standing_feet:
        offset_m = offset @ lens.rotation.T
        # centre + hips_ray * d = foot - offset * scale, solved for (d, scale) in the least squares sense
        from_lens = foot_m - lens.centre_m
        a, b, c = float(hips_ray @ hips_ray) + 1e-9, float(hips_ray @ offset_m), float(offset_m @ offset_m) + 1e-9
        scale = (a * float(offset_m @ from_lens) - b * float(hips_ray @ from_lens)) / (a * c - b * b)
        hips.append(foot_m - offset_m * scale)
        scales.append(scale)
    return sum(hips) / len(hips), sum(scales) / len(scales)


def _hips_by_size(lens: Lens, landmarks_px: Array, local_m: Array, visibility: Array) -> Array:
    """Hips from where a body of this size must be to look like this: linear in its place, weighted by visibility."""
    normalised = (landmarks_px - lens.middle_px) / lens.focal_px
    weight = np.minimum(np.maximum(visibility, 0.05), 1.0)
    # (X + Tx) / (Z + Tz) = u   =>   Tx - u Tz = u Z - X, and likewise for v: normal equations for (Tx, Ty, Tz)
    weight = weight**2
    residual = normalised * local_m[:, 2:] - local_m[:, :2]
    total, sums = float(weight.sum()), weight @ normalised
    x, y = (-sums).tolist()
    normal = np.array([[total, 0.0, x], [0.0, total, y], [x, y, float(weight @ np.vecdot(normalised, normalised))]])
    right_side = np.array([*(weight @ residual), -float(weight @ np.vecdot(normalised, residual))])
    place = np.linalg.solve(normal + REGULARISATION, right_side)
    depth = min(max(float(place[2]), MIN_DISTANCE_M), MAX_DISTANCE_M)
    place = place * (depth / place[2]) if abs(place[2]) > 1e-6 else np.array([0.0, 0.0, depth])
    hips: Array = lens.centre_m + lens.rotation @ place
    return hips
