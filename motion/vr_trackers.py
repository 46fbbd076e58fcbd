"""OSC trackers for VR: the messages of the trackers that a body would wear, as VRChat documents them.

`/tracking/trackers/1..8/position` and `/rotation`, and the same of `head`: three numbers each, in Unity's left-handed
space with Y up; metres, and Euler angles in degrees which turn about Z, then X, then Y of the world. The room lies in
that space as in `motion.vmc` for VRM 0: a person who faces the wall looks along +Z. The head aligns the two spaces.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body, joint_positions
from motion.skeleton import BONE_INDEX
from motion.vmc import HALF_TURN, OscMessage

Array = NDArray[np.floating]

Part = Literal["head", "hips", "chest", "feet", "knees", "elbows"]
PARTS: tuple[Part, ...] = ("head", "hips", "chest", "feet", "knees", "elbows")

TRACKERS: tuple[tuple[str, Part, str, str], ...] = (
    ("head", "head", "head", "head"),
    ("1", "hips", "hips", "hips"),
    ("2", "chest", "chest", "chest"),
    ("3", "feet", "leftFoot", "leftFoot"),
    ("4", "feet", "rightFoot", "rightFoot"),
    ("5", "knees", "leftLowerLeg", "leftUpperLeg"),
    ("6", "knees", "rightLowerLeg", "rightUpperLeg"),
    ("7", "elbows", "leftLowerArm", "leftUpperArm"),
    ("8", "elbows", "rightLowerArm", "rightUpperArm"),
)
"""Name, part of the body, bone at whose joint the tracker sits, and bone whose rotation it has."""
_POSITION_BONES = np.array([BONE_INDEX[bone] for _, _, bone, _ in TRACKERS])
_ROTATION_BONES = np.array([BONE_INDEX[bone] for _, _, _, bone in TRACKERS])


def tracker_messages(body: Body, parts: Collection[Part] = PARTS) -> list[OscMessage]:
    """Position and rotation of every tracker of these parts."""
    places = joint_positions(body.hips_m, body.turns, body.offsets_m)[_POSITION_BONES] * (1.0, 1.0, -1.0)
    turns = rotation.multiply(HALF_TURN, body.turns[_ROTATION_BONES] * (1.0, 1.0, -1.0, -1.0))
    messages: list[OscMessage] = []
    for (name, part, _, _), place, angles in zip(TRACKERS, places.tolist(), unity_euler(turns).tolist(), strict=True):
        if part in parts:
            messages.append((f"/tracking/trackers/{name}/position", tuple(place)))
            messages.append((f"/tracking/trackers/{name}/rotation", tuple(angles)))
    return messages


def unity_euler(turns: Array) -> Array:
    """(..., 3) degrees about X, Y, Z for quaternions in Unity's space, applied about Z, then X, then Y of the world."""
    return np.degrees(rotation.to_euler(turns, "YXZ"))[..., [1, 0, 2]]
