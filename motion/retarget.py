"""Retargeting: a body's motion on any rig, and what a rig does as the motion of a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body, Motion, joint_positions
from motion.ik import solve_two_bone
from motion.rig import Rig, TPoseRig, ankle_height_m, leg_length_m
from motion.skeleton import ARM_BONES, BONES, CORE_COUNT, FOOT_BONES, LEG_BONES, PARENTS, THIGH_BONES, TOE_BONES
from motion.smooth import blend_factor_hz

Array = NDArray[np.floating]

Travel = Literal["scaled", "room", "still"]
"""Where the character goes: as far as its legs carry it; exactly where the body is; nowhere."""
MAX_SLIDE = 0.15
"""How far a foot may be put aside, as a share of the way that it goes."""
MAX_FOOT_OFFSET = 0.15
"""Lengths of leg that a standing foot may be from where its leg would have it before it slides after all."""
SUPPORT_HEIGHT_M = 0.06
"""Metres that one foot must be lower than the other to carry most of the body."""
HIPS_SHIFT_HZ = 3.0
"""Cutoff of how the hips go aside, twice over."""
MIN_EXTRA_ROTATION = 1e-5
"""Half a rotation, rad, by which a joint that is no bone must turn to be worth keeping."""
HORIZONTAL = np.array([1.0, 0.0, 1.0])
FORWARD, BACKWARD = np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, -1.0])


class FootPlacement:
    """Where a character's feet and hips are put beside the body's, from pose to pose.

    A character with a wider pelvis or longer feet has to put them elsewhere; how far elsewhere changes only while the
    foot goes, so that one which stands does not slide. Its hips follow calmly.
    """

    def __init__(self, rate: float = 60.0) -> None:
        """`rate` is in poses a second."""
        self._calm = float(blend_factor_hz(HIPS_SHIFT_HZ, 1.0 / rate))
        self._aside: Array | None = None
        self._balls: Array = np.zeros(3)
        self._half: Array = np.zeros(3)
        self._lean: Array = np.zeros(3)

    def step(self, balls: Array, built: Array, carries: Array, level: Array, most: float) -> tuple[Array, Array]:
        """How far aside both feet (2, 3) and the hips (3,) are put.

        `balls` (2, 3) are where the balls of the feet would be by scale alone, `built` (2, 3) how much farther this
        build has them, `carries` (2, 1) how much of the body each foot carries, and `level` (2, 3) how much higher the
        balls stand. Feet are never more than `most` metres from where their build has them.
        """
        asked = built * HORIZONTAL
        first = self._aside is None
        if self._aside is None:
            self._aside = asked
        else:
            way = asked - self._aside
            length = rotation.length(way)
            allowed = np.maximum(MAX_SLIDE * rotation.length(balls - self._balls), length - most)
            self._aside = self._aside + way * np.minimum(1.0, allowed / np.maximum(length, 1e-9))
        self._balls = balls
        # The hips go aside with the foot that carries them, so that its leg stays as straight as it was.
        lean = (carries * (self._aside + level - built)).sum(axis=0)
        self._half = lean if first else self._half + self._calm * (lean - self._half)
        self._lean = lean if first else self._lean + self._calm * (self._half - self._lean)
        return self._aside + level, self._lean


def pose_rig(
    body: Body | Motion, rig: Rig, travel: Travel = "scaled", hands: bool = False, stance: FootPlacement | None = None
) -> tuple[Array, Array]:
    """The rig's joints (..., J, 3) in metres and their rotations (..., J, 4) in the room, for a body's pose or motion.

    Every bone of the character turns as the body's does, from T-pose to T-pose. The balls of the feet are then put
    where the body's are, by the length of the legs, so that feet which stand go on standing; with `hands` the wrists
    too, so that hands keep what they touch. Who lays pose after pose keeps a `stance` for it. Raises RigError.
    """
    straight = rig.straight
    turns, offsets = body.turns, body.offsets_m
    scale = straight.leg_m / leg_length_m(offsets)
    there = joint_positions(body.hips_m, turns, offsets)
    roots = 0.5 * (there[..., LEG_BONES[0, 0], :] + there[..., LEG_BONES[1, 0], :])
    shift = np.zeros(3)
    if travel == "still":
        shift = -scale * roots * HORIZONTAL
    elif travel == "room":
        shift = (1.0 - scale) * roots * HORIZONTAL
    shift = shift + (0.0, straight.ankle_m - scale * ankle_height_m(offsets), 0.0)
    # How far from the body's own, by scale, the ball of each foot comes to be by its build alone.
    wide = straight.offsets_m[THIGH_BONES] - scale * offsets[THIGH_BONES]
    balled = straight.toes and bool(offsets[TOE_BONES[0], 2])
    longer = straight.offsets_m[TOE_BONES] - scale * offsets[TOE_BONES] if balled else np.zeros((2, 3))
    built = rotation.rotate(turns[..., :1, :], wide - 0.5 * (wide[0] + wide[1]))
    reach = rotation.rotate(turns[..., FOOT_BONES, :], longer)
    built = built + reach
    balls = scale * there[..., TOE_BONES if balled else FOOT_BONES, :]
    height = balls[..., 1] / (SUPPORT_HEIGHT_M * scale)
    carries = np.exp(height.min(axis=-1, keepdims=True) - height)
    carries = (carries / carries.sum(axis=-1, keepdims=True))[..., None]
    level, most = longer * (0.0, 1.0, 0.0), MAX_FOOT_OFFSET * straight.leg_m
    if isinstance(body, Body):
        aside, lean = (stance or FootPlacement()).step(balls, built, carries, level, most)
    else:
        stance = stance or FootPlacement(body.rate)
        steps = [stance.step(*told, level, most) for told in zip(balls, built, carries, strict=True)]
        aside, lean = (np.stack(put) for put in zip(*steps, strict=True))
    hips = scale * roots + shift + lean - rotation.rotate(turns[..., 0, :], straight.thighs_m)
    ankles = scale * there[..., FOOT_BONES, :] + shift[..., None, :] + aside - reach
    turns = _reach(turns, hips, straight, LEG_BONES[:, :3], ankles, FORWARD)
    if hands:
        turns = _reach(
            turns, hips, straight, ARM_BONES, scale * there[..., ARM_BONES[:, 2], :] + shift[..., None, :], BACKWARD
        )
    return _lay(turns, hips, straight, {} if isinstance(body, Body) else body.extras)


def _reach(turns: Array, hips: Array, straight: TPoseRig, limbs: NDArray[np.intp], goals: Array, pole: Array) -> Array:
    """The body's turns with both limbs bent so that they end at the goals (..., 2, 3)."""
    count = turns.shape[-2]
    there = joint_positions(hips, turns, straight.offsets_m[:count])
    root, middle, end = (there[..., limbs[:, i], :] for i in range(3))
    hint = rotation.rotate(turns[..., limbs[:, 0], :], pole)
    upper, lower, _ = solve_two_bone(root, middle, end, goals, hint)
    turns = turns.copy()
    turns[..., limbs[:, 0], :] = rotation.multiply(upper, turns[..., limbs[:, 0], :])
    turns[..., limbs[:, 1], :] = rotation.multiply(lower, turns[..., limbs[:, 1], :])
    return turns


