"""Frames of a filmed body that cannot be true, and the bridging of the gaps that they leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT

Array = NDArray[np.floating]

MAX_TURN_SPEED = 15.0
"""rad/s of the trunk or of a limb's bone, between two frames, that a body is trusted with."""
MAX_LEFT_OUT_S = 0.4
"""Longest time for which frames in a row are left out."""
DOUBT = 2.0
"""How many frames are left out rather than that a bone turns twice as fast as MAX_TURN_SPEED."""
SMALL_BONES = ("Shoulder", "Hand", "Foot", "Toes", "neck", "head")
"""Ends of the names of bones whose turns are measured over too short a distance to show that the body is wrong."""
_LARGE_BONES = np.array([BONE_INDEX[name] for name in BONES[:CORE_COUNT] if not name.endswith(SMALL_BONES)])


def plausible_frames(turns: Array, times: Array) -> NDArray[np.bool_]:
    """(T,) which frames of turns (T, B, 4) at ascending times (T,) in seconds belong to one body's movement.

    Those are the most frames between which the trunk and the limbs turn no faster than bodies do: a flip back and forth
    loses its frames, a lasting one those around it, a fast movement none.
    """
    count = len(times)
    interval = float(np.median(np.diff(times))) if count > 1 else MAX_LEFT_OUT_S
    reach = max(round(MAX_LEFT_OUT_S / interval), 1)
    excess = _turn_excess(turns[:, _LARGE_BONES], times, min(reach, count - 1))
    # The cheapest chain of frames; a frame left out costs 1, at the ends as well.
    costs = np.arange(count, dtype=float)
    before = np.full(count, -1)
    for frame in range(1, count):
        lags = np.arange(1, min(reach, frame) + 1)
        totals = costs[frame - lags] + (lags - 1) + DOUBT * excess[lags - 1, frame]
        best = int(totals.argmin())
        if totals[best] <= costs[frame]:
            costs[frame], before[frame] = totals[best], frame - lags[best]
    kept = np.zeros(count, bool)
    frame = int((costs + np.arange(count)[::-1]).argmin())
    while frame >= 0:
        kept[frame] = True
        frame = int(before[frame])
    return kept


def _turn_excess(turns: Array, times: Array, reach: int) -> Array:
    """(reach, T) by how much the fastest bone exceeds MAX_TURN_SPEED from 1, 2, .. frames before, as a share of it."""
    excess = np.zeros((reach, len(times)))
    for lag in range(1, reach + 1):
        speeds = rotation.angle(turns[lag:], turns[:-lag]).max(axis=1) / (times[lag:] - times[:-lag])
        excess[lag - 1, lag:] = np.maximum(speeds / MAX_TURN_SPEED - 1.0, 0.0)
    return excess


def bridge_gaps(motion: Motion, known: NDArray[np.bool_]) -> Motion:
    """The motion with the frames that are not `known` (T,) interpolated between those that are, and not trusted.

    Before the first and after the last known frame the body holds still. Raises ValueError if none is known.
    """
    frames = np.arange(len(motion))
    if not known.any():
        raise ValueError("a gap needs a known frame beside it")
    before, after = (known_neighbours(known)[:, side] for side in (0, 1))
    share = np.where(after > before, (frames - before) / np.maximum(after - before, 1), 0.0)[:, None]
    return replace(
        motion,
        hips_m=(1.0 - share) * motion.hips_m[before] + share * motion.hips_m[after],
        turns=rotation.slerp(motion.turns[before], motion.turns[after], share),
        trust=np.where(known[:, None], motion.trust, 0.0),
        feet=motion.feet[before],
    )


def known_neighbours(known: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(T, 2) the last known frame up to each and the first from each on; at the ends the nearest one twice."""
    frames, places = np.arange(len(known)), np.flatnonzero(known)
    before = places[np.clip(np.searchsorted(places, frames, side="right") - 1, 0, None)]
    after = places[np.clip(np.searchsorted(places, frames), None, len(places) - 1)]
    return np.stack([before, after], axis=1)
