"""Bodies and motions: one pose, or a series of poses, of the canonical humanoid in the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.skeleton import AIM_BONES, ANCESTRY, BONE_INDEX, BONE_TIPS_M, BONES, CORE_COUNT, PARENTS, REST_OFFSETS_M

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Body:
    """One pose in the room. B is 22, or 55 with eyes and fingers; see `motion.skeleton.BONES`."""

    hips_m: Array
    """(3,) position of the hips' joint."""
    turns: Array
    """(B, 4) global rotation of each bone, from the T-pose that faces +Z; not relative to the parent."""
    offsets_m: Array
    """(B, 3) offset of each joint from its parent's in the T-pose (proportions); the hips' is from the floor."""
    trust: Array
    """(B,) 0 guessed .. 1 measured."""
    feet: tuple[bool, bool] = (False, False)
    """Whether the left and the right foot stand."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Poses of one body at an even rate; fields as in `Body`."""

    hips_m: Array
    """(T, 3)"""
    turns: Array
    """(T, B, 4)"""
    offsets_m: Array
    """(B, 3)"""
    rate: float
    """Frames a second."""
    trust: Array
    """(T, B)"""
    feet: NDArray[np.bool_]
    """(T, 2)"""
    extras: Mapping[str, Array] = field(default_factory=dict)
    """(T, 4) by name: rotations of the source rig's joints that are no bones, relative to the bone that carries them;
    they are applied to joints of the same name on another rig."""

    def __len__(self) -> int:
        return len(self.hips_m)

    def at(self, frame: int) -> Body:
        """The pose of one frame."""
        left, right = self.feet[frame].tolist()
        return Body(self.hips_m[frame], self.turns[frame], self.offsets_m, self.trust[frame], (left, right))


def motion_from_bodies(bodies: Sequence[Body], rate: float) -> Motion:
    """The motion of these poses, with the proportions of the last one. Raises ValueError if there are none."""
    if not bodies:
        raise ValueError("a motion needs at least one pose")
    return Motion(
        np.stack([b.hips_m for b in bodies]),
        np.stack([b.turns for b in bodies]),
        bodies[-1].offsets_m,
        rate,
        np.stack([b.trust for b in bodies]),
        np.array([b.feet for b in bodies], bool),
    )


def transformed(motion: Motion, turn: Array, shift: Array, scale: float = 1.0) -> Motion:
    """The motion rotated by `turn` (4,) and scaled by `scale` about the origin, then translated by `shift` (3,) m."""
    hips = scale * rotation.rotate(turn, motion.hips_m) + shift
    return replace(motion, hips_m=hips, turns=rotation.multiply(turn, motion.turns), offsets_m=scale * motion.offsets_m)


def t_pose(fingers: bool = False) -> Body:
    """The humanoid's rest pose, standing at the origin."""
    count = len(BONES) if fingers else CORE_COUNT
    turns = np.tile(rotation.IDENTITY, (count, 1))
    return Body(REST_OFFSETS_M[0].copy(), turns, REST_OFFSETS_M[:count].copy(), np.ones(count))


_PARENT_OR_ROOT = np.maximum(PARENTS, 0)


def joint_positions(hips_m: Array, turns: Array, offsets_m: Array) -> Array:
    """(..., B, 3) positions of the joints for hips (..., 3), turns (..., B, 4) and offsets (B, 3); metres."""
    count = turns.shape[-2]
    steps = rotation.rotate(turns[..., _PARENT_OR_ROOT[:count], :], offsets_m)
    steps[..., 0, :] = hips_m
    return ANCESTRY[:count, :count] @ steps


def local_rotations(turns: Array) -> Array:
    """(..., B, 4) rotations relative to the parents, for global rotations (..., B, 4)."""
    parents = PARENTS[: turns.shape[-2]]
    return np.concatenate(
        [turns[..., :1, :], rotation.multiply(rotation.conjugate(turns[..., parents[1:], :]), turns[..., 1:, :])],
        axis=-2,
    )


def global_rotations(locals_: Array) -> Array:
    """(..., B, 4) global rotations, for rotations relative to the parents (..., B, 4)."""
    turns = locals_.copy()
    for bones, above in _levels(turns.shape[-2]):
        turns[..., bones, :] = rotation.multiply(turns[..., above, :], turns[..., bones, :])
    return turns


def bone_directions(turns: Array, offsets_m: Array) -> Array:
    """(..., 22, 3) unit vectors in the room along each bone to the next joint, or to its tip."""
    aims = np.array(
        [
            offsets_m[BONE_INDEX[AIM_BONES[name]]] if name in AIM_BONES else BONE_TIPS_M[name]
            for name in BONES[:CORE_COUNT]
        ]
    )
    # A bone that this body lacks has no length and gets the canonical direction.
    absent = np.linalg.norm(aims, axis=-1) < 1e-6
    for bone in np.flatnonzero(absent):
        aims[bone] = REST_OFFSETS_M[BONE_INDEX[AIM_BONES[BONES[bone]]]]
    pointed = rotation.rotate(turns[..., :CORE_COUNT, :], aims)
    units: Array = pointed / np.linalg.norm(pointed, axis=-1, keepdims=True)
    return units


@cache
def _levels(count: int) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]:
    """Bones grouped by depth below the hips, shallowest first, with their parents."""
    depth = (ANCESTRY[:count, :count].sum(axis=1) - 1).astype(int)
    found = []
    for level in range(1, depth.max() + 1):
        bones = np.flatnonzero(depth == level)
        found.append((bones, PARENTS[bones]))
    return tuple(found)
