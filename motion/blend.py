"""Between bodies: blends, and transitions that go on with the movement they come from (inertialisation)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body, global_rotations, local_rotations

Array = NDArray[np.floating]


def blend(bodies: Sequence[Body], weights: Sequence[float]) -> Body:
    """The weighted mean of bodies with the same bones: each bone relative to its parent, the build too.

    Weights are taken as shares of their sum, which must be above 0. Raises ValueError otherwise.
    """
    share = np.asarray(weights, float)
    if len(bodies) != len(share) or (share < 0.0).any() or share.sum() <= 0.0:
        raise ValueError(f"{len(bodies)} bodies want as many weights of 0 or more, and one above 0; got {weights}")
    share = share / share.sum()
    leader = bodies[int(np.argmax(share))]
    turns = np.stack([local_rotations(b.turns) for b in bodies])
    near = np.where((turns * local_rotations(leader.turns)).sum(axis=-1, keepdims=True) < 0.0, -turns, turns)
    return Body(
        np.tensordot(share, np.stack([b.hips_m for b in bodies]), 1),
        global_rotations(rotation.normalise(np.tensordot(share, near, 1))),
        np.tensordot(share, np.stack([b.offsets_m for b in bodies]), 1),
        np.tensordot(share, np.stack([b.trust for b in bodies]), 1),
        leader.feet,
    )


@dataclass(frozen=True, slots=True)
class PoseOffset:
    """What a body shows beyond the pose that it is given, and how fast that changes."""

    hips_m: Array
    """(3,)"""
    hips_speed: Array
    """(3,) m/s"""
    turns: Array
    """(B, 3) rotation vectors in the room, in front of the pose's own."""
    spin: Array
    """(B, 3) rad/s"""


def measure_offset(shown: Sequence[Body], given: Sequence[Body], dt: float) -> PoseOffset:
    """What is left over when a body that showed two poses, `dt` seconds apart, is now given two others.

    Inertialisation: the difference in pose and in speed is kept and fades, so that the switch is smooth in both
    (Bollo, Inertialization, GDC 2018).
    """
    hips = [a.hips_m - b.hips_m for a, b in zip(shown, given, strict=True)]
    turns = [
        rotation.to_vector(rotation.multiply(a.turns, rotation.conjugate(b.turns)))
        for a, b in zip(shown, given, strict=True)
    ]
    return PoseOffset(hips[1], (hips[1] - hips[0]) / dt, turns[1], (turns[1] - turns[0]) / dt)


def decay_offset(drift: PoseOffset, halflife: float, dt: float) -> PoseOffset:
    """The drift `dt` seconds later, on a critically damped spring that halves it in about `halflife` seconds.

    The exact solution of x'' = -y^2 x - 2 y x' with y = 2 ln 2 / halflife (Holden, Spring-It-On, 2021).
    """
    y = 2.0 * math.log(2.0) / max(halflife, 1e-5)
    rest = math.exp(-y * dt)

    def spring(x: Array, v: Array) -> tuple[Array, Array]:
        push = v + y * x
        return rest * (x + push * dt), rest * (v - y * push * dt)

    hips, hips_speed = spring(drift.hips_m, drift.hips_speed)
    turns, spin = spring(drift.turns, drift.spin)
    return PoseOffset(hips, hips_speed, turns, spin)


def apply_offset(body: Body, drift: PoseOffset) -> Body:
    """The body as it shows itself with a drift."""
    turns = rotation.multiply(rotation.from_vector(drift.turns), body.turns)
    return replace(body, hips_m=body.hips_m + drift.hips_m, turns=turns)
