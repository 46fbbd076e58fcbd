"""Rigs: a character's joints at rest and the joint of each bone; every file format becomes a rig, and its T-pose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.skeleton import (
    AIM_BONES,
    ANCESTRY,
    BONE_INDEX,
    BONE_TIPS_M,
    BONES,
    CORE_CARRIERS,
    LEG_BONES,
    PARENTS,
    REQUIRED_BONES,
    REST_OFFSETS_M,
    REST_POSITIONS_M,
    SPINE_BONES,
    THIGH_BONES,
    ancestry,
)

Array = NDArray[np.floating]

MAX_SPINE_LEAN = np.radians(30.0)
"""Lean of the spine at rest beyond which the spine, not the file's up axis, defines up."""
MAX_FOOT_DEVIATION = np.radians(30.0)
"""Angle between a foot at rest and the canonical foot beyond which it is laid as the canonical one."""
STRAIGHTENED_BONES = tuple(
    f"{side}{bone}"
    for side in ("left", "right")
    for bone in (
        "UpperArm",
        "LowerArm",
        "Hand",
        "UpperLeg",
        "LowerLeg",
    )
)
"""Bones that a T-pose straightens; trunk, shoulders, feet and fingers stay as the character was built."""
LOWEST_JOINT_HEIGHT_M = 0.02
"""Height of the lowest joint of a body of canonical size where the floor is not known."""


class RigError(ValueError):
    """The joints make no humanoid; the message lists the missing bones."""


@dataclass(frozen=True)
class Rig:
    """Joints at rest in one upright space: metres, right-handed, Y up, facing anywhere."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each joint's parent, always a smaller one; -1 for a root."""
    positions_m: Array
    """(J, 3) positions at rest."""
    turns: Array
    """(J, 4) rotations in that space at rest."""
    bones: Mapping[str, int]
    """The joint of each bone of `motion.skeleton.BONES` that the character has."""
    floor_m: float | None = None
    """Height of the floor at rest, if the file defines it."""

    @cached_property
    def t_pose(self) -> TPoseRig:
        """The rig in a T-pose. Raises RigError if required bones are missing."""
        return to_t_pose(self)


