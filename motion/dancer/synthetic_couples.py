"""Synthetic couples: captured dancers whose partner is made from a captured motion that they answer.

Few couples were captured, and none of them waves, crouches or jumps. Here a body becomes the late mirror image of its
partner, whole (an echo) or with its arms alone, while trunk and legs go on with a dance of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, joint_positions
from motion.dancer.body_frame import frame_of
from motion.dancer.data import FRAME_RATE, Answer, DanceClip, couples, mirror
from motion.dancer.mirror_image import mirror_image
from motion.resample import cut
from motion.skeleton import BONE_INDEX

Array = NDArray[np.floating]

LAG_FRAMES = (1, 3)
"""Fewest and most frames by which an answer is late. An answer after a breath is a prompt one to an older partner."""
DISTANCE_M = (0.8, 1.8)
"""Nearest and farthest distance of the partner at the start."""
CLEARANCE_M = 0.5
"""Least distance to the mirror, on both sides of which the two bodies stay."""
MAX_MIRROR_M = 2.5
"""Farthest mirror from the first pose: partners that are further away are not watched."""
MIN_SECONDS = 1.5
"""Duration of the shortest synthetic couple, without the stillness before it."""
STILL_FRAMES = 50
"""Frames of stillness before each, for the windows of training need a history."""
MAX_SECONDS = 12.0
"""Duration of the longest piece."""
ARM_SPEED_M_S = 0.45
"""Mean speed of hands in the trunk's frame above which a piece of a clip is a movement of the arms."""
ARM_BONES = [
    BONE_INDEX[side + name] for side in ("left", "right") for name in ("Shoulder", "UpperArm", "LowerArm", "Hand")
]
CHEST = BONE_INDEX["upperChest"]
HANDS = [BONE_INDEX["leftHand"], BONE_INDEX["rightHand"]]


def synthetic_couples(clips: Sequence[DanceClip], share: float, seed: int) -> list[DanceClip]:
    """Synthetic couples of these clips, with about `share` times as many seconds of each of two kinds: echoes of whole
    bodies, and captured dancers, half of them with their partners, with the arms of others."""
    random = np.random.default_rng(seed)
    seconds = share * sum(len(clip.motion) for clip in clips) / FRAME_RATE
    found: list[DanceClip] = []
    for make in (_echoes(clips, random), _arm_answers(clips, random)):
        made = 0.0
        for dancer, partner in make:
            number = len(found) // 2
            dancer, partner = _after_stillness(dancer), _after_stillness(partner)
            names = f"synthetic_{number}a", f"synthetic_{number}b"
            found += [
                replace(dancer, name=names[0], partner=names[1]),
                replace(partner, name=names[1], partner=names[0]),
            ]
            made += len(dancer.motion) / FRAME_RATE
            if made >= seconds:
                break
    return found


def _echoes(clips: Sequence[DanceClip], random: np.random.Generator) -> Iterator[tuple[DanceClip, DanceClip]]:
    """Endlessly: a piece of a clip as the late mirror image of its partner."""
    usable = [clip for clip in clips if len(clip.motion) > MIN_SECONDS * FRAME_RATE + LAG_FRAMES[-1]]
    while usable:
        clip = usable[random.integers(len(usable))]
        lag = int(random.integers(*LAG_FRAMES, endpoint=True))
        piece = _piece(clip.motion, random)
        image = _beyond_mirror(piece, random.uniform(*DISTANCE_M))
        if image is None:
            continue
        dancer, partner = _frames(piece, 0, len(piece) - lag), _frames(image, lag, len(piece))
        answer = Answer(1.0, 1.0, lag / FRAME_RATE)
        yield DanceClip("", clip.style, dancer, answer=answer), DanceClip("", clip.style, partner, leads=True)


