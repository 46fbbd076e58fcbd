"""Inverse kinematics of two-bone limbs in closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from motion import rotation

Array = NDArray[np.floating]

MAX_STRETCH = 0.99999
"""Share of its length to which a limb is stretched at most: a straight limb has no plane in which to bend."""
STRAIGHT_BEND = 0.01
"""Distance of the middle joint from the line between the ends, as a share of the upper bone's length, below which a
limb counts as straight and needs a pole vector."""


def solve_two_bone(root: Array, middle: Array, end: Array, goal: Array, pole: Array) -> tuple[Array, Array, Array]:
    """Bend a limb until its end is at the goal: rotations of the upper and the lower bone, and the new end.

    All (..., 3) in one space; the rotations (..., 4) are multiplied in front of the bones' own there. The limb keeps
    the plane in which it is bent; `pole` (..., 3) is the direction in which the middle of a straight limb bends. If
    the goal is out of reach, the end is the nearest point that the limb reaches.
    """
    rotations, _, tip = solve_limb(root, middle, end, goal, lambda: pole)
    return rotations[0], rotations[1], tip


def solve_limb(
    root: Array, middle: Array, end: Array, goal: Array, pole: Callable[[], Array]
) -> tuple[Array, Array, Array]:
    """`solve_two_bone` with both rotations in one array (2, ..., 4), the new middle and the new end.

    `pole` is called only if a limb is straight.
    """
    limb = np.empty((4, *root.shape))
    for line, (one, other) in zip(limb, ((middle, root), (end, middle), (end, root), (goal, root)), strict=True):
        np.subtract(one, other, out=line)
    upper = limb[0]
    a, b, now, far = size = np.maximum(rotation.length(limb), 1e-9)
    before, ahead = limb[2:] / size[2:]
    along = np.where(far > 1e-9, ahead, before)
    shortest = np.abs(a - b) * 1.001 + 1e-6
    longest = np.maximum((a + b) * MAX_STRETCH, np.minimum(now, a + b))
    d = np.minimum(np.maximum(far, shortest), longest)
    # The component of the upper bone square to the goal's direction, after the shortest turn from the end's direction
    # to the goal's: p to q turns u to u - u(p + q) / (1 + pq) (p + q) + 2 (up) q.
    both = before + along
    share = np.vecdot(upper, both) / np.maximum(0.5 * np.vecdot(both, both), 1e-9)
    out = upper - share[..., None] * both + np.vecdot(upper, before)[..., None] * along
    aside = rotation.length(out)
    # A straight limb bends towards its pole; one that stays in place needs none.
    if (aside < STRAIGHT_BEND * a).any():
        doubt = np.maximum(1.0 - aside / (STRAIGHT_BEND * a), 0.0)
        moved = np.minimum(rotation.length(goal - end) / (STRAIGHT_BEND * a), 1.0)
        out = out + moved * doubt * STRAIGHT_BEND * a * _perpendicular(pole(), along)
        aside = rotation.length(out)
    cosine = np.minimum(np.maximum((a * a + d * d - b * b) / (2.0 * a * d), -1.0), 1.0)
    bones = np.empty((2, *root.shape))
    knee, shin = bones
    tip = d * along
    np.add(a * cosine * along, a * np.sqrt(1.0 - cosine * cosine) / np.maximum(aside, 1e-9) * out, out=knee)
    np.subtract(tip, knee, out=shin)
    return rotation.between(limb[:2], bones), root + knee, root + tip


def _perpendicular(v: Array, along: Array) -> Array:
    """The component of `v` perpendicular to the unit vector `along`."""
    across: Array = v - np.vecdot(v, along)[..., None] * along
    return across
