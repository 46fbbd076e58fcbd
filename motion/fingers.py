"""Fingers of bodies that were seen without them: a relaxed hand, closed a little more towards the little finger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion
from motion.skeleton import BONES, CORE_COUNT, PARENTS, REST_OFFSETS_M

Array = NDArray[np.floating]

CURL_DEG = {"Index": (18.0, 26.0, 14.0), "Middle": (24.0, 32.0, 18.0), "Ring": (28.0, 36.0, 20.0)}
CURL_DEG |= {"Little": (32.0, 36.0, 20.0)}
"""Bend of the joints of each finger, from the knuckle outwards, of a hand that hangs at ease."""
FINGERS = (*CURL_DEG, "Thumb")
SPREAD_DEG = {"Index": -3.0, "Middle": 0.0, "Ring": 2.0, "Little": 4.0}
"""Turn of each finger at the knuckle towards the middle one."""
THUMB_CURL_DEG = (8.0, 14.0, 18.0)
"""Bend of the thumb's joints towards the palm."""


def _relaxed() -> Array:
    """(55, 4) rotations relative to the parents; only those of fingers are none."""
    turns = np.tile(rotation.IDENTITY, (len(BONES), 1))
    for bone, name in enumerate(BONES):
        side = 1.0 if name.startswith("left") else -1.0
        finger = name.removeprefix("left").removeprefix("right")
        for joint, part in enumerate(("Proximal", "Intermediate", "Distal")):
            if finger.removesuffix(part) in CURL_DEG and finger.endswith(part):
                # A left hand of the T-pose points to +X with its palm down.
                kind = finger.removesuffix(part)
                curl = rotation.from_axis_angle((0.0, 0.0, -side), np.radians(CURL_DEG[kind][joint]))
                spread = rotation.from_axis_angle((0.0, -side, 0.0), np.radians(SPREAD_DEG[kind]))
                turns[bone] = rotation.multiply(spread, curl) if joint == 0 else curl
        for joint, part in enumerate(("Metacarpal", "Proximal", "Distal")):
            if finger == f"Thumb{part}":
                turns[bone] = rotation.from_axis_angle((0.0, side, 0.0), np.radians(THUMB_CURL_DEG[joint]))
    return turns


RELAXED = _relaxed()
"""(55, 4) rotations of the bones of a relaxed hand relative to their parents."""


def relax_fingers(motion: Motion, present: Collection[str] = ()) -> Motion:
    """The motion with eyes, jaw and fingers, those of each hand relaxed if none of its fingers is among the bones
    `present` in the source; missing fingers are of canonical proportions."""
    count = len(BONES)
    turns, trust, offsets = np.empty((len(motion), count, 4)), np.zeros((len(motion), count)), motion.offsets_m
    own = motion.turns.shape[1]
    turns[:, :own], trust[:, :own] = motion.turns, motion.trust
    free = {side for side in ("left", "right") if not any(_is_finger(name, side) for name in present)}
    for bone in range(CORE_COUNT, count):
        name = BONES[bone]
        if bone >= own or any(_is_finger(name, side) for side in free):
            turns[:, bone] = rotation.multiply(turns[:, PARENTS[bone]], RELAXED[bone])
            trust[:, bone] = trust[:, PARENTS[bone]]
    size = float(np.linalg.norm(offsets[1:CORE_COUNT]) / np.linalg.norm(REST_OFFSETS_M[1:CORE_COUNT]))
    offsets = np.concatenate([offsets, size * REST_OFFSETS_M[own:]])
    for side in free:
        missing = [bone for bone in range(CORE_COUNT, own) if _is_finger(BONES[bone], side)]
        if not offsets[missing].any():
            offsets[missing] = size * REST_OFFSETS_M[missing]
    return replace(motion, turns=turns, trust=trust, offsets_m=offsets)


def _is_finger(name: str, side: str) -> bool:
    return name.startswith(side) and name.removeprefix(side).startswith(FINGERS)
