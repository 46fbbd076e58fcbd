"""Inverse kinematics of limbs of two bones, in closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from motion import rotation

Array = NDArray[np.floating]

NEARLY = 0.99999
"""How much of its length a limb is stretched at most: a straight one has no plane to bend in."""
HINT = 0.01
"""Share of the upper bone's length by which a limb must be bent to need no pole that says where to."""


def two_bone(root: Array, middle: Array, end: Array, goal: Array, pole: Array) -> tuple[Array, Array, Array]:
    """Bend a limb until its end is at the goal: how to turn the upper bone, the lower bone, and where the end is then.

    All (..., 3) in one space; the turns (..., 4) go in front of the bones' own rotations there. The limb keeps the
    plane in which it is bent; `pole` (..., 3) is a direction to which the middle bends where it is straight. A goal
    that is too far or too near is answered by the nearest that the limb reaches.
    """
    turns, _, tip = bent(root, middle, end, goal, lambda: pole)
    return turns[0], turns[1], tip


def bent(root: Array, middle: Array, end: Array, goal: Array, pole: Callable[[], Array]) -> tuple[Array, Array, Array]:
    """`two_bone`, with both turns (2, ..., 4) in one, and where the middle is then; the pole is asked for if needed."""
    limb = np.empty((4, *root.shape))
    for line, (one, other) in zip(limb, ((middle, root), (end, middle), (end, root), (goal, root)), strict=True):
        np.subtract(one, other, out=line)
    upper = limb[0]
    a, b, now, far = size = np.maximum(rotation.length(limb), 1e-9)
    before, ahead = limb[2:] / size[2:]
    along = np.where(far > 1e-9, ahead, before)
    d = np.minimum(np.maximum(far, np.abs(a - b) * 1.001 + 1e-6), np.maximum((a + b) * NEARLY, np.minimum(now, a + b)))
    # What of the upper bone is square to the way to the goal, after the shortest turn from the way to the end: p to q
    # turns u to u - u(p + q) / (1 + pq) (p + q) + 2 (up) q.
    both = before + along
    share = np.vecdot(upper, both) / np.maximum(0.5 * np.vecdot(both, both), 1e-9)
    out = upper - share[..., None] * both + np.vecdot(upper, before)[..., None] * along
    aside = rotation.length(out)
    # Where the limb is straight, its pole says where to bend; one that is to stay where it is needs none.
    if (aside < HINT * a).any():
        doubt = np.maximum(1.0 - aside / (HINT * a), 0.0)
        moved = np.minimum(rotation.length(goal - end) / (HINT * a), 1.0)
        out = out + moved * doubt * HINT * a * _square(pole(), along)
        aside = rotation.length(out)
    cosine = np.minimum(np.maximum((a * a + d * d - b * b) / (2.0 * a * d), -1.0), 1.0)
    bones = np.empty((2, *root.shape))
    knee, shin = bones
    tip = d * along
    np.add(a * cosine * along, a * np.sqrt(1.0 - cosine * cosine) / np.maximum(aside, 1e-9) * out, out=knee)
    np.subtract(tip, knee, out=shin)
    return rotation.between(limb[:2], bones), root + knee, root + tip


def _square(v: Array, along: Array) -> Array:
    """The part of `v` that is square to the unit vector `along`."""
    return v - np.vecdot(v, along)[..., None] * along
