"""Blends of bodies, and smooth transitions between motions (inertialisation)."""

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
    """The weighted mean of bodies with the same bones: rotations relative to the parents, and offsets.

    Weights are normalised. Raises ValueError unless they are 0 or more with a sum above 0, one for each body.
    """
    share = np.asarray(weights, float)
    if len(bodies) != len(share) or (share < 0.0).any() or share.sum() <= 0.0:
        raise ValueError(f"{len(bodies)} bodies need as many weights of 0 or more, at least one above 0; got {weights}")
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
    """The difference between the pose shown and the pose given, and its rate of change."""

    hips_m: Array
    """(3,)"""
    hips_velocity: Array
    """(3,) m/s"""
    turns: Array
    """(B, 3) rotation vectors in the room, applied after the pose's own rotations."""
    angular_velocity: Array
    """(B, 3) rad/s"""


def measure_offset(shown: Sequence[Body], given: Sequence[Body], dt: float) -> PoseOffset:
    """The offset at a switch from the two poses `shown` to the two poses `given`, each `dt` seconds apart.

    Inertialisation: the offset in pose and velocity decays after the switch, so that both stay continuous (Bollo,
    Inertialization, GDC 2018).
    """
    hips = [a.hips_m - b.hips_m for a, b in zip(shown, given, strict=True)]
    turns = [
        rotation.to_vector(rotation.multiply(a.turns, rotation.conjugate(b.turns)))
        for a, b in zip(shown, given, strict=True)
    ]
    return PoseOffset(hips[1], (hips[1] - hips[0]) / dt, turns[1], (turns[1] - turns[0]) / dt)


def decay_offset(offset: PoseOffset, half_life_s: float, dt: float) -> PoseOffset:
    """The offset `dt` seconds later, on a critically damped spring that halves it in about `half_life_s`.

    The exact solution of x'' = -y^2 x - 2 y x' with y = 2 ln 2 / half-life (Holden, Spring-It-On, 2021).
    """
    y = 2.0 * math.log(2.0) / max(half_life_s, 1e-5)
    decay = math.exp(-y * dt)

    def spring(x: Array, v: Array) -> tuple[Array, Array]:
        push = v + y * x
        return decay * (x + push * dt), decay * (v - y * push * dt)

    hips, hips_velocity = spring(offset.hips_m, offset.hips_velocity)
    turns, angular_velocity = spring(offset.turns, offset.angular_velocity)
    return PoseOffset(hips, hips_velocity, turns, angular_velocity)


def apply_offset(body: Body, offset: PoseOffset) -> Body:
    """The body with the offset added."""
    turns = rotation.multiply(rotation.from_vector(offset.turns), body.turns)
    return replace(body, hips_m=body.hips_m + offset.hips_m, turns=turns)