@dataclass(frozen=True)
class TPoseRig:
    """A rig in a T-pose that faces +Z, with what posing it needs."""

    rig: Rig
    turns: Array
    """(J, 4) rotations in the T-pose."""
    steps_m: Array
    """(J, 3) from the parent's joint."""
    ancestry: Array
    """(J, J) `motion.skeleton.ancestry` of the joints."""
    carriers: NDArray[np.intp]
    """(J,) the bone that carries each joint: its own, or that of its nearest ancestor that is a bone; -1 for none."""
    offsets_m: Array
    """(55, 3) offsets of the bones, as `motion.body.Body` has them; 0 for bones that the character lacks."""

    @cached_property
    def core_carriers(self) -> NDArray[np.intp]:
        """(J,) `carriers` for a body without fingers: hands carry the fingers."""
        return np.where(self.carriers >= 0, CORE_CARRIERS[self.carriers], -1)

    @cached_property
    def extra_joints(self) -> tuple[tuple[int, str], ...]:
        """Index and name of the joints that are no bones but are carried by one; parents before children."""
        own = set(self.rig.bones.values())
        return tuple((j, name) for j, name in enumerate(self.rig.names) if j not in own and self.carriers[j] >= 0)

    @cached_property
    def missing_spine(self) -> tuple[tuple[int, ...], ...]:
        """Runs of spine bones that the character lacks, each from the bone before to the bone after.

        A missing neck is fixed to the chest, which errs less than half-way to the head does. In a character without an
        upper chest the joint that carries the arms is the upper chest.
        """
        has = self.rig.bones
        top = _arm_carrier(has)
        named = (name for name in SPINE_BONES[1 : SPINE_BONES.index(top)] if name in has)
        chain = ["hips", *named, "upperChest"]
        spans = [tuple(range(SPINE_BONES.index(a), SPINE_BONES.index(b) + 1)) for a, b in pairwise(chain)]
        return tuple(span for span in spans if len(span) > 2)

    @cached_property
    def spine_bends(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
        """Joints between two bones of the spine, the bone that follows each, and the share (N, 1) of the bend to it."""
        joints, following, shares = [], [], []
        for bone in SPINE_BONES[1:]:
            between: list[int] = []
            joint = self.rig.parents[self.rig.bones[bone]] if bone in self.rig.bones else -1
            while joint >= 0 and joint not in self.rig.bones.values():
                between.insert(0, joint)
                joint = self.rig.parents[joint]
            if joint >= 0:
                joints += between
                following += [int(self.carriers[self.rig.bones[bone]])] * len(between)
                shares += [(i + 1) / (len(between) + 1) for i in range(len(between))]
        return np.array(joints, int), np.array(following, int), np.array(shares)[:, None]

    @cached_property
    def parent_or_root(self) -> NDArray[np.intp]:
        """(J,) each joint's parent, or itself for a root."""
        parents = np.array(self.rig.parents)
        return np.where(parents < 0, np.arange(len(parents)), parents)

    @cached_property
    def has_toes(self) -> bool:
        """Whether both feet have toes."""
        return {"leftToes", "rightToes"} <= self.rig.bones.keys()

    @property
    def hips_joint(self) -> int:
        """Index of the hips' joint."""
        return self.rig.bones["hips"]

    @cached_property
    def leg_m(self) -> float:
        """Length of thigh and shin, the mean of both sides."""
        return leg_length_m(self.offsets_m)

    @cached_property
    def hip_centre_m(self) -> Array:
        """(3,) the middle between the hip joints, from the hips' joint."""
        middle: Array = 0.5 * (self.offsets_m[THIGH_BONES[0]] + self.offsets_m[THIGH_BONES[1]])
        return middle

    @cached_property
    def ankle_m(self) -> float:
        """Height of the ankles over the floor."""
        return ankle_height_m(self.offsets_m)


def humanoid_rig(offsets_m: Array) -> Rig:
    """The canonical humanoid with the proportions of a body, offsets (B, 3), as a rig."""
    count = len(offsets_m)
    return Rig(
        BONES[:count],
        tuple(PARENTS[:count].tolist()),
        ANCESTRY[:count, :count] @ offsets_m,
        np.tile(rotation.IDENTITY, (count, 1)),
        {name: i for i, name in enumerate(BONES[:count])},
        0.0,
    )


def leg_length_m(offsets_m: Array) -> float:
    """Length of thigh and shin in metres, the mean of both sides."""
    return 0.5 * sum(math.hypot(*bone) for bone in offsets_m[LEG_BONES[:, 1:3].ravel()].tolist())


def ankle_height_m(offsets_m: Array) -> float:
    """Height of the ankles over the floor in metres in the T-pose, the mean of both sides."""
    return float(offsets_m[0, 1] + 0.5 * np.add.reduce(offsets_m[LEG_BONES[:, :3].ravel(), 1]))


def to_t_pose(rig: Rig) -> TPoseRig:
    """The T-pose of a rig, whatever pose it rests in. Raises RigError if required bones are missing."""
    if missing := sorted(REQUIRED_BONES - rig.bones.keys()):
        raise RigError(f"no joint is known for {', '.join(missing)}")
    facing = _facing(rig)
    places = rotation.rotate(facing, rig.positions_m)
    own = {joint: BONE_INDEX[name] for name, joint in rig.bones.items()}
    own[rig.bones[_arm_carrier(rig.bones)]] = BONE_INDEX["upperChest"]
    carriers = np.full(len(rig.names), -1)
    for joint, parent in enumerate(rig.parents):
        carriers[joint] = own.get(joint, carriers[parent] if parent >= 0 else -1)
    # Rotation of each bone into the T-pose, from the hips outwards; a missing bone has that of its parent.
    laid = np.tile(rotation.IDENTITY, (len(BONES), 1))
    for bone, name in enumerate(BONES):
        if PARENTS[bone] >= 0:
            laid[bone] = laid[PARENTS[bone]]
        if name.endswith("Foot"):
            laid[bone] = _lay_foot(rig, _direction(rig, places, name), laid[bone], _canonical_direction(name))
        if name in STRAIGHTENED_BONES and (step := _direction(rig, places, name)) is not None:
            now = rotation.rotate(laid[bone], step)
            laid[bone] = rotation.multiply(rotation.between(now, _canonical_direction(name)), laid[bone])
    carried = np.where((carriers < 0)[:, None], rotation.IDENTITY, laid[np.maximum(carriers, 0)])
    turns = rotation.multiply(carried, rotation.multiply(facing, rig.turns))
    tree = ancestry(rig.parents)
    parents = np.array(rig.parents)[:, None]
    above = np.maximum(parents[:, 0], 0)
    # A pose rotates a step with the bone that carries its parent, so steps are stored as they lie in the T-pose.
    steps = np.where(parents < 0, places, rotation.rotate(carried[above], places - places[above]))
    return TPoseRig(rig, turns, steps, tree, carriers, _offsets(rig, tree @ steps))


def _arm_carrier(bones: Mapping[str, int]) -> str:
    """The spine bone that carries the arms."""
    return next(name for name in SPINE_BONES[3:0:-1] if name in bones)


def _facing(rig: Rig) -> Array:
    """The rotation after which the character stands upright and faces +Z."""
    at = {name: rig.positions_m[joint] for name, joint in rig.bones.items()}
    spine = at["head"] - at["hips"]
    up = np.array([0.0, 1.0, 0.0])
    if spine @ up < np.cos(MAX_SPINE_LEAN) * np.linalg.norm(spine):
        up = spine / max(float(np.linalg.norm(spine)), 1e-9)
    left = at["leftUpperLeg"] - at["rightUpperLeg"] + at["leftUpperArm"] - at["rightUpperArm"]
    x = left - (left @ up) * up
    return rotation.conjugate(rotation.from_matrix(rotation.matrix_from_columns(x, up)))


def _lay_foot(rig: Rig, step: Array | None, carried: Array, canonical: Array) -> Array:
    """The rotation of a foot into the T-pose, when its shin is rotated by `carried`.

    If the floor is known, the sole lies on it as the character was built. Otherwise the foot stands perpendicular to
    the leg and rolls inwards or outwards with it. A foot that deviates too far is laid as the canonical one.
    """
    if step is not None and np.arccos(_cosine(step, canonical)) > MAX_FOOT_DEVIATION:
        return rotation.between(step, canonical)
    if rig.floor_m is not None:
        return rotation.IDENTITY
    return rotation.swing_twist(carried, np.array([0.0, 0.0, 1.0]))[1]


def _cosine(u: Array, v: Array) -> float:
    return float(np.clip(u @ v / max(float(np.linalg.norm(u) * np.linalg.norm(v)), 1e-9), -1.0, 1.0))


def _direction(rig: Rig, places: Array, name: str) -> Array | None:
    """(3,) from a bone's joint to its end at rest, or None if the end is unknown."""
    if name in AIM_BONES:
        ends = [AIM_BONES[name]] if AIM_BONES[name] in rig.bones else []
    else:
        ends = [bone for bone in (f"{name[:-4]}MiddleProximal", f"{name[:-4]}IndexProximal") if bone in rig.bones]
    if not ends:
        return None
    step = places[rig.bones[ends[0]]] - places[rig.bones[name]]
    return step if np.linalg.norm(step) > 1e-6 else None


def _canonical_direction(name: str) -> Array:
    """(3,) from a bone's joint to its end in the T-pose of the canonical humanoid."""
    return REST_OFFSETS_M[BONE_INDEX[AIM_BONES[name]]] if name in AIM_BONES else BONE_TIPS_M[name]


def _offsets(rig: Rig, places: Array) -> Array:
    """(55, 3) as `TPoseRig` has them, from the joints of the T-pose."""
    at = np.zeros((len(BONES), 3))
    for bone, name in enumerate(BONES):
        at[bone] = places[rig.bones[name]] if name in rig.bones else at[PARENTS[bone]]
    offsets = at - at[np.maximum(PARENTS, 0)]
    offsets[0] = 0.0
    size = leg_length_m(offsets) / leg_length_m(REST_OFFSETS_M)
    if rig.floor_m is not None:
        floor = rig.floor_m
    elif {"leftToes", "rightToes"} <= rig.bones.keys():
        lowest = min(at[BONE_INDEX["leftToes"], 1], at[BONE_INDEX["rightToes"], 1])
        floor = float(lowest) - LOWEST_JOINT_HEIGHT_M * size
    else:
        lowest = min(at[BONE_INDEX["leftFoot"], 1], at[BONE_INDEX["rightFoot"], 1])
        floor = float(lowest) - REST_POSITIONS_M[BONE_INDEX["leftFoot"], 1] * size
    offsets[0] = (0.0, at[0, 1] - floor, 0.0)
    return offsets
