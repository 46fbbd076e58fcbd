"""Export profiles: unit, axes, joint names, root joint and twist joints that an animation program expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import joint_positions, local_rotations
from motion.rig import Rig
from motion.skeleton import AIM_BONES, BONE_INDEX, BONES, PARENTS
from motion.take import Take, UpAxis

Array = NDArray[np.floating]

ProfileName = Literal["blender", "unreal", "unity", "maya"]

HORIZONTAL = np.array([1.0, 0.0, 1.0])
TO_Z_UP = rotation.from_axis_angle((1.0, 0.0, 0.0), np.pi / 2.0)
"""From Y up and facing +Z to Z up and facing -Y."""
TWISTED_BONES = ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg")
"""Bones along which twist joints lie."""
TWIST_SHARE = 0.5
"""Share of a twist that a twist joint takes, and of the bone's length at which the joint lies."""
FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")


@dataclass(frozen=True)
class Profile:
    """What one program expects of a skeleton."""

    name: ProfileName
    unit_m: float
    """Length of a BVH's unit in metres; glTF is in metres by definition."""
    up: UpAxis
    """Up axis of a BVH; glTF has Y up by definition."""
    root: str
    """Name of the joint on the floor that carries the way, above the hips."""
    names: Mapping[str, str]
    """Name of each bone's joint."""
    twists: Mapping[str, str]
    """Name of the twist joint along each bone that has one."""


def _sides(rows: Mapping[str, str], left: str, right: str) -> dict[str, str]:
    """Names of both sides' bones, for rows with {side}."""
    return {
        f"{side}{bone}": name.format(side=word)
        for side, word in (("left", left), ("right", right))
        for bone, name in rows.items()
    }


def _fingers(form: str, words: Mapping[str, str], left: str, right: str) -> dict[str, str]:
    """Names of finger joints, for a form with {side}, {finger} and {number}."""
    parts = dict.fromkeys(FINGERS, ("Proximal", "Intermediate", "Distal"))
    parts["Thumb"] = ("Metacarpal", "Proximal", "Distal")
    return {
        f"{side}{finger}{part}": form.format(side=word, finger=words.get(finger, finger), number=number)
        for side, word in (("left", left), ("right", right))
        for finger in FINGERS
        for number, part in enumerate(parts[finger], 1)
    }


def _unity() -> dict[str, str]:
    names = {bone: bone[0].upper() + bone[1:] for bone in BONES}
    thumbs = {"Metacarpal": "Proximal", "Proximal": "Intermediate"}
    for side in ("left", "right"):
        for part, theirs in thumbs.items():
            names[f"{side}Thumb{part}"] = f"{side.capitalize()}Thumb{theirs}"
    return names


_BLENDER = {
    "Shoulder": "shoulder.{side}",
    "UpperArm": "upper_arm.{side}",
    "LowerArm": "forearm.{side}",
    "Hand": "hand.{side}",
    "UpperLeg": "thigh.{side}",
    "LowerLeg": "shin.{side}",
    "Foot": "foot.{side}",
    "Toes": "toe.{side}",
    "Eye": "eye.{side}",
}
_UNREAL = {
    "Shoulder": "clavicle_{side}",
    "UpperArm": "upperarm_{side}",
    "LowerArm": "lowerarm_{side}",
    "Hand": "hand_{side}",
    "UpperLeg": "thigh_{side}",
    "LowerLeg": "calf_{side}",
    "Foot": "foot_{side}",
    "Toes": "ball_{side}",
    "Eye": "eye_{side}",
}
_MAYA = {
    "Shoulder": "{side}Shoulder",
    "UpperArm": "{side}Arm",
    "LowerArm": "{side}ForeArm",
    "Hand": "{side}Hand",
    "UpperLeg": "{side}UpLeg",
    "LowerLeg": "{side}Leg",
    "Foot": "{side}Foot",
    "Toes": "{side}ToeBase",
    "Eye": "{side}Eye",
}
_SMALL = {finger: finger.lower() for finger in FINGERS} | {"Little": "pinky"}

