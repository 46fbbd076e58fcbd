"""One performance on two skeletons is one motion, however the joints' axes are turned and whatever is held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from motion import files, rotation
from motion.formats import bvh, bvh_rest
from motion.formats.bvh_text import BvhClip
from motion.rig import humanoid_rig
from motion.skeleton import BONES, CORE_COUNT, PARENTS, REST_OFFSETS_M
from motion.take import Take

Array = NDArray[np.float64]

FRAMES = 12
TARGET = humanoid_rig(REST_OFFSETS_M)
NAMES = tuple(bone[0].upper() + bone[1:] for bone in BONES[:CORE_COUNT])


def performance(**held: tuple[float, float, float]) -> BvhClip:
    """A walk on the spot with its arms hanging; `held` are degrees about Z, X and Y by bone, all the time."""
    degrees = np.zeros((FRAMES, CORE_COUNT, 3))
    swing = 20.0 * np.sin(np.arange(FRAMES))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        degrees[:, BONES.index(f"{side}UpperArm"), 0] = -75.0 * sign
        degrees[:, BONES.index(f"{side}LowerArm"), 2] = -15.0 * sign
        degrees[:, BONES.index(f"{side}UpperLeg"), 1] = sign * swing
        degrees[:, BONES.index(f"{side}LowerLeg"), 1] = 25.0 + swing
    for bone, angles in held.items():
        degrees[:, BONES.index(bone)] += angles
    hips = np.tile([0.0, 94.0, 0.0], (FRAMES, 1))
    frames = np.concatenate([hips, degrees.reshape(FRAMES, -1)], axis=1)
    spins = ("Zrotation", "Xrotation", "Yrotation")
    channels = (("Xposition", "Yposition", "Zposition", *spins), *[spins] * (CORE_COUNT - 1))
    offsets = np.array(100.0 * REST_OFFSETS_M[:CORE_COUNT] * (PARENTS[:CORE_COUNT, None] >= 0), float)
    ends = tuple(BONES.index(bone) for bone in ("head", "leftHand", "rightHand", "leftToes", "rightToes"))
    end_offsets = np.array([[0, 18, 0], [10, 0, 0], [-10, 0, 0], [0, 0, 7], [0, 0, 7]], float)
    parents = tuple(PARENTS[:CORE_COUNT].tolist())
    return BvhClip(NAMES, parents, offsets, channels, frames, 30.0, ends, end_offsets)


def turned(clip: BvhClip, axes: Array) -> BvhClip:
    """The same performance of joints whose frames are turned by `axes` (J, 4)."""
    above = np.maximum(clip.parents, 0)
    rooted = np.array(clip.parents)[:, None] < 0
    places, turns = bvh.joint_poses(clip)
    turns = rotation.multiply(turns[:, : len(axes)], axes)
    local = np.where(rooted, turns, rotation.multiply(rotation.conjugate(turns[:, above]), turns))
    degrees = np.degrees(rotation.to_euler(local, "ZXY")).reshape(len(local), -1)
    offsets = np.where(rooted, clip.offsets, rotation.rotate(rotation.conjugate(axes[above]), clip.offsets))
    ends = np.array(rotation.rotate(rotation.conjugate(axes[list(clip.ends)]), clip.end_offsets), float)
    return replace(clip, offsets=offsets, end_offsets=ends, frames=np.concatenate([places[:, 0], degrees], axis=1))


def limb_of(bone: str) -> str:
    if any(part in bone for part in ("Shoulder", "Arm", "Hand")):
        return "left arm" if bone.startswith("left") else "right arm"
    return "legs" if any(part in bone for part in ("Leg", "Foot", "Toes")) else "trunk"


def limb_axes(seed: int, only: str = "") -> Array:
    """(J, 4) axes turned by quarters, alike in all joints of a limb."""
    chance = np.random.default_rng(seed)
    quarters = bvh_rest.quarter_turns()
    chosen = {limb: quarters[chance.integers(24)] for limb in ("trunk", "left arm", "right arm", "legs")}
    return np.array(
        [chosen[limb_of(bone)] if only in limb_of(bone) else rotation.IDENTITY for bone in BONES[:CORE_COUNT]]
    )


def bone_axes(_: int) -> Array:
    """(J, 4) axes of which X lies along each bone and Z points forwards, as many studios have them."""
    found = np.tile(rotation.IDENTITY, (CORE_COUNT, 1))
    for joint, bone in enumerate(BONES[:CORE_COUNT]):
        limb = limb_of(bone)
        way = {"left arm": (1.0, 0.0, 0.0), "right arm": (-1.0, 0.0, 0.0), "trunk": (0.0, 1.0, 0.0)}
        along = way.get(limb, (0.0, -1.0, 0.0))
        side = np.cross((0.0, 0.0, 1.0), along)
        found[joint] = rotation.from_matrix(rotation.matrix_from_columns(np.array(along), side))
    return found


HELD: dict[str, dict[str, tuple[float, float, float]]] = {
    "nothing": {},
    "a hanging head": {"neck": (0.0, 50.0, 0.0)},
    "a turned head": {"head": (0.0, 0.0, 70.0)},
    "a twisted arm": {"leftUpperArm": (0.0, 60.0, 0.0)},
    "a palm that is turned up": {"rightLowerArm": (0.0, 80.0, 0.0)},
    "a bent elbow": {"leftLowerArm": (0.0, 0.0, -95.0)},
    "a bow": {"spine": (0.0, 40.0, 0.0)},
    "a seat": {f"{s}{b}": (0.0, a, 0.0) for s in ("left", "right") for b, a in (("UpperLeg", -90), ("LowerLeg", 65))},
    "a leg turned out": {"leftUpperLeg": (0.0, 0.0, 50.0)},
    "tiptoes": {"leftFoot": (0.0, 50.0, 0.0), "rightFoot": (0.0, 50.0, 0.0)},
    "raised shoulders": {"leftShoulder": (30.0, 0.0, 0.0), "rightShoulder": (-30.0, 0.0, 0.0)},
}


def played(clip: BvhClip) -> Take:
    return files.retarget_onto(bvh.to_take(clip).motion(), TARGET)


@cache
def played_straight(held: str) -> Take:
    """The performance on joints that rest without a turn."""
    clip = performance(**HELD[held])
    plan = bvh.plan_take(clip)
    assert plan.rest == "zero"
    return files.retarget_onto(plan.take(clip).motion(), TARGET)


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize(
    ("axes", "seed"), [(limb_axes, 1), (limb_axes, 2), (lambda seed: limb_axes(seed, "arm"), 3), (bone_axes, 0)]
)
def test_a_performance_is_the_same_on_turned_axes_whatever_is_held(
    axes: Callable[[int], Array], seed: int, held: str
) -> None:
    other = turned(performance(**HELD[held]), axes(seed))
    plan = bvh.plan_take(other)
    assert plan.rest == "structure"
    found = files.retarget_onto(plan.take(other).motion(), TARGET)
    apart = np.degrees(rotation.angle(found.turns, played_straight(held).turns)).max(axis=0)
    assert apart.max() < 1.0, BONES[int(apart.argmax())]


def test_all_clips_of_one_skeleton_rest_alike() -> None:
    axes = limb_axes(4)
    rigs = [bvh.plan_take(turned(performance(**held), axes)).rig for held in HELD.values()]
    for rig in rigs[1:]:
        assert np.degrees(rotation.angle(rig.turns, rigs[0].turns)).max() < 0.1


def test_an_end_site_that_points_aside_does_not_tilt_the_head() -> None:
    """Some programs put every End Site along X, and heads have axes of their own."""
    clip = performance(neck=(0.0, 20.0, 0.0))
    axes = bone_axes(0)
    axes[BONES.index("head")] = rotation.IDENTITY
    other = turned(clip, axes)
    other = replace(other, end_offsets=np.concatenate([[[18.0, 0.0, 0.0]], other.end_offsets[1:]]))
    assert np.degrees(rotation.angle(played(other).turns, played(clip).turns)).max() < 1.0


@pytest.mark.parametrize("end", ["site", "joint"])
@pytest.mark.parametrize("axis", [0, 1], ids="XY")
def test_toes_lie_flat_where_the_axes_of_a_foot_that_slopes_go_on(axis: int, end: str) -> None:
    """One axis of every joint lies along its bone: along the slope of the foot, and along the floor in the toes."""
    clip = performance()
    if end == "joint":
        toes = [i for i, joint in enumerate(clip.ends) if clip.names[joint].endswith("Toes")]
        clip = replace(
            clip,
            names=(*clip.names, *(f"{clip.names[clip.ends[i]]}End" for i in toes)),
            parents=(*clip.parents, *(clip.ends[i] for i in toes)),
            offsets=np.concatenate([clip.offsets, clip.end_offsets[toes]]),
            channels=(*clip.channels, (), ()),
            ends=(*(joint for i, joint in enumerate(clip.ends) if i not in toes), CORE_COUNT, CORE_COUNT + 1),
        )
    axes = np.tile(rotation.IDENTITY, (len(clip.names), 1))
    axes[:CORE_COUNT] = bone_axes(0)
    for joint, name in enumerate(clip.names[:CORE_COUNT]):
        if name.endswith("Foot"):
            slope = REST_OFFSETS_M[joint + 1] / np.linalg.norm(REST_OFFSETS_M[joint + 1])
            axes[joint] = rotation.from_matrix(rotation.matrix_from_columns(slope, np.array([1.0, 0.0, 0.0])))
        if name.endswith("Toes"):
            axes[joint] = rotation.from_matrix(
                rotation.matrix_from_columns(np.array([0, 0, 1.0]), np.array([1.0, 0, 0]))
            )
    if axis:
        axes = rotation.multiply(axes, rotation.from_axis_angle((0.0, 0.0, 1.0), -np.pi / 2.0))
    other = turned(clip, axes)
    assert bvh.plan_take(other).rest == "structure"
    toes = [BONES.index(f"{side}Toes") for side in ("left", "right")]
    assert np.degrees(rotation.angle(played(other).turns, played(clip).turns))[:, toes].max() < 1.0


@pytest.mark.parametrize("angle", [0.0, 45.0, 80.0], ids=["T", "A", "arms down"])
def test_a_zero_pose_in_which_a_person_can_stand_is_the_rest_pose(angle: float) -> None:
    """However the arms are held at rest, they end where they are seen."""
    clip = performance()
    down = np.tile(rotation.IDENTITY, (CORE_COUNT, 1))
    for joint, bone in enumerate(BONES[:CORE_COUNT]):
        if limb_of(bone).endswith("arm") and "Shoulder" not in bone:
            sign = 1.0 if bone.startswith("left") else -1.0
            down[joint] = rotation.from_axis_angle((0.0, 0.0, 1.0), sign * np.radians(angle))
    other = turned(clip, down)
    assert bvh.plan_take(other).rest == "zero"
    assert np.degrees(rotation.angle(played(other).turns, played(clip).turns)).max() < 1.0
