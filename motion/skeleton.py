"""The canonical skeleton: the bones of VRM 1.0 in a T-pose, in metres; bone tables by limb; ancestry matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

_CORE = (
    ("hips", "", (0.0, 0.94, 0.0)),
    ("spine", "hips", (0.0, 1.03, 0.0)),
    ("chest", "spine", (0.0, 1.15, -0.01)),
    ("upperChest", "chest", (0.0, 1.28, -0.015)),
    ("neck", "upperChest", (0.0, 1.42, -0.015)),
    ("head", "neck", (0.0, 1.515, 0.005)),
    ("leftShoulder", "upperChest", (0.03, 1.385, -0.01)),
    ("leftUpperArm", "leftShoulder", (0.17, 1.385, -0.015)),
    ("leftLowerArm", "leftUpperArm", (0.45, 1.385, -0.015)),
    ("leftHand", "leftLowerArm", (0.70, 1.385, -0.015)),
    ("leftUpperLeg", "hips", (0.09, 0.90, 0.0)),
    ("leftLowerLeg", "leftUpperLeg", (0.09, 0.49, 0.0)),
    ("leftFoot", "leftLowerLeg", (0.09, 0.085, -0.02)),
    ("leftToes", "leftFoot", (0.09, 0.025, 0.11)),
)
"""Bone, parent, and position of its joint in the T-pose of an adult of 1.70 m who faces +Z, left side at +X."""
_FINGERS = (
    ("Thumb", ("Metacarpal", "Proximal", "Distal"), (0.73, 1.37, 0.02), (0.025, -0.01, 0.025)),
    ("Index", ("Proximal", "Intermediate", "Distal"), (0.79, 1.385, 0.015), (0.032, 0.0, 0.0)),
    ("Middle", ("Proximal", "Intermediate", "Distal"), (0.795, 1.388, -0.007), (0.034, 0.0, 0.0)),
    ("Ring", ("Proximal", "Intermediate", "Distal"), (0.79, 1.385, -0.028), (0.031, 0.0, 0.0)),
    ("Little", ("Proximal", "Intermediate", "Distal"), (0.78, 1.38, -0.047), (0.025, 0.0, 0.0)),
)
"""Finger, its bones, position of the first joint, and the offset from one joint to the next."""
_TIPS = (("head", (0.0, 1.70, 0.02)), ("leftHand", (0.795, 1.388, -0.007)), ("leftToes", (0.09, 0.02, 0.18)))
"""Ends of bones without a child: the crown, the knuckle of the middle finger, the tip of the toes."""


def _table() -> tuple[list[str], list[str], list[tuple[float, float, float]]]:
    rows: list[tuple[str, str, tuple[float, float, float]]] = list(_CORE)
    rows += [_right(row) for row in _CORE if row[0].startswith("left")]
    rows += [("leftEye", "head", (0.032, 1.60, 0.075)), ("rightEye", "head", (-0.032, 1.60, 0.075))]
    rows += [("jaw", "head", (0.0, 1.55, 0.02))]
    for finger, parts, first, step in _FINGERS:
        parent = "leftHand"
        for i, part in enumerate(parts):
            place = np.add(first, np.multiply(i, step))
            rows.append((f"left{finger}{part}", parent, (float(place[0]), float(place[1]), float(place[2]))))
            parent = f"left{finger}{part}"
    rows += [_right(row) for row in rows if row[0].startswith(tuple(f"left{finger[0]}" for finger in _FINGERS))]
    return [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]


def _right(row: tuple[str, str, tuple[float, float, float]]) -> tuple[str, str, tuple[float, float, float]]:
    name, parent, (x, y, z) = row
    return "right" + name.removeprefix("left"), mirrored_bone(parent), (-x, y, z)


def mirrored_bone(bone: str) -> str:
    """The same bone of the other side."""
    if bone.startswith("left"):
        return "right" + bone.removeprefix("left")
    return "left" + bone.removeprefix("right") if bone.startswith("right") else bone


_names, _parents, _places = _table()

BONES: tuple[str, ...] = tuple(_names)
"""All 55, parents first: 22 core bones, then eyes, jaw and fingers. Arrays over bones hold the first 22 or all."""
BONE_INDEX: Mapping[str, int] = MappingProxyType({name: i for i, name in enumerate(BONES)})
PARENTS: NDArray[np.intp] = np.array([BONE_INDEX.get(name, -1) for name in _parents])
"""(55,) index of each bone's parent, always a smaller one; -1 for the hips."""
REST_POSITIONS_M: Array = np.array(_places)
"""(55, 3) positions of the joints in the T-pose, metres."""
REST_OFFSETS_M: Array = REST_POSITIONS_M - np.where(PARENTS[:, None] < 0, 0.0, REST_POSITIONS_M[PARENTS])
"""(55, 3) from the parent's joint in the T-pose, metres; the hips' from the floor."""
CORE_COUNT = 2 * len(_CORE) - 6
"""Number of bones of a body without fingers."""
CORE_CARRIERS: NDArray[np.intp] = np.arange(len(BONES))
"""(55,) the core bone that carries each bone: itself, or its nearest ancestor among them."""
for _bone in range(CORE_COUNT, len(BONES)):
    CORE_CARRIERS[_bone] = CORE_CARRIERS[PARENTS[_bone]]
