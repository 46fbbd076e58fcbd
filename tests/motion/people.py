"""Bodies in simple movements, and their landmarks, for tests of lifting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body, joint_positions, t_pose
from motion.landmarks import landmarks_from_body
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, PARENTS

Array = NDArray[np.floating]

X, Y, Z = np.eye(3)
EASE = {"leftUpperArm": (-Z, 80.0), "rightUpperArm": (Z, 80.0)}
"""Arms down."""
SITTING = EASE | {
    f"{side}{bone}": turn
    for side in ("left", "right")
    for bone, turn in (("UpperLeg", (-X, 88.0)), ("LowerLeg", (X, 88.0)))
}
RATE = 30.0


def body(bends: Mapping[str, tuple[Array, float]], facing: float = 0.0, hips_m: Sequence[float] | None = None) -> Body:
    """A body whose bones are bent against their parents: axis in the T-pose, degrees; `facing` degrees about Y."""
    rest = t_pose()
    turns = np.empty((CORE_COUNT, 4))
    for index, name in enumerate(BONES[:CORE_COUNT]):
        axis, degrees = bends.get(name, (Y, 0.0))
        own = rotation.from_axis_angle(axis, np.radians(degrees))
        parent = PARENTS[index]
        above = turns[parent] if parent >= 0 else rotation.from_axis_angle(Y, np.radians(facing))
        turns[index] = rotation.multiply(above, own)
    hips = np.array(rest.hips_m if hips_m is None else hips_m, float)
    return Body(hips, turns, rest.offsets_m, rest.trust)


def walk(seconds: float = 3.0, speed: float = 1.2) -> tuple[list[Body], NDArray[np.bool_]]:
    """A body that walks along +Z; and (T, 2) whether the left and the right foot stand, which then do not move."""
    bodies, stands = [], []
    stride = 0.55
    for frame in range(int(seconds * RATE)):
        phase = frame / RATE * speed / stride
        z = speed * frame / RATE
        feet = []
        standing = []
        for side in (0, 1):
            # Each foot stands for one step, then swings for one to two strides further on.
            own = phase + side
            step, part = int(np.floor(own / 2.0)), own % 2.0
            base = (2 * step - side) * stride
            swing = max(part - 1.0, 0.0)
            ease = swing * swing * (3.0 - 2.0 * swing)
            feet.append(np.array([0.09 - 0.18 * side, 0.085 + 0.12 * np.sin(np.pi * swing), base + 2 * stride * ease]))
            standing.append(part <= 1.0)
        bodies.append(_standing_on(feet, z - stride / 2))
        stands.append(standing)
    return bodies, np.array(stands)


def _standing_on(ankles: list[Array], z: float) -> Body:
    hips_y = 0.91
    bends = dict(EASE)
    for side, name in enumerate(("left", "right")):
        hip = np.array([0.09 - 0.18 * side, hips_y - 0.04, z])
        reach = ankles[side] - hip
        a, b, d = 0.41, 0.405, min(float(np.linalg.norm(reach)), 0.812)
        knee = np.degrees(np.arccos(np.clip((a * a + b * b - d * d) / (2 * a * b), -1, 1)))
        lift = np.degrees(np.arccos(np.clip((a * a + d * d - b * b) / (2 * a * d), -1, 1)))
        swing = np.degrees(np.arctan2(reach[2], -reach[1])) + lift
        bends[f"{name}UpperLeg"] = (-X, swing)
        bends[f"{name}LowerLeg"] = (X, 180.0 - knee)
        bends[f"{name}Foot"] = (X, swing - (180.0 - knee))
    return body(bends, hips_m=[0.0, hips_y, z])


def landmarks(bodies: Sequence[Body], noise: float = 0.0, seed: int = 0) -> Array:
    """(T, 33, 3) metres, with noise along each axis."""
    points = np.array([landmarks_from_body(b) for b in bodies])
    return points + np.random.default_rng(seed).normal(0.0, noise, points.shape) if noise else points


def place(posed: Body, bone: str) -> Array:
    """(3,) where a bone's joint is."""
    place: Array = joint_positions(posed.hips_m, posed.turns, posed.offsets_m)[BONE_INDEX[bone]]
    return place
