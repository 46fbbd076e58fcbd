"""Kinematic beats: the times at which a body comes to rest, and scores of how well two series of beats coincide."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

SPEED_SMOOTHING_S = 1.0 / 6.0
"""Standard deviation of the Gaussian that smooths the speed before its minima are found."""
BEAT_TOLERANCE_S = 0.1
"""Standard deviation, in seconds, of the Gaussian that scores the distance of two beats."""


def smoothed_speed(joints_m: Array, rate: float, smoothing_s: float = SPEED_SMOOTHING_S) -> Array:
    """(T-1,) m/s: the mean speed of joints (T, J, 3), smoothed by a Gaussian of `smoothing_s`."""
    speed = np.linalg.norm(np.diff(joints_m, axis=0), axis=-1).mean(axis=-1) * rate
    reach = max(1, math.ceil(4.0 * smoothing_s * rate))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (smoothing_s * rate)) ** 2)
    padded = np.pad(speed, reach, mode="symmetric") if len(speed) >= reach else np.pad(speed, reach, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def beat_times(joints_m: Array, rate: float) -> Array:
    """(N,) s: beats of joints (T, J, 3), the local minima of their `smoothed_speed` (Li et al., AIST++, ICCV 2021)."""
    speed = smoothed_speed(joints_m, rate)
    low = (speed[1:-1] < speed[:-2]) & (speed[1:-1] <= speed[2:])
    # Speeds lie between two frames.
    return (np.flatnonzero(low) + 1.5) / rate


def beat_echo(beats: Array, others: Array, tolerance_s: float = BEAT_TOLERANCE_S) -> float:
    """0..1: the mean over `beats` of exp(-d^2 / (2 tolerance^2)), where d is the distance to the nearest of `others`.

    The beat echo degree, a recall: a dense series of `others` echoes everything.
    """
    if not len(beats) or not len(others):
        return 0.0
    apart = np.abs(beats[:, None] - others[None]).min(axis=1)
    return float(np.exp(-0.5 * (apart / tolerance_s) ** 2).mean())


def beat_f1(one: Array, other: Array, tolerance_s: float = BEAT_TOLERANCE_S) -> float:
    """0..1: the harmonic mean of both echoes, which penalises too many beats as well as too few."""
    there, back = beat_echo(one, other, tolerance_s), beat_echo(other, one, tolerance_s)
    return 2.0 * there * back / (there + back) if there + back > 0.0 else 0.0