def _lay(turns: Array, hips: Array, straight: TPoseRig, extras: Mapping[str, Array]) -> tuple[Array, Array]:
    """Joints and rotations of the rig for turns of the body's bones, the hips' joint at `hips` (..., 3)."""
    carriers = straight.carriers if turns.shape[-2] == len(BONES) else straight.carriers_core
    carried = turns[..., np.maximum(carriers, 0), :]
    between, following, share = straight.bends
    if len(between):
        # A spine or neck of more joints than the humanoid's bends evenly.
        one, other = carried[..., between, :], turns[..., following, :]
        near = np.where((one * other).sum(axis=-1, keepdims=True) < 0.0, -other, other)
        carried[..., between, :] = rotation.normalise((1.0 - share) * one + share * near)
    for joint, name in straight.spare if extras else ():
        if name in extras:
            carried[..., joint, :] = rotation.multiply(turns[..., carriers[joint], :], extras[name])
    places = straight.tree @ rotation.rotate(carried[..., straight.above, :], straight.steps_m)
    places = places + (hips - places[..., straight.hips, :])[..., None, :]
    fixed = (carriers < 0)[:, None]
    laid = rotation.multiply(carried, straight.turns)
    return np.where(fixed, straight.rig.places_m, places), np.where(fixed, straight.rig.turns, laid)


def motion_from_rig(rig: Rig, places_m: Array, turns: Array, rate: float, fingers: bool = False) -> Motion:
    """The motion of a body that a rig makes: joints (T, J, 3) and rotations (T, J, 4) in the rig's own upright space.

    A bone that the rig has not goes with the one above it. Raises RigError.
    """
    straight = rig.straight
    count = len(BONES) if fingers else CORE_COUNT
    told = rotation.multiply(turns, rotation.conjugate(straight.turns))
    body = np.empty((len(turns), count, 4))
    for bone, name in enumerate(BONES[:count]):
        joint = rig.bones.get(name)
        body[:, bone] = body[:, PARENTS[bone]] if joint is None else told[:, joint]
    for bones in straight.gaps:
        # What lies between two bones that are there turns as far as it lies between them.
        ends = body[:, bones[0]], body[:, bones[-1]]
        for i, bone in enumerate(bones[1:-1], 1):
            body[:, bone] = rotation.slerp(*ends, np.full(len(body), i / (len(bones) - 1)))
    carried = body[:, np.maximum(straight.carriers if fingers else straight.carriers_core, 0)]
    against = rotation.multiply(rotation.conjugate(carried), told)
    extras = {
        name: against[:, j] for j, name in straight.spare if (np.abs(against[:, j, 1:]) > MIN_EXTRA_ROTATION).any()
    }
    seen = np.ones((len(turns), count))
    offsets = straight.offsets_m[:count]
    feet = np.zeros((len(turns), 2), bool)
    return Motion(places_m[:, rig.bones["hips"]], body, offsets, rate, seen, feet, extras)