PROFILES: Mapping[str, Profile] = {
    "blender": Profile(
        "blender",
        1.0,
        "Y",
        "root",
        {bone: bone for bone in ("hips", "spine", "chest", "neck", "head", "jaw")}
        | {"upperChest": "upper_chest"}
        | _sides(_BLENDER, "L", "R")
        | _fingers("{finger}.0{number}.{side}", {f: f"f_{w}" for f, w in _SMALL.items() if f != "Thumb"}, "L", "R")
        | {
            f"{side}Thumb{part}": f"thumb.0{number}.{word}"
            for side, word in (("left", "L"), ("right", "R"))
            for number, part in enumerate(("Metacarpal", "Proximal", "Distal"), 1)
        },
        {},
    ),
    "unreal": Profile(
        "unreal",
        0.01,
        "Z",
        "root",
        {
            "hips": "pelvis",
            "spine": "spine_01",
            "chest": "spine_02",
            "upperChest": "spine_03",
            "neck": "neck_01",
            "head": "head",
            "jaw": "jaw",
        }
        | _sides(_UNREAL, "l", "r")
        | _fingers("{finger}_0{number}_{side}", _SMALL, "l", "r"),
        _sides(
            {
                "UpperArm": "upperarm_twist_01_{side}",
                "LowerArm": "lowerarm_twist_01_{side}",
                "UpperLeg": "thigh_twist_01_{side}",
                "LowerLeg": "calf_twist_01_{side}",
            },
            "l",
            "r",
        ),
    ),
    "unity": Profile("unity", 1.0, "Y", "Root", _unity(), {}),
    "maya": Profile(
        "maya",
        0.01,
        "Y",
        "Reference",
        {
            "hips": "Hips",
            "spine": "Spine",
            "chest": "Spine1",
            "upperChest": "Spine2",
            "neck": "Neck",
            "head": "Head",
            "jaw": "Jaw",
        }
        | _sides(_MAYA, "Left", "Right")
        | _fingers("{side}Hand{finger}{number}", {"Little": "Pinky"}, "Left", "Right"),
        _sides(
            {
                "UpperArm": "Leaf{side}ArmRoll1",
                "LowerArm": "Leaf{side}ForeArmRoll1",
                "UpperLeg": "Leaf{side}UpLegRoll1",
                "LowerLeg": "Leaf{side}LegRoll1",
            },
            "Left",
            "Right",
        ),
    ),
}
"""Profiles by name; docs/animation.md has their sources."""


def profile_take(take: Take, profile: Profile) -> Take:
    """The take on a skeleton of the profile: its names, axes, root and twist joints; in metres still.

    The skeleton has the bones and proportions of the take's own body, and rests in a T-pose without rotations. Raises
    RigError.
    """
    motion = take.motion(fingers=True)
    bones = [bone for bone, name in enumerate(BONES) if name in take.rig.bones]
    at = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    rest = joint_positions(motion.offsets_m[0], np.tile(rotation.IDENTITY, (len(BONES), 1)), motion.offsets_m)
    names, parents = [profile.root], [-1]
    places, turns = [motion.hips_m * HORIZONTAL], [np.tile(rotation.IDENTITY, (len(motion), 1))]
    rests = [rest[0] * HORIZONTAL]
    joints: dict[int, int] = {}
    for bone in bones:
        parent = _nearest(int(PARENTS[bone]), joints)
        joints[bone] = len(names)
        names.append(profile.names[BONES[bone]])
        parents.append(joints[parent] if parent >= 0 else 0)
        places.append(at[:, bone])
        turns.append(motion.turns[:, bone])
        rests.append(rest[bone])
    local = local_rotations(motion.turns)
    for bone in bones:
        if BONES[bone] in profile.twists and (end := BONE_INDEX[AIM_BONES[BONES[bone]]]) in joints:
            names.append(profile.twists[BONES[bone]])
            parents.append(joints[bone])
            places.append((1.0 - TWIST_SHARE) * at[:, bone] + TWIST_SHARE * at[:, end])
            turns.append(rotation.multiply(motion.turns[:, bone], _twist(local, motion.offsets_m, bone, end)))
            rests.append((1.0 - TWIST_SHARE) * rest[bone] + TWIST_SHARE * rest[end])
    positions, rotations = np.stack(places, axis=1), np.stack(turns, axis=1)
    rest_m, rest_turns = np.stack(rests), np.tile(rotation.IDENTITY, (len(names), 1))
    if profile.up == "Z":
        positions, rest_m = rotation.rotate(TO_Z_UP, positions), rotation.rotate(TO_Z_UP, rest_m)
        rotations, rest_turns = rotation.multiply(TO_Z_UP, rotations), rotation.multiply(TO_Z_UP, rest_turns)
    rig = Rig(tuple(names), tuple(parents), rest_m, rest_turns, {BONES[b]: j for b, j in joints.items()}, 0.0)
    return Take(rig, positions, rotations, take.rate)


def _nearest(bone: int, known: Mapping[int, int]) -> int:
    """A bone, or its nearest ancestor, that is known; -1 for none."""
    while bone >= 0 and bone not in known:
        bone = int(PARENTS[bone])
    return bone


def _twist(local: Array, offsets_m: Array, bone: int, end: int) -> Array:
    """(T, 4) rotation of a twist joint relative to its bone.

    An upper bone's twist joint undoes a part of the bone's own roll, so that the skin at the body stays; a lower one's
    takes a part of the roll of hand or foot.
    """
    axis = offsets_m[end] / max(float(np.linalg.norm(offsets_m[end])), 1e-9)
    is_upper = "Upper" in BONES[bone]
    roll = rotation.swing_twist(local[:, bone if is_upper else end], axis)[1]
    roll = rotation.conjugate(roll) if is_upper else roll
    return rotation.slerp(np.tile(rotation.IDENTITY, (len(roll), 1)), roll, np.full(len(roll), TWIST_SHARE))
