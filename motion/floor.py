"""The floor under recorded bodies: finds bodies that sink into it or hover over it, and sets them on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion.body import Body, Motion, joint_positions
from motion.skeleton import ANCESTRY, LEG_BONES

Array = NDArray[np.floating]

MAX_DEPTH_M = 0.12
"""Depth below the floor from which a body is raised; captured floors are uneven, and marker sets guess soles."""
MAX_HOVER_M = 0.3
"""Height of the lower foot over the floor, at its lowest, from which a body hovers: feet touch the floor sometime."""
STILL_HIPS_M = 1e-4
"""Range of the hips' heights within which the recording holds no height at all."""
FEET = LEG_BONES[:, 2:].ravel()
"""Ankles and balls of both feet."""


def sole_heights(positions_m: Array, offsets_m: Array) -> Array:
    """(...) height of the lower foot over where it stands in the T-pose, for joints (..., B, 3), metres."""
    count = len(offsets_m)
    standing = (ANCESTRY[:count, :count] @ offsets_m)[FEET, 1]
    lowest: Array = (positions_m[..., FEET, 1] - standing).min(axis=-1)
    return lowest


def set_body_on_floor(body: Body) -> Body:
    """The body raised or lowered until its lower foot stands on the floor."""
    height = sole_heights(joint_positions(body.hips_m, body.turns, body.offsets_m), body.offsets_m)
    return replace(body, hips_m=body.hips_m - (0.0, float(height), 0.0))


def set_on_floor(motion: Motion) -> tuple[Motion, float]:
    """The motion set on the floor, if it sinks or hovers, and by how many metres its first frame is raised.

    A motion whose hips never rise or fall has no height: its lower foot stands on the floor in every frame. Any other
    is raised or lowered as a whole.
    """
    heights = sole_heights(joint_positions(motion.hips_m, motion.turns, motion.offsets_m), motion.offsets_m)
    lowest = float(np.percentile(heights, 2.0))
    if -MAX_DEPTH_M <= lowest <= MAX_HOVER_M:
        return motion, 0.0
    flat = len(motion) > 1 and float(np.ptp(motion.hips_m[:, 1])) < STILL_HIPS_M
    rise = -heights if flat else np.full(len(motion), -lowest)
    hips = motion.hips_m + rise[:, None] * (0.0, 1.0, 0.0)
    return replace(motion, hips_m=hips), float(rise[0])
