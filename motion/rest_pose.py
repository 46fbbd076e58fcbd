"""Other rest poses for a take, and the frames at its start that only show the rest pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.retarget import motion_from_rig
from motion.rig import Rig, RigError
from motion.skeleton import BONE_INDEX
from motion.take import Take, opening_frames

Array = NDArray[np.floating]

LIMB_BONES = [
    BONE_INDEX[f"{side}{bone}"]
    for side in ("left", "right")
    for bone in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg")
]
MAX_T_POSE_ANGLE = np.radians(6.0)
"""Angle from the T-pose, relative to the hips, up to which a limb is in it."""
MAX_HELD_STEP = np.radians(0.05)
"""Angle from frame to frame up to which a pose is held still."""
MAX_REST_ANGLE = np.radians(1.0)
"""Angle from the rest pose, relative to the root, up to which a joint is in it."""


def rest_at_frame(take: Take, frame: int) -> Take:
    """The take of a skeleton that rests as it stands in one frame. Raises ValueError if there is no such frame."""
    if not 0 <= frame < len(take):
        raise ValueError(f"there is no frame {frame} to rest in; there are 0 to {len(take) - 1}")
    rig = replace(take.rig, positions_m=take.positions_m[frame], turns=take.turns[frame], floor_m=None)
    return replace(take, rig=rig)


def rest_like(take: Take, other: Take) -> Take:
    """The take of a skeleton that rests as another recording of it does in its first frame.

    Joints are matched by name; a joint that the other lacks keeps its rotation in its parent's frame. Raises ValueError
    if no bone matches.
    """
    rig, model = take.rig, other.rig
    at = {name: joint for joint, name in enumerate(model.names)}
    if not any(rig.names[joint] in at for joint in rig.bones.values()):
        raise ValueError("the file with the rest pose has none of the skeleton's joints")
    there, here, at_here = other.turns[0], take.turns[0], take.positions_m[0]
    turns, places = np.empty_like(rig.turns), np.empty_like(rig.positions_m)
    for joint, parent in enumerate(rig.parents):
        above = turns[parent] if parent >= 0 else rotation.IDENTITY
        recorded_above = here[parent] if parent >= 0 else rotation.IDENTITY
        step = at_here[joint] - (at_here[parent] if parent >= 0 else 0.0)
        rest_above = rig.turns[parent] if parent >= 0 else rotation.IDENTITY
        local = rotation.multiply(rotation.conjugate(rest_above), rig.turns[joint])
        if (twin := at.get(rig.names[joint])) is not None:
            twin_parent = model.parents[twin]
            twin_above = there[twin_parent] if twin_parent >= 0 else rotation.IDENTITY
            local = rotation.multiply(rotation.conjugate(twin_above), there[twin])
        turns[joint] = rotation.multiply(above, local)
        start = places[parent] if parent >= 0 else np.zeros(3)
        places[joint] = start + rotation.rotate(above, rotation.rotate(rotation.conjugate(recorded_above), step))
    return replace(take, rig=replace(rig, positions_m=places, turns=turns, floor_m=None))


def start_frames(take: Take) -> int:
    """Number of frames at the start that hold a T-pose or the rest pose, or snap out of it; 0 where all of them do.

    A movement that begins in such a pose is no opening: the pose must be held still, or be left with a snap.
    """
    shown = _in_rest(take)
    shown[1:] &= rotation.angle(take.turns[1:], take.turns[:-1]).max(axis=1) < MAX_HELD_STEP
    held = len(take) if shown.all() else int(np.argmin(shown))
    if held == len(take):
        return 0
    return held + opening_frames(take.cut(held)) if held > 1 else opening_frames(take)


def _in_rest(take: Take) -> NDArray[np.bool_]:
    """(T,) whether each frame is a T-pose or the rest pose of the rig."""
    rig: Rig = take.rig
    root = next((joint for joint in range(len(rig.names)) if joint in rig.bones.values()), 0)
    moved = rotation.multiply(take.turns, rotation.conjugate(rig.turns))
    inner = rotation.angle(moved, np.repeat(moved[:, root : root + 1], moved.shape[1], axis=1))
    resting = np.array(inner.max(axis=1) < MAX_REST_ANGLE)
    try:
        body = motion_from_rig(rig, take.positions_m, take.turns, take.rate).turns
    except RigError:
        return resting
    limbs = rotation.angle(body[:, LIMB_BONES], np.repeat(body[:, :1], len(LIMB_BONES), axis=1))
    found: NDArray[np.bool_] = resting | (limbs.max(axis=1) < MAX_T_POSE_ANGLE)
    return found