def _arm_answers(clips: Sequence[DanceClip], random: np.random.Generator) -> Iterator[tuple[DanceClip, DanceClip]]:
    """Endlessly: a captured dancer, alone or of a couple, with the arms of another clip, whose mirror image leads."""
    pairs = [pair for couple in couples(clips) for pair in (couple, couple[::-1])]
    bases = [clip for clip in clips if len(clip.motion) > MIN_SECONDS * FRAME_RATE + LAG_FRAMES[-1]]
    gestures = [clip for clip in bases if _arm_speed(clip.motion) > ARM_SPEED_M_S]
    while gestures:
        source = gestures[random.integers(len(gestures))]
        lag = int(random.integers(*LAG_FRAMES, endpoint=True))
        leader = bool(pairs) and random.random() < 0.5
        base, other = pairs[random.integers(len(pairs))] if leader else (bases[random.integers(len(bases))], None)
        arms = _piece(source.motion, random)
        count = min(len(arms), len(base.motion) + lag)
        if count - lag < MIN_SECONDS * FRAME_RATE:
            continue
        at = int(random.integers(len(base.motion) - (count - lag) + 1))
        own = _frames(base.motion, at, at + count - lag)
        arms = _frames(arms, 0, count)
        image = _frames(mirror(arms), lag, count)
        dancer = with_arms(own, _frames(arms, 0, count - lag))
        if other is not None:
            partner = with_arms(_frames(other.motion, at, at + count - lag), image)
        else:
            placed = _facing(image, own, random)
            if placed is None:
                continue
            partner = placed
        answer = Answer(1.0, 0.0, lag / FRAME_RATE)
        yield DanceClip("", base.style, dancer, answer=answer), DanceClip("", base.style, partner, leads=True)


def with_arms(motion: Motion, arms: Motion) -> Motion:
    """The motion with the shoulders, arms and hands of another one of the same length."""
    turns = motion.turns.copy()
    chest = rotation.multiply(motion.turns[:, CHEST], rotation.conjugate(arms.turns[:, CHEST]))
    turns[:, ARM_BONES] = rotation.multiply(chest[:, None], arms.turns[:, ARM_BONES])
    return replace(motion, turns=turns)


def _after_stillness(clip: DanceClip) -> DanceClip:
    """The clip after STILL_FRAMES in its first pose."""
    frames, motion = np.maximum(np.arange(-STILL_FRAMES, len(clip.motion)), 0), clip.motion
    still = replace(
        motion,
        hips_m=motion.hips_m[frames],
        turns=motion.turns[frames],
        trust=motion.trust[frames],
        feet=motion.feet[frames],
    )
    return replace(clip, motion=still)


def _piece(motion: Motion, random: np.random.Generator) -> Motion:
    """A random piece of MAX_SECONDS, or the whole motion where that is shorter."""
    count = min(len(motion), round(MAX_SECONDS * FRAME_RATE))
    start = int(random.integers(len(motion) - count + 1))
    return _frames(motion, start, start + count)


def _frames(motion: Motion, start: int, end: int) -> Motion:
    return cut(motion, start / motion.rate, end / motion.rate)


def _ahead(motion: Motion) -> Array:
    """(3,) unit vector to the front of the first pose."""
    first = frame_of(torch.as_tensor(joint_positions(motion.hips_m[0], motion.turns[0], motion.offsets_m)))
    return np.array([-float(first.left[1]), 0.0, float(first.left[0])])


def _beyond_mirror(motion: Motion, distance_m: float) -> Motion | None:
    """The motion's mirror image in front of it; None where the body goes too far ahead for one."""
    farthest = float(((motion.hips_m - motion.hips_m[0]) @ _ahead(motion)).max())
    distance_m = max(distance_m, 2.0 * (farthest + CLEARANCE_M))
    return mirror_image(motion, distance_m) if distance_m <= 2.0 * MAX_MIRROR_M else None


def _facing(motion: Motion, other: Motion, random: np.random.Generator) -> Motion | None:
    """The motion moved so that its first pose stands before the other's and faces it; None where the paths cross."""
    front, distance = _ahead(other), random.uniform(*DISTANCE_M)
    own = _ahead(motion)
    angle = np.arctan2(-front[0], -front[2]) - np.arctan2(own[0], own[2]) + random.normal(0.0, 0.2)
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], angle)
    place = (other.hips_m[0] + distance * front) * (1.0, 0.0, 1.0)
    hips = rotation.rotate(turn, (motion.hips_m - motion.hips_m[0]) * (1.0, 0.0, 1.0)) + place
    hips[:, 1] = motion.hips_m[:, 1]
    moved = replace(motion, hips_m=hips, turns=rotation.multiply(turn, motion.turns))
    apart = np.linalg.norm((moved.hips_m - other.hips_m)[:, ::2], axis=1)
    return moved if apart.min() > CLEARANCE_M else None


def _arm_speed(motion: Motion) -> float:
    """Mean speed of the hands in the trunk's frame, m/s."""
    joints = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    hands = joints[:, HANDS] - joints[:, CHEST, None]
    local = rotation.rotate(rotation.conjugate(motion.turns[:, CHEST])[:, None], hands)
    return float(np.linalg.norm(np.diff(local, axis=0), axis=-1).mean() * FRAME_RATE)
