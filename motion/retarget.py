"""Retargeting: poses any rig as a body moves, and reads a rig's movement as the motion of a body."""

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
"""How far the character travels: scaled by the length of its legs; exactly as the body does; not at all."""
MAX_SLIDE = 0.15
"""Largest change of a foot's offset, as a share of the way that the foot moves."""
MAX_FOOT_OFFSET = 0.15
"""Distance of a standing foot from its place by proportions, in leg lengths, beyond which it slides after all."""
SUPPORT_HEIGHT_M = 0.06
"""Height by which one foot must be lower than the other to carry most of the body."""
HIPS_SHIFT_HZ = 3.0
"""Cutoff of the low-pass, applied twice, of the hips' shift."""
MIN_EXTRA_ROTATION = 1e-5
"""Half a rotation, rad, by which a joint that is no bone must turn to be kept."""
HORIZONTAL = np.array([1.0, 0.0, 1.0])
KNEE_POLE = np.array([0.0, 0.0, 1.0])
ELBOW_POLE = np.array([0.0, 0.0, -1.0])


class FootPlacement:
    """Offsets of a character's feet and hips from the scaled body's, pose by pose.

    A character with a wider pelvis or longer feet needs its feet elsewhere; the offset changes only while a foot moves,
    so that a standing one does not slide. The hips follow smoothly.
    """

    def __init__(self, rate: float = 60.0) -> None:
        """`rate` is in poses a second."""
        self._blend = float(blend_factor_hz(HIPS_SHIFT_HZ, 1.0 / rate))
        self._offset: Array | None = None
        self._balls: Array = np.zeros(3)
        self._half: Array = np.zeros(3)
        self._hips_shift: Array = np.zeros(3)

    def step(
        self, balls: Array, built: Array, carries: Array, level: Array, max_offset_m: float
    ) -> tuple[Array, Array]:
        """The offsets of both feet (2, 3) and of the hips (3,).

        `balls` (2, 3) are the balls of the feet by scale alone, `built` (2, 3) the offsets that the character's
        proportions ask for, `carries` (2, 1) the share of the body that each foot carries, and `level` (2, 3) how much
        higher the balls stand. Feet stay within `max_offset_m` of `built`.
        """
        target = built * HORIZONTAL
        first = self._offset is None
        if self._offset is None:
            self._offset = target
        else:
            way = target - self._offset
            length = rotation.length(way)
            allowed = np.maximum(MAX_SLIDE * rotation.length(balls - self._balls), length - max_offset_m)
            self._offset = self._offset + way * np.minimum(1.0, allowed / np.maximum(length, 1e-9))
        self._balls = balls
        # The hips move with the foot that carries them, so that its leg stays as straight as it was.
        shift = (carries * (self._offset + level - built)).sum(axis=0)
        self._half = shift if first else self._half + self._blend * (shift - self._half)
        self._hips_shift = shift if first else self._hips_shift + self._blend * (self._half - self._hips_shift)
        return self._offset + level, self._hips_shift


def pose_rig(
    body: Body | Motion,
    rig: Rig,
    travel: Travel = "scaled",
    hands: bool = False,
    placement: FootPlacement | None = None,
) -> tuple[Array, Array]:
    """The rig's joints (..., J, 3) in metres and their rotations (..., J, 4) in the room, for a body's pose or motion.

    Every bone of the character turns as the body's does, from T-pose to T-pose. Then IK puts the balls of the feet
    where the body's are, scaled by the length of the legs, so that standing feet stay in place; with `hands` also the
    wrists, so that hands keep what they touch. For one pose after another pass the same `placement`. Raises RigError.
    """
    target = rig.t_pose
    turns, offsets = body.turns, body.offsets_m
    scale = target.leg_m / leg_length_m(offsets)
    joints = joint_positions(body.hips_m, turns, offsets)
    roots = 0.5 * (joints[..., LEG_BONES[0, 0], :] + joints[..., LEG_BONES[1, 0], :])
    shift = np.zeros(3)
    if travel == "still":
        shift = -scale * roots * HORIZONTAL
    elif travel == "room":
        shift = (1.0 - scale) * roots * HORIZONTAL
    shift = shift + (0.0, target.ankle_m - scale * ankle_height_m(offsets), 0.0)
    # Offsets of the balls of the feet that the character's proportions alone make.
    wide = target.offsets_m[THIGH_BONES] - scale * offsets[THIGH_BONES]
    has_balls = target.has_toes and bool(offsets[TOE_BONES[0], 2])
    longer = target.offsets_m[TOE_BONES] - scale * offsets[TOE_BONES] if has_balls else np.zeros((2, 3))
    built = rotation.rotate(turns[..., :1, :], wide - 0.5 * (wide[0] + wide[1]))
    reach = rotation.rotate(turns[..., FOOT_BONES, :], longer)
    built = built + reach
    balls = scale * joints[..., TOE_BONES if has_balls else FOOT_BONES, :]
    height = balls[..., 1] / (SUPPORT_HEIGHT_M * scale)
    carries = np.exp(height.min(axis=-1, keepdims=True) - height)
    carries = (carries / carries.sum(axis=-1, keepdims=True))[..., None]
    level, max_offset_m = longer * (0.0, 1.0, 0.0), MAX_FOOT_OFFSET * target.leg_m
    if isinstance(body, Body):
        placement = placement or FootPlacement()
        foot_offsets, hips_shift = placement.step(balls, built, carries, level, max_offset_m)
    else:
        placement = placement or FootPlacement(body.rate)
        steps = [placement.step(*frame, level, max_offset_m) for frame in zip(balls, built, carries, strict=True)]
        foot_offsets, hips_shift = (np.stack(values) for values in zip(*steps, strict=True))
    hips = scale * roots + shift + hips_shift - rotation.rotate(turns[..., 0, :], target.hip_centre_m)
    ankles = scale * joints[..., FOOT_BONES, :] + shift[..., None, :] + foot_offsets - reach
    turns = _reach(turns, hips, target, LEG_BONES[:, :3], ankles, KNEE_POLE)
    if hands:
        wrists = scale * joints[..., ARM_BONES[:, 2], :] + shift[..., None, :]
        turns = _reach(turns, hips, target, ARM_BONES, wrists, ELBOW_POLE)
    return _lay(turns, hips, target, {} if isinstance(body, Body) else body.extras)


