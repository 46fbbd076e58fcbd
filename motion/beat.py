"""Kinematic beats: when a body comes to rest, and how well two bodies, or a body and a clock, share it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

SPEED_SMOOTHING_S = 1.0 / 6.0
"""Seconds (standard deviation) over which the speed is smoothed before its minima are told."""
BEAT_TOLERANCE_S = 0.1
"""Seconds (standard deviation) by which two beats may miss each other and still count for much."""


def smoothed_speed(joints_m: Array, rate: float, calm: float = SPEED_SMOOTHING_S) -> Array:
    """(T-1,) m/s: the mean speed of joints (T, J, 3), smoothed by a Gaussian of `calm` seconds."""
    speed = np.linalg.norm(np.diff(joints_m, axis=0), axis=-1).mean(axis=-1) * rate
    reach = max(1, math.ceil(4.0 * calm * rate))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (calm * rate)) ** 2)
    padded = np.pad(speed, reach, mode="symmetric") if len(speed) >= reach else np.pad(speed, reach, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def beat_times(joints_m: Array, rate: float) -> Array:
    """(N,) s: when joints (T, J, 3) come to rest, the local minima of their `smoothed_speed` (Li et al., AIST++, ICCV 2021)."""
    speed = smoothed_speed(joints_m, rate)
    low = (speed[1:-1] < speed[:-2]) & (speed[1:-1] <= speed[2:])
    # A speed lies between two frames.
    return (np.flatnonzero(low) + 1.5) / rate


def beat_echo(of: Array, to: Array, near: float = BEAT_TOLERANCE_S) -> float:
    """0..1: the mean over the beats `of` somebody of exp(-d^2 / (2 near^2)), d to the nearest beat of another.

    A recall (beat echo degree): who beats without end echoes everything.
    """
    if not len(of) or not len(to):
        return 0.0
    apart = np.abs(of[:, None] - to[None]).min(axis=1)
    return float(np.exp(-0.5 * (apart / near) ** 2).mean())


def beat_f1(one: Array, other: Array, near: float = BEAT_TOLERANCE_S) -> float:
    """0..1: the harmonic mean of both echoes, so that too many beats count against it as too few do."""
    there, back = beat_echo(one, other, near), beat_echo(other, one, near)
    return 2.0 * there * back / (there + back) if there + back > 0.0 else 0.0
