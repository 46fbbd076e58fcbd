"""Key poses of actions: standing bodies with arms, trunk and height changed, where a motion has arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import t_pose
from motion.contact import move_feet
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.words import Move
from motion.skeleton import BONE_INDEX

Array = NDArray[np.floating]
Direction = tuple[float, float, float]
"""In the body's frame: to its left, up, ahead."""
Arms = Mapping[str, tuple[Direction, Direction]]
"""Upper arm and forearm by side, "left" or "right"."""

HANGING: tuple[Direction, Direction] = ((0.14, -0.99, 0.0), (0.08, -0.98, 0.18))
"""Upper arm and forearm of a body at rest, on its left side."""
TRUNK_SHARE = {"spine": 0.4, "chest": 0.7, "upperChest": 1.0, "neck": 1.0, "head": 0.9}
"""Share of a bow by bone."""


@dataclass(frozen=True)
class KeyPose:
    """A pose of a standing body, changed."""

    after_s: float
    """Time since the pose before."""
    arms: Arms = field(default_factory=dict)
    """By side, directions of upper arm and forearm as those of a left arm; other arms hang."""
    lowered_m: float = 0.0
    """By how much the hips are below where they stand."""
    back_m: float = 0.0
    """By how much they are behind that place."""
    raised_m: float = 0.0
    """By how much the whole body is off the floor."""
    bow_rad: float = 0.0
    hold_s: float = 0.0
    """For how long the pose is held."""


def poses_of(phrase: Move) -> list[KeyPose]:
    """The key poses of a phrase whose action has some, one after the other; they take the phrase's seconds."""
    times, seconds = phrase.times, phrase.seconds
    side = "left" if phrase.side > 0.0 else "right"
    if phrase.name == "wave":
        swings = max(round((seconds - 1.1) / 0.32), 2)
        out, inn = ({side: ((0.75, 0.55, 0.25), lower)} for lower in ((0.5, 0.85, 0.1), (-0.25, 0.95, 0.15)))
        beats = [KeyPose((seconds - 1.1) / swings, arms=out if n % 2 else inn) for n in range(swings)]
        return [KeyPose(0.55, arms=out), *beats, KeyPose(0.55)]
    if phrase.name == "jump":
        one = seconds / times
        return [
            pose
            for _ in range(times)
            for pose in (
                KeyPose(0.3 * one, lowered_m=0.26, bow_rad=0.45, arms=_both((0.2, -0.8, -0.6), (0.1, -0.95, -0.2))),
                KeyPose(0.2 * one, raised_m=0.28, arms=_both((0.45, 0.6, 0.65), (0.3, 0.8, 0.5))),
                KeyPose(0.2 * one, lowered_m=0.2, bow_rad=0.3, arms=_both((0.4, -0.8, 0.4), (0.1, -0.5, 0.85))),
                KeyPose(0.3 * one),
            )
        ]
    shapes: Mapping[str, KeyPose] = {
        "reach": KeyPose(0.7, arms=_both((0.3, 0.75, 0.6), (0.15, 0.85, 0.5))),
        "point": KeyPose(0.6, arms={side: ((0.2, 0.05, 0.98), (0.05, 0.08, 0.99))}),
        "bow": KeyPose(0.7, bow_rad=1.0, back_m=0.12, arms=_both((0.15, -0.97, 0.1), (0.1, -0.97, 0.2))),
        "crouch": KeyPose(0.8, lowered_m=0.4, bow_rad=0.5, arms=_both((0.3, -0.8, 0.5), (0.0, -0.4, 0.9))),
        "sit": KeyPose(
            1.2, lowered_m=0.42, back_m=0.36, bow_rad=0.12, arms=_both((0.2, -0.9, 0.35), (0.0, -0.35, 0.93))
        ),
    }
    shape = shapes.get(phrase.name, KeyPose(0.6))
    stays = phrase.name not in ("reach", "point", "bow")
    return _held(shape, seconds / times, stays) * times


def _both(upper: Direction, lower: Direction) -> Arms:
    return {"left": (upper, lower), "right": (upper, lower)}


def _held(shape: KeyPose, seconds: float, stays: bool) -> list[KeyPose]:
    """The pose, held for what is left of its seconds, and then, unless it stays, the way back to standing."""
    back = 0.0 if stays else 0.6
    scale = min(1.0, seconds / (shape.after_s + back))
    held = replace(shape, after_s=scale * shape.after_s, hold_s=max(seconds - shape.after_s - back, 0.0))
    return [held] if stays else [held, KeyPose(scale * back)]


@dataclass(frozen=True)
class Place:
    """Where on the floor a body stands, and which way it faces."""

    floor_m: Array = field(default_factory=lambda: np.zeros(2))
    """(2,) x and z of the hips."""
    yaw_rad: float = 0.0
    """Angle about the vertical from +Z towards +X."""


def posed(pose: KeyPose, place: Place) -> tuple[Array, Array]:
    """Hips (3,) and turns (22, 4) of the canonical body in a pose at a place."""
    body = t_pose()
    turns = body.turns[: len(CANONICAL_OFFSETS)].copy()
    for side in ("left", "right"):
        arm = pose.arms.get(side, HANGING)
        rest = np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])
        for bones, along in ((("UpperArm",), arm[0]), (("LowerArm", "Hand"), arm[1])):
            wanted = np.array(along) * (rest[0], 1.0, 1.0)
            turn = rotation.between(rest, wanted / np.linalg.norm(wanted))
            for bone in bones:
                turns[BONE_INDEX[side + bone]] = turn
    for bone, share in TRUNK_SHARE.items():
        turns[BONE_INDEX[bone]] = rotation.from_axis_angle([1.0, 0.0, 0.0], share * pose.bow_rad)
    moved = np.array([0.0, -pose.lowered_m, -pose.back_m])
    hips, turns = move_feet(
        body.hips_m + moved, turns, CANONICAL_OFFSETS, np.tile(-moved, (2, 1)), np.zeros(2, dtype=bool)
    )
    about = rotation.from_axis_angle([0.0, 1.0, 0.0], place.yaw_rad)
    hips = rotation.rotate(about, hips * (0.0, 1.0, 0.0) + (0.0, pose.raised_m, -pose.back_m))
    return hips + (place.floor_m[0], 0.0, place.floor_m[1]), rotation.multiply(about, turns)


def place_of(hips_m: Array, left: Array) -> Place:
    """The place of a body with hips (3,) and the unit vector (2,) to its left."""
    return Place(hips_m[::2].copy(), float(np.arctan2(-left[1], left[0])))


def breathing(turns: Array, frames: int, rate: float) -> Array:
    """(F, 22, 4) turns (22, 4) of a body that holds a pose and breathes."""
    lean = 0.02 * np.sin(2.0 * np.pi * 0.25 * np.arange(frames) / rate)
    breath = rotation.from_vector(np.outer(lean, rotation.rotate(turns[0], np.array([1.0, 0.0, 0.0]))))
    held = np.repeat(turns[None], frames, axis=0)
    bones: Sequence[int] = [BONE_INDEX[name] for name in ("chest", "upperChest")]
    held[:, bones] = rotation.multiply(breath[:, None], held[:, bones])
    return held
