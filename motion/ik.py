"""Inverse kinematics of limbs of two bones, in closed form."""

from __future__ import annotations

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
    upper, lower, reach = middle - root, end - middle, goal - root
    a = np.maximum(rotation.length(upper), 1e-9)
    b = np.maximum(rotation.length(lower), 1e-9)
    far = rotation.length(reach)
    now = rotation.length(end - root)
    most = np.maximum((a + b) * NEARLY, np.minimum(now, a + b))
    d = np.minimum(np.maximum(far, np.abs(a - b) * 1.001 + 1e-6), most)
    along = np.where(far > 1e-9, reach / np.maximum(far, 1e-9), (end - root) / np.maximum(far, 1e-9))
    # Where the limb is straight, its pole says where to bend; one that is to stay where it is needs none.
    out = _square(rotation.rotate(rotation.between(end - root, along), upper), along)
    bent = rotation.length(out)
    if (bent < HINT * a).any():
        doubt = np.maximum(1.0 - bent / (HINT * a), 0.0)
        moved = np.minimum(rotation.length(goal - end) / (HINT * a), 1.0)
        out = out + moved * doubt * HINT * a * _square(pole, along)
        bent = rotation.length(out)
    out = out / np.maximum(bent, 1e-9)
    cosine = np.minimum(np.maximum((a * a + d * d - b * b) / (2.0 * a * d), -1.0), 1.0)
    knee = a * (cosine * along + np.sqrt(1.0 - cosine**2) * out)
    tip = d * along
    return rotation.between(upper, knee), rotation.between(lower, tip - knee), root + tip


def _square(v: Array, along: Array) -> Array:
    """The part of `v` that is square to the unit vector `along`."""
    return v - (v * along).sum(axis=-1, keepdims=True) * along