SPINE_BONES = ("hips", "spine", "chest", "upperChest", "neck", "head")
REQUIRED_BONES = frozenset(
    {"hips", "spine", "head"}
    | {f"{s}{b}" for s in ("left", "right") for b in ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")}
)
"""Bones that every humanoid must have (VRM 1.0)."""
AIM_BONES: Mapping[str, str] = MappingProxyType(
    dict(pairwise(SPINE_BONES))
    | {
        f"{side}{a}": f"{side}{b}"
        for side in ("left", "right")
        for a, b in (
            ("Shoulder", "UpperArm"),
            ("UpperArm", "LowerArm"),
            ("LowerArm", "Hand"),
            ("UpperLeg", "LowerLeg"),
            ("LowerLeg", "Foot"),
            ("Foot", "Toes"),
        )
    }
)
"""The bone at whose joint each bone ends."""
BONE_TIPS_M: Mapping[str, Array] = MappingProxyType(
    {name: np.array(end) - REST_POSITIONS_M[BONE_INDEX[name]] for name, end in _TIPS}
    | {
        mirrored_bone(name): (np.array(end) - REST_POSITIONS_M[BONE_INDEX[name]]) * (-1.0, 1.0, 1.0)
        for name, end in _TIPS
    }
)
"""(3,) the ends of bones without a child, from their joints in the T-pose, metres."""
LEG_BONES: NDArray[np.intp] = np.array(
    [[BONE_INDEX[f"{side}{bone}"] for bone in ("UpperLeg", "LowerLeg", "Foot", "Toes")] for side in ("left", "right")]
)
"""(2, 4) thigh, shin, foot and toes of the left and of the right leg."""
ARM_BONES: NDArray[np.intp] = np.array(
    [[BONE_INDEX[f"{side}{bone}"] for bone in ("UpperArm", "LowerArm", "Hand")] for side in ("left", "right")]
)
"""(2, 3) upper arm, forearm and hand of the left and of the right arm."""
THIGH_BONES = LEG_BONES[:, 0]
"""(2,) left and right; their joints are the hip joints."""
FOOT_BONES = LEG_BONES[:, 2]
"""(2,) left and right; their joints are the ankles."""
TOE_BONES = LEG_BONES[:, 3]
"""(2,) left and right; their joints are the balls of the feet."""
TOES_HEIGHT_M = float(REST_POSITIONS_M[BONE_INDEX["leftToes"], 1])
"""Height of the toes' joint over the floor when a body of canonical size stands."""


def ancestry(parents: Sequence[int] | NDArray[np.intp]) -> Array:
    """(J, J) with 1 where the column's joint is the row's or an ancestor: as a factor it sums offsets from the root."""
    tree = np.eye(len(parents))
    for joint, parent in enumerate(parents):
        if parent >= 0:
            tree[joint] += tree[parent]
    return tree


ANCESTRY = ancestry(PARENTS)
