"""Times of frames that arrive over VMC, by the sender's clock: arrival is uneven, and the clock may be set anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import savgol_filter

Array = NDArray[np.floating]

MAX_CLOCK_ERROR_S = 0.5
"""Difference between a step of the clock and that of arrival beyond which the clock was set anew."""
MAX_PACE = 1.25
"""Ratio between the pace of a clock and that of arrival, or its inverse, beyond which it counts no seconds."""
MIN_STEP_SHARE = 0.25
"""Share of the usual step below which a frame is too near to the one before."""
COARSE_S = 1e-4
"""Resolution from which a clock in single precision, as OSC sends it, is too coarse to be taken as it is."""
WINDOW = 15
"""Frames over which a coarse clock is evened out."""


def frame_times(arrivals: Array, clocks: Array) -> tuple[Array, NDArray[np.intp]]:
    """Times in seconds, ascending, of the frames that are kept, and their indices.

    For times of arrival (T,) in seconds and the sender's clock (T,), nan where a frame has none. Frames whose clock is
    missing, stands still or runs back are left out, unless that is usual: then arrival decides.
    """
    clocked = np.flatnonzero(np.isfinite(clocks))
    if 2 * len(clocked) > len(arrivals):
        times = _evened(clocks[clocked], _continuous(arrivals[clocked], clocks[clocked]))
        kept = _ascending(times)
        passed, own = np.ptp(arrivals[clocked[kept]]), np.ptp(times[kept])
        if 2 * len(kept) > len(clocked) and own < MAX_PACE * passed and passed < MAX_PACE * own:
            return times[kept], clocked[kept]
    kept = _ascending(arrivals)
    return arrivals[kept], kept


def _continuous(arrivals: Array, clocks: Array) -> Array:
    """(T,) the clock from the first arrival on, with the step of arrival where it was set anew."""
    steps, passed = np.diff(clocks), np.diff(arrivals)
    set_anew = (steps < -MAX_CLOCK_ERROR_S) | (steps > passed + MAX_CLOCK_ERROR_S)
    usual = float(np.median(steps)) if len(steps) else 0.0
    steps = np.where(set_anew, np.maximum(passed, usual), steps)
    times: Array = arrivals[0] + np.concatenate([[0.0], np.cumsum(steps)])
    return times


def _evened(clocks: Array, times: Array) -> Array:
    """(T,) the times without the steps of a clock in single precision that has run for long."""
    single = clocks.astype(np.float32)
    coarse = np.spacing(np.abs(single)).astype(float)
    if len(times) < WINDOW or coarse.max() < COARSE_S or not np.array_equal(single, clocks):
        return times
    evened: Array = np.clip(savgol_filter(times, WINDOW, 1), times - coarse, times + coarse)
    return evened


def _ascending(times: Array) -> NDArray[np.intp]:
    """Indices of the frames that are later than all before them."""
    if len(times) < 2:
        return np.arange(len(times))
    steps = np.diff(times)
    least = MIN_STEP_SHARE * float(np.median(steps[steps > 0.0])) if (steps > 0.0).any() else np.inf
    kept = [0]
    for number, t in enumerate(times[1:].tolist(), 1):
        if t > times[kept[-1]] + least:
            kept.append(number)
    return np.array(kept)
