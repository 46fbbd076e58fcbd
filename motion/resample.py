"""Resampling and cutting of motions: to an even rate from uneven times, or from one rate to another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from motion import rotation
from motion.body import Motion

Array = NDArray[np.floating]

MAX_SPLINE_GAP_S = 0.2
"""Time without a frame beyond which a spline would swing out."""
MIN_SPLINE_FRAMES = 4
"""Frames that a spline needs."""


def resample(motion: Motion, times: Array, rate: float) -> Motion:
    """The motion at `rate` frames a second, given the times (T,) of its frames in seconds, ascending.

    Positions are interpolated linearly and rotations by slerp; the first frame stays the first. Raises ValueError if
    the times do not ascend.
    """
    if len(times) != len(motion) or (np.diff(times) <= 0.0).any():
        raise ValueError(f"{len(motion)} frames need as many times, each later than the one before")
    targets = times[0] + np.arange(int((times[-1] - times[0]) * rate + 1e-6) + 1) / rate
    after = np.clip(np.searchsorted(times, targets, side="right"), 1, max(len(times) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(times) - 1)
    gap = np.where(after > before, times[after] - times[before], 1.0)
    share = np.clip((targets - times[before]) / gap, 0.0, 1.0)

    def between(values: Array) -> Array:
        weight = share.reshape(-1, *[1] * (values.ndim - 1))
        mixed: Array = (1.0 - weight) * values[before] + weight * values[after]
        return mixed

    nearest = np.where(share < 0.5, before, after)
    return replace(
        motion,
        hips_m=between(motion.hips_m),
        turns=rotation.slerp(motion.turns[before], motion.turns[after], share[:, None]),
        rate=rate,
        trust=between(motion.trust),
        feet=motion.feet[nearest],
        extras={name: rotation.slerp(turns[before], turns[after], share) for name, turns in motion.extras.items()},
    )


def resample_smoothly(motion: Motion, times: Array, rate: float) -> Motion:
    """As `resample`, with splines in place of straight lines, so that uneven times leave no kinks in a motion that has
    no noise. Gaps of more than `MAX_SPLINE_GAP_S` are crossed in straight lines."""
    straight = resample(motion, times, rate)
    if len(motion) < MIN_SPLINE_FRAMES:
        return straight
    targets = times[0] + np.arange(len(straight)) / rate
    after = np.clip(np.searchsorted(times, targets, side="right"), 1, len(times) - 1)
    near = times[after] - times[after - 1] <= MAX_SPLINE_GAP_S
    hips = np.where(near[:, None], CubicSpline(times, motion.hips_m)(targets), straight.hips_m)
    spun = CubicSpline(times, rotation.continuous(motion.turns))(targets)
    turns = np.where(near[:, None, None], rotation.normalise(spun), straight.turns)
    return replace(straight, hips_m=hips, turns=turns)


def at_rate(motion: Motion, rate: float) -> Motion:
    """A motion of an even rate at another rate."""
    return motion if rate == motion.rate else resample(motion, np.arange(len(motion)) / motion.rate, rate)


def retimed(motion: Motion, speed: float) -> Motion:
    """The motion `speed` times faster, at the same rate. Raises ValueError for a speed that is not above 0."""
    if not 0.0 < speed < np.inf:
        raise ValueError(f"a speed of {speed:g}, expected one above 0")
    if speed == 1.0:
        return motion
    return at_rate(replace(motion, rate=motion.rate * speed), motion.rate)


def cut(motion: Motion, start: float, end: float | None) -> Motion:
    """The frames from `start` to `end` seconds. Raises ValueError if none is left."""
    first = round(start * motion.rate)
    last = len(motion) if end is None else min(len(motion), round(end * motion.rate))
    if first >= last:
        raise ValueError(f"no frame is left of {len(motion) / motion.rate:.1f} s from {start:g} s on")
    part = slice(first, last)
    return replace(
        motion,
        hips_m=motion.hips_m[part],
        turns=motion.turns[part],
        trust=motion.trust[part],
        feet=motion.feet[part],
        extras={name: turns[part] for name, turns in motion.extras.items()},
    )
