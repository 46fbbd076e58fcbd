"""Directions: what a dancer can be asked for beside its partner and its beat, as captured motion has it.

Each is one number for the next second, with a flag whether it is given.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from motion import beat
from motion.skeleton import BONE_INDEX

Array = NDArray[np.floating]

HORIZON_FRAMES = 30
"""Frames over which a direction is meant."""
SHOULDERS = [BONE_INDEX["leftUpperArm"], BONE_INDEX["rightUpperArm"]]
HANDS = [BONE_INDEX["leftHand"], BONE_INDEX["rightHand"]]
THIGHS = [BONE_INDEX["leftUpperLeg"], BONE_INDEX["rightUpperLeg"]]
BEATS_A_BAR = 2
"""Kinematic beats of a bar: bodies come to rest about every second beat of the music."""
ONSET_DECAY_FRAMES = 3.0
"""Frames in which the trace of an onset falls to 1/e."""
ONSET_LEAD_FRAMES = 2
"""Frames between an onset and the accent that answers it."""
ACCENT_M_S2 = 6.0
"""Mean acceleration of the joints above which a peak of it is an accent."""


def level(joints_m: Array, rate: float) -> Array:
    """(T,) mean height of the hips, metres."""
    return _mean_ahead(joints_m[:, 0, 1])


def reach(joints_m: Array, rate: float) -> Array:
    """(T,) height of the higher hand over the shoulders, metres."""
    return _mean_ahead(joints_m[:, HANDS, 1].max(axis=1) - joints_m[:, SHOULDERS, 1].mean(axis=1))


def travel(joints_m: Array, rate: float) -> Array:
    """(T,) speed over the floor, m/s: the distance between now and then."""
    floor = joints_m[:, 0, ::2]
    later = np.minimum(np.arange(len(floor)) + HORIZON_FRAMES, len(floor) - 1)
    seconds = np.maximum(later - np.arange(len(floor)), 1) / rate
    speed: Array = np.linalg.norm(floor[later] - floor, axis=-1) / seconds
    return speed


def turning(joints_m: Array, rate: float) -> Array:
    """(T,) turn about the vertical, rad/s, to the left above 0."""
    across = (joints_m[:, SHOULDERS[0]] + joints_m[:, THIGHS[0]] - joints_m[:, SHOULDERS[1]] - joints_m[:, THIGHS[1]])[
        :, ::2
    ]
    angle = np.unwrap(np.arctan2(-across[:, 1], across[:, 0]))
    later = np.minimum(np.arange(len(angle)) + HORIZON_FRAMES, len(angle) - 1)
    seconds = np.maximum(later - np.arange(len(angle)), 1) / rate
    turn: Array = (angle[later] - angle) / seconds
    return turn


def symmetry(joints_m: Array, rate: float) -> Array:
    """(T,) distance between a hand and the mirror image of the other one, metres: 0 where both arms do the same."""
    across = joints_m[:, SHOULDERS[0]] - joints_m[:, SHOULDERS[1]]
    across = across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-6)
    middle = joints_m[:, SHOULDERS].mean(axis=1)
    left, right = joints_m[:, HANDS[0]] - middle, joints_m[:, HANDS[1]] - middle
    mirrored = right - 2.0 * (right * across).sum(axis=-1, keepdims=True) * across
    return _mean_ahead(np.linalg.norm(left - mirrored, axis=-1))


DIRECTIONS: Mapping[str, Callable[[Array, float], Array]] = MappingProxyType(
    {"level": level, "reach": reach, "travel": travel, "turning": turning, "symmetry": symmetry}
)
"""The directions by name, as functions of joints (T, 22, 3) and frames a second."""


def bar_clock(joints_m: Array, beats_s: Array, rate: float) -> Array:
    """(T, 3) sine and cosine of the phase of the bar, and 1 where it is known, of a body with kinematic beats (N,).

    A bar is BEATS_A_BAR kinematic beats; it begins with those after which the body moves most.
    """
    count = len(joints_m)
    clock = np.zeros((count, 3))
    if len(beats_s) < BEATS_A_BAR + 1:
        return clock
    speed = beat.smoothed_speed(joints_m, rate)
    frames = np.clip(np.round(beats_s * rate).astype(int), 0, len(speed))
    moved = np.array([speed[a:b].mean() if b > a else 0.0 for a, b in itertools.pairwise(frames.tolist())])
    first = int(np.argmax([moved[start::BEATS_A_BAR].mean() for start in range(BEATS_A_BAR)]))
    times = np.arange(count) / rate
    position = np.interp(times, beats_s, np.arange(len(beats_s)), left=np.nan, right=np.nan)
    phase = 2.0 * np.pi * (((position - first) / BEATS_A_BAR) % 1.0)
    known = np.isfinite(position)
    clock[known] = np.stack([np.sin(phase), np.cos(phase), np.ones(count)], axis=1)[known]
    return clock


def onset_trace(joints_m: Array, rate: float) -> Array:
    """(T,) 0..1: the decaying trace of onsets, each shortly before an accent of the body."""
    velocity = np.diff(joints_m, axis=0, prepend=joints_m[:1]) * rate
    push = np.linalg.norm(np.diff(velocity, axis=0, prepend=velocity[:1]), axis=-1).mean(axis=1) * rate
    kernel = np.ones(5) / 5.0
    smooth = np.convolve(np.pad(push, 2, mode="edge"), kernel, mode="valid")
    peak = np.zeros(len(smooth), bool)
    peak[1:-1] = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > ACCENT_M_S2)
    return decaying_trace(np.roll(peak, -ONSET_LEAD_FRAMES))


def decaying_trace(onsets: NDArray[np.bool_]) -> Array:
    """(T,) the trace of onsets (T,): 1 at each, then falling."""
    trace, value = np.zeros(len(onsets)), 0.0
    fall = float(np.exp(-1.0 / ONSET_DECAY_FRAMES))
    for frame, onset in enumerate(onsets.tolist()):
        value = 1.0 if onset else value * fall
        trace[frame] = value
    return trace


def _mean_ahead(values: Array) -> Array:
    """(T,) mean of values (T,) over the next HORIZON_FRAMES."""
    padded = np.concatenate([np.zeros(1), np.cumsum(values)])
    first = np.arange(len(values))
    last = np.minimum(first + HORIZON_FRAMES, len(values))
    mean: Array = (padded[last] - padded[first]) / (last - first)
    return mean
