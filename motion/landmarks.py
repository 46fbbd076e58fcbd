"""MediaPipe's 33 pose landmarks: names, indices, mirror images, and their places on a body."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body, Motion, joint_positions, t_pose
from motion.rig import leg_length_m
from motion.skeleton import BONE_INDEX, REST_OFFSETS_M

Array = NDArray[np.floating]

LANDMARKS = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)
"""MediaPipe's 33 pose landmarks in their order; left is the person's own left."""
LANDMARK_INDEX = {name: i for i, name in enumerate(LANDMARKS)}
"""Index of each landmark by name."""
MIRRORED = np.array(
    [LANDMARK_INDEX[name.replace("left", "*").replace("right", "left").replace("*", "right")] for name in LANDMARKS]
)
"""(33,) the same landmark of the other side."""
FOOT_LANDMARKS = slice(LANDMARK_INDEX["left_ankle"], LANDMARK_INDEX["right_foot_index"] + 1)
"""Ankles, heels and toes."""
TOE_LANDMARKS = np.array([LANDMARK_INDEX["left_foot_index"], LANDMARK_INDEX["right_foot_index"]])
"""(2,) left and right."""
SOLE_LANDMARKS = np.array(
    [[LANDMARK_INDEX[f"{side}_{part}"] for part in ("heel", "foot_index")] for side in ("left", "right")]
)
"""(2, 2) heel and toes of the left and of the right foot."""

_PLACES = {
    "nose": ("head", (0.0, 0.050, 0.107)),
    "left_eye_inner": ("head", (0.016, 0.088, 0.090)),
    "left_eye": ("head", (0.032, 0.088, 0.086)),
    "left_eye_outer": ("head", (0.046, 0.086, 0.076)),
    "left_ear": ("head", (0.070, 0.066, 0.0)),
    "mouth_left": ("head", (0.023, 0.014, 0.090)),
    "left_shoulder": ("leftUpperArm", (0.0, 0.0, 0.0)),
    "left_elbow": ("leftLowerArm", (0.0, 0.0, 0.0)),
    "left_wrist": ("leftHand", (0.0, 0.0, 0.0)),
    "left_pinky": ("leftHand", (0.064, -0.004, -0.022)),
    "left_index": ("leftHand", (0.074, 0.0, 0.016)),
    "left_thumb": ("leftHand", (0.018, -0.007, 0.013)),
    "left_hip": ("leftUpperLeg", (0.0, 0.0, 0.0)),
    "left_knee": ("leftLowerLeg", (0.0, 0.0, 0.0)),
    "left_ankle": ("leftFoot", (0.0, 0.0, 0.0)),
    "left_heel": ("leftFoot", (0.0, -0.045, -0.025)),
    "left_foot_index": ("leftToes", (0.0, 0.0, 0.0)),
}
"""The bone that carries each landmark, and the landmark's offset from its joint in the canonical T-pose, metres. The
distances are those between MediaPipe's world landmarks of an adult."""


def _table() -> tuple[NDArray[np.intp], Array]:
    carriers, offsets = np.zeros(33, int), np.zeros((33, 3))
    for i, name in enumerate(LANDMARKS):
        own = name if name in _PLACES else LANDMARKS[MIRRORED[i]]
        bone, place = _PLACES[own]
        if own != name:
            bone, place = bone.replace("left", "right"), (-place[0], place[1], place[2])
        carriers[i], offsets[i] = BONE_INDEX[bone], place
    return carriers, offsets


CARRIER_BONES, LANDMARK_OFFSETS_M = _table()
"""(33,) the bone that carries each landmark, and (33, 3) its offset from the bone's joint in the T-pose, metres, for a
body of canonical size."""


def landmarks_from_body(body: Body | Motion) -> Array:
    """(..., 33, 3) positions in the room of the landmarks of a body or a motion, metres."""
    there = joint_positions(body.hips_m, body.turns, body.offsets_m)
    size = leg_length_m(body.offsets_m) / leg_length_m(REST_OFFSETS_M)
    return there[..., CARRIER_BONES, :] + rotation.rotate(body.turns[..., CARRIER_BONES, :], size * LANDMARK_OFFSETS_M)


def _at_ease() -> tuple[Array, NDArray[np.intp]]:
    """The landmarks of a body that stands with its arms down, and the landmark from which each hangs."""
    points = landmarks_from_body(t_pose())
    hangs = np.arange(33)
    for side in ("left", "right"):
        shoulder, elbow, wrist = (LANDMARK_INDEX[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist"))
        hand = [LANDMARK_INDEX[f"{side}_{part}"] for part in ("pinky", "index", "thumb")]
        arm = [elbow, wrist, *hand]
        # The arms lowered from the T-pose, a little away from the body.
        out = 1.0 if side == "left" else -1.0
        reach = points[arm] - points[shoulder]
        turn = rotation.from_axis_angle(np.array([0.0, 0.0, -out]), np.radians(80.0))
        points[arm] = points[shoulder] + rotation.rotate(turn, reach)
        hip, knee, ankle = (LANDMARK_INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
        hangs[[elbow, wrist, hip, knee, ankle]] = [shoulder, elbow, shoulder, hip, knee]
        hangs[hand] = wrist
        hangs[[LANDMARK_INDEX[f"{side}_heel"], LANDMARK_INDEX[f"{side}_foot_index"]]] = ankle
        hangs[shoulder] = hip
    face = [
        LANDMARK_INDEX[name] for name in LANDMARKS if _PLACES.get(name.replace("right", "left"), ("",))[0] == "head"
    ]
    hangs[[*face, LANDMARK_INDEX["right_ear"], LANDMARK_INDEX["mouth_right"]]] = LANDMARK_INDEX["left_shoulder"]
    return points, hangs


REST_LANDMARKS_M, PARENT_LANDMARKS = _at_ease()
"""(33, 3) metres, standing at rest at the origin and facing +Z; (33,) the landmark from which each one hangs."""
