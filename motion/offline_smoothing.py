"""Smoothing of recorded motions: a Gaussian over time without lag, stronger for hands, and for depth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, global_rotations, local_rotations
from motion.skeleton import ARM_BONES

Array = NDArray[np.floating]

MAX_SIGMA_S = 0.15
"""Standard deviation of the Gaussian at strength 1."""
HAND_FACTOR = 2.0
"""How many times wider it is for hands and forearms, whose measured turns are the least sure."""

FLIP_SPEED = 11.0
"""rad/s relative to the parent, after the first smoothing, above which a bone is taken to flip."""
FLIP_FACTOR = 3.0
"""How many times wider the Gaussian is there."""
GROUND_SIGMA_S = np.array([0.1, 0.25])
"""Standard deviation of the Gaussian over the place of a filmed body along x and along z: one camera measures depth
many times worse."""


def smooth_motion(motion: Motion, strength: float) -> Motion:
    """The motion with its jitter taken away; `strength` 0 leaves it as it is, 1 makes it very calm.

    Rotations relative to the parents, and the hips' position, are averaged over neighbouring frames: over more of them
    where a bone flips.
    """
    if strength <= 0.0 or len(motion) < 3:
        return motion
    sigma = strength * MAX_SIGMA_S * motion.rate
    locals_ = rotation.continuous(local_rotations(motion.turns))
    ends = ARM_BONES[:, 1:].ravel()
    calm, calmer = (_by_bone(locals_, factor * sigma, ends) for factor in (1.0, FLIP_FACTOR))
    flips = _flips(rotation.normalise(calm), motion.rate, sigma)
    turns = global_rotations(rotation.normalise(calm + flips * (calmer - calm)))
    extras = {
        name: rotation.normalise(gaussian_mean(rotation.continuous(each), sigma))
        for name, each in motion.extras.items()
    }
    return replace(motion, hips_m=gaussian_mean(motion.hips_m, sigma), turns=turns, extras=extras)


def place_on_path(motion: Motion, floor_m: Array) -> Motion:
    """The motion of a filmed body with its hips over a smooth path on the floor.

    `floor_m` (T, 2) is where it was measured, x and z; repeated values are one measurement, the first of them.
    """
    if len(motion) < 3:
        return motion
    fresh = np.concatenate([[True], (floor_m[1:] != floor_m[:-1]).any(axis=1)])
    frames = np.arange(len(motion))
    hips = motion.hips_m.copy()
    for axis, values, sigma in zip((0, 2), floor_m.T, GROUND_SIGMA_S * motion.rate, strict=True):
        hips[:, axis] = gaussian_mean(np.interp(frames, frames[fresh], values[fresh]), sigma)
    return replace(motion, hips_m=hips)


def _by_bone(locals_: Array, sigma: float, hands: NDArray[np.intp]) -> Array:
    """Averaged rotations (T, B, 4), those of `hands` over HAND_FACTOR times as many frames."""
    mean = gaussian_mean(locals_, sigma)
    mean[:, hands] = gaussian_mean(locals_[:, hands], HAND_FACTOR * sigma)
    return mean


def _flips(locals_: Array, rate: float, sigma: float) -> Array:
    """(T, B, 1) 0..1 whether a bone turns faster than bodies do, eased over time."""
    speed = rotation.angle(locals_[1:], locals_[:-1]) * rate
    share = np.clip(speed / FLIP_SPEED - 1.0, 0.0, 1.0)
    share = np.concatenate([share[:1], np.maximum(share[1:], share[:-1]), share[-1:]])
    reach = max(round(2.0 * FLIP_FACTOR * sigma), 1)
    wide = share.copy()
    for step in range(1, min(reach, len(share))):
        fade = 1.0 - step / reach
        wide[step:] = np.maximum(wide[step:], fade * share[:-step])
        wide[:-step] = np.maximum(wide[:-step], fade * share[step:])
    return np.minimum(2.0 * wide, 1.0)[..., None]


def gaussian_mean(values: Array, sigma: float) -> Array:
    """Values (T, ...) averaged over time with a Gaussian of `sigma` frames; beyond the ends movement goes on as it was.

    The values are reflected in the first and in the last one, which keeps both and the speed there.
    """
    count = len(values)
    reach = min(max(int(3.0 * sigma), 1), count - 1)
    before, after = 2.0 * values[0] - values[reach:0:-1], 2.0 * values[-1] - values[-2 : -reach - 2 : -1]
    padded = np.concatenate([before, values, after])
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    mean: Array = sum(w * padded[i : i + count] for i, w in enumerate((weights / weights.sum()).tolist()))
    return mean
