"""Flight of a filmed body: jumps whose feet are seen to rise and that gravity allows; all else stands on the floor."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from motion.body import Motion, joint_positions
from motion.contact import flag_spans
from motion.landmarks import SOLE_LANDMARKS
from motion.skeleton import TOE_BONES

Array = NDArray[np.floating]

GRAVITY = 9.81
"""m/s²"""
FLIGHT_HEIGHT_M = 0.03
"""Height of the lower foot over the floor above which a body may be in the air."""
MIN_SEEN_RISE = 0.5
"""Share of that height by which the feet have to rise in the picture."""
MIN_FLIGHT_SHARE = 0.6
"""Least duration of a flight, as a share of what a fall from its height and the rise to it take."""
MAX_FLIGHT_S = 0.9
"""Longest flight: 1 m high."""
STANDING_PERCENTILE = 25.0
"""Percentile of the height of the lower foot that is a standing one's."""
SCALE_S = 1.0
"""Time over which the scale of the picture is averaged."""
EDGE_S = 0.06
"""Time over which a body leaves the floor or comes back to it."""


@dataclass(frozen=True, slots=True)
class SeenFeet:
    """The feet of one body in a film's pictures."""

    heights_px: Array
    """(T, 2) upwards, from anywhere"""
    px_per_m: Array
    """(T,) scale of the picture where the body is"""


def see_feet(landmarks_px: Array, landmarks_m: Array, rate: float) -> SeenFeet:
    """The feet of landmarks (T, 33, 2) in pixels, y down, and (T, 33, 3) in metres, at `rate` frames a second.

    The scale is the ratio of the body's size in both, averaged over SCALE_S.
    """
    scale = landmark_spread(landmarks_px) / np.maximum(landmark_spread(landmarks_m[..., :2]), 1e-6)
    window = np.ones(2 * round(0.5 * SCALE_S * rate) + 1)
    mean = np.convolve(scale, window, "full") / np.convolve(np.ones(len(scale)), window, "full")
    start = len(window) // 2
    return SeenFeet(-landmarks_px[:, SOLE_LANDMARKS, 1].mean(axis=-1), mean[start : start + len(scale)])


def ground_body(motion: Motion, feet: SeenFeet) -> Motion:
    """The motion with the lower foot on the floor, but for flights.

    A body is in flight while both feet are over the floor, for as long as gravity allows, and only if the feet are seen
    to rise.
    """
    toes = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)[:, TOE_BONES, 1]
    lower = toes.min(axis=1)
    excess = np.maximum(lower - float(np.percentile(lower, STANDING_PERCENTILE)), 0.0)
    flying = np.zeros(len(motion), bool)
    for start, stop in flag_spans(excess > FLIGHT_HEIGHT_M):
        height = float(excess[start:stop].max())
        allowed = _is_flight(height, (stop - start) / motion.rate)
        flying[start:stop] = allowed and _seen_rise_m(feet, start, stop) >= MIN_SEEN_RISE * height
    hips = motion.hips_m.copy()
    hips[:, 1] -= excess * (1.0 - _softened(flying, EDGE_S * motion.rate))
    return replace(motion, hips_m=hips)


def _is_flight(height_m: float, seconds: float) -> bool:
    """Whether a body that is so high for so long can have jumped."""
    fall = 2.0 * math.sqrt(2.0 * max(height_m - FLIGHT_HEIGHT_M, 0.0) / GRAVITY)
    return MIN_FLIGHT_SHARE * fall <= seconds <= MAX_FLIGHT_S


def _seen_rise_m(feet: SeenFeet, start: int, stop: int) -> float:
    """How far both feet are seen above the line from where they left the floor to where they came back."""
    first, last = max(start - 1, 0), min(stop, len(feet.px_per_m) - 1)
    share = ((np.arange(start, stop) - first) / max(last - first, 1))[:, None]
    standing = feet.heights_px[first] + share * (feet.heights_px[last] - feet.heights_px[first])
    return float(((feet.heights_px[start:stop] - standing).min(axis=1) / feet.px_per_m[start:stop]).max())


def _softened(flags: NDArray[np.bool_], frames: float) -> Array:
    """1 where a flag is set, falling to 0 over so many frames around it."""
    reach = max(round(frames), 1)
    slope = 1.0 - np.abs(np.arange(1 - reach, reach)) / reach
    softened: Array = np.minimum(np.convolve(flags, slope, "full")[reach - 1 : reach - 1 + len(flags)], 1.0)
    return softened


def landmark_spread(points: Array) -> Array:
    """(T,) RMS distance of points (T, N, 2) from their middle."""
    spread: Array = np.sqrt(((points - points.mean(axis=1, keepdims=True)) ** 2).sum(axis=-1).mean(axis=-1))
    return spread
