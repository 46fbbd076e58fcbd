"""Retargeting: a body's motion on any rig, and what a rig does as the motion of a body."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body, Motion, joints
from motion.ik import two_bone
from motion.rig import Rig, Straight, ankle, leg
from motion.skeleton import BONES, CORE, INDEX, PARENTS

Array = NDArray[np.floating]

Travel = Literal["scaled", "room", "still"]
"""Where the character goes: as far as its legs carry it; exactly where the body is; nowhere."""
LEGS = np.array([[INDEX[f"{s}{b}"] for b in ("UpperLeg", "LowerLeg", "Foot")] for s in ("left", "right")])
ARMS = np.array([[INDEX[f"{s}{b}"] for b in ("UpperArm", "LowerArm", "Hand")] for s in ("left", "right")])
FORWARD, BACKWARD = np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, -1.0])


def pose(body: Body | Motion, rig: Rig, travel: Travel = "scaled", hands: bool = False) -> tuple[Array, Array]:
    """The rig's joints (..., J, 3) in metres and their rotations (..., J, 4) in the room, for a body's pose or motion.

    Every bone of the character turns as the body's does, from T-pose to T-pose. The ankles are then put where the
    body's are, by the length of the legs, so that feet which stand go on standing; with `hands` the wrists too, so
    that hands keep what they touch. Raises RigError.
    """
    straight = rig.straight
    scale = straight.leg_m / leg(body.offsets_m)
    lift = straight.ankle_m - scale * ankle(body.offsets_m)
    turns = body.turns
    there = joints(body.hips_m, turns, body.offsets_m)
    roots = there[..., LEGS[:, 0], :].mean(axis=-2)
    shift = np.zeros(3)
    if travel == "still":
        shift = -scale * roots * (1.0, 0.0, 1.0)
    elif travel == "room":
        shift = (1.0 - scale) * roots * (1.0, 0.0, 1.0)
    shift = shift + (0.0, lift, 0.0)

    def goal(bones: NDArray[np.intp]) -> Array:
        return scale * there[..., bones, :] + shift[..., None, :]

    # The legs' roots are where the body's are; the hips' own joint may be anywhere between them.
    middle = straight.offsets_m[LEGS[:, 0]].mean(axis=0)
    hips = scale * roots + shift - rotation.rotate(turns[..., 0, :], middle)
    turns = _reach(turns, hips, straight, LEGS, goal(LEGS[:, 2]), FORWARD)
    if hands:
        turns = _reach(turns, hips, straight, ARMS, goal(ARMS[:, 2]), BACKWARD)
    return _lay(turns, hips, straight)


def _reach(turns: Array, hips: Array, straight: Straight, limbs: NDArray[np.intp], goals: Array, pole: Array) -> Array:
    """The body's turns with both limbs bent so that they end at the goals (..., 2, 3)."""
    count = turns.shape[-2]
    there = joints(hips, turns, straight.offsets_m[:count])
    root, middle, end = (there[..., limbs[:, i], :] for i in range(3))
    hint = rotation.rotate(turns[..., limbs[:, 0], :], pole)
    upper, lower, _ = two_bone(root, middle, end, goals, hint)
    turns = turns.copy()
    turns[..., limbs[:, 0], :] = rotation.multiply(upper, turns[..., limbs[:, 0], :])
    turns[..., limbs[:, 1], :] = rotation.multiply(lower, turns[..., limbs[:, 1], :])
    return turns


def _lay(turns: Array, hips: Array, straight: Straight) -> tuple[Array, Array]:
    """Joints and rotations of the rig for turns of the body's bones, the hips' joint at `hips` (..., 3)."""
    carriers = straight.carriers if turns.shape[-2] == len(BONES) else straight.carriers_core
    carried = turns[..., np.maximum(carriers, 0), :]
    between, following, share = straight.bends
    if len(between):
        # A spine or neck of more joints than the humanoid's bends evenly.
        one, other = carried[..., between, :], turns[..., following, :]
        near = np.where((one * other).sum(axis=-1, keepdims=True) < 0.0, -other, other)
        carried[..., between, :] = rotation.normalise((1.0 - share) * one + share * near)
    places = straight.tree @ rotation.rotate(carried[..., straight.above, :], straight.steps_m)
    places = places + (hips - places[..., straight.hips, :])[..., None, :]
    fixed = (carriers < 0)[:, None]
    laid = rotation.multiply(carried, straight.turns)
    return np.where(fixed, straight.rig.places_m, places), np.where(fixed, straight.rig.turns, laid)


def read(rig: Rig, places_m: Array, turns: Array, rate: float, fingers: bool = False) -> Motion:
    """The motion of a body that a rig makes: joints (T, J, 3) and rotations (T, J, 4) in the rig's own upright space.

    A bone that the rig has not goes with the one above it. Raises RigError.
    """
    straight = rig.straight
    count = len(BONES) if fingers else CORE
    told = rotation.multiply(turns, rotation.conjugate(straight.turns))
    body = np.empty((len(turns), count, 4))
    for bone, name in enumerate(BONES[:count]):
        joint = rig.bones.get(name)
        body[:, bone] = body[:, PARENTS[bone]] if joint is None else told[:, joint]
    offsets = straight.offsets_m[:count]
    seen = np.ones((len(turns), count))
    return Motion(places_m[:, rig.bones["hips"]], body, offsets, rate, seen, np.zeros((len(turns), 2), bool))