def _reach(turns: Array, hips: Array, target: TPoseRig, limbs: NDArray[np.intp], goals: Array, pole: Array) -> Array:
    """The body's turns with both limbs bent so that they end at the goals (..., 2, 3)."""
    count = turns.shape[-2]
    joints = joint_positions(hips, turns, target.offsets_m[:count])
    root, middle, end = (joints[..., limbs[:, i], :] for i in range(3))
    poles = rotation.rotate(turns[..., limbs[:, 0], :], pole)
    upper, lower, _ = solve_two_bone(root, middle, end, goals, poles)
    turns = turns.copy()
    turns[..., limbs[:, 0], :] = rotation.multiply(upper, turns[..., limbs[:, 0], :])
    turns[..., limbs[:, 1], :] = rotation.multiply(lower, turns[..., limbs[:, 1], :])
    return turns


def _lay(turns: Array, hips: Array, target: TPoseRig, extras: Mapping[str, Array]) -> tuple[Array, Array]:
    """Joints and rotations of the rig for turns of the body's bones, with the hips' joint at `hips` (..., 3)."""
    carriers = target.carriers if turns.shape[-2] == len(BONES) else target.core_carriers
    carried = turns[..., np.maximum(carriers, 0), :]
    between, following, share = target.spine_bends
    if len(between):
        # A spine or neck with more joints than the humanoid's bends evenly.
        one, other = carried[..., between, :], turns[..., following, :]
        near = np.where((one * other).sum(axis=-1, keepdims=True) < 0.0, -other, other)
        carried[..., between, :] = rotation.normalise((1.0 - share) * one + share * near)
    for joint, name in target.extra_joints if extras else ():
        if name in extras:
            carried[..., joint, :] = rotation.multiply(turns[..., carriers[joint], :], extras[name])
    places = target.ancestry @ rotation.rotate(carried[..., target.parent_or_root, :], target.steps_m)
    places = places + (hips - places[..., target.hips_joint, :])[..., None, :]
    fixed = (carriers < 0)[:, None]
    laid = rotation.multiply(carried, target.turns)
    return np.where(fixed, target.rig.positions_m, places), np.where(fixed, target.rig.turns, laid)


def motion_from_rig(rig: Rig, positions_m: Array, turns: Array, rate: float, fingers: bool = False) -> Motion:
    """The motion of a rig's body: joints (T, J, 3) and rotations (T, J, 4) in the rig's own upright space.

    A bone that the rig lacks has its parent's rotation. Raises RigError.
    """
    source = rig.t_pose
    count = len(BONES) if fingers else CORE_COUNT
    from_t_pose = rotation.multiply(turns, rotation.conjugate(source.turns))
    body = np.empty((len(turns), count, 4))
    for bone, name in enumerate(BONES[:count]):
        joint = rig.bones.get(name)
        body[:, bone] = body[:, PARENTS[bone]] if joint is None else from_t_pose[:, joint]
    for bones in source.missing_spine:
        # Missing bones between two that exist share the bend evenly.
        ends = body[:, bones[0]], body[:, bones[-1]]
        for i, bone in enumerate(bones[1:-1], 1):
            body[:, bone] = rotation.slerp(*ends, np.full(len(body), i / (len(bones) - 1)))
    carried = body[:, np.maximum(source.carriers if fingers else source.core_carriers, 0)]
    relative = rotation.multiply(rotation.conjugate(carried), from_t_pose)
    extras = {
        name: relative[:, j]
        for j, name in source.extra_joints
        if (np.abs(relative[:, j, 1:]) > MIN_EXTRA_ROTATION).any()
    }
    trust = np.ones((len(turns), count))
    offsets = source.offsets_m[:count]
    feet = np.zeros((len(turns), 2), bool)
    return Motion(positions_m[:, rig.bones["hips"]], body, offsets, rate, trust, feet, extras)
