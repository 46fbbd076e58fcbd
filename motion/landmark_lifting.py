"""Lifts MediaPipe landmarks to a body, step by step: filtered, with the visitor's proportions and with locked feet."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body
from motion.body_proportions import BodyProportions
from motion.body_solver import BodySolver
from motion.contact import FootLock, roll_toes
from motion.denoise import LandmarkFilter, visibility_weight
from motion.landmarks import LANDMARK_INDEX, TOE_LANDMARKS
from motion.skeleton import BONES, CORE_COUNT, FOOT_BONES, TOE_BONES, TOES_HEIGHT_M
from motion.smooth import blend_factor

Array = NDArray[np.floating]

TRUST_S = 0.3
"""Time constant with which the trust in a bone follows how well it is seen."""


def _bone_ends() -> NDArray[np.intp]:
    """(2, 22) the two landmarks of each bone; the one that is seen worse decides the bone's trust."""
    ends = {
        "UpperArm": ("shoulder", "elbow"),
        "LowerArm": ("elbow", "wrist"),
        "Hand": ("wrist", "index"),
        "UpperLeg": ("hip", "knee"),
        "LowerLeg": ("knee", "ankle"),
        "Foot": ("ankle", "foot_index"),
        "Toes": ("ankle", "foot_index"),
        "Shoulder": ("shoulder", "shoulder"),
    }
    rows = []
    for bone in BONES[:CORE_COUNT]:
        side = "left" if bone.startswith("left") else "right" if bone.startswith("right") else ""
        if side:
            rows.append([LANDMARK_INDEX[f"{side}_{end}"] for end in ends[bone.removeprefix(side)]])
        elif bone in ("neck", "head"):
            rows.append([LANDMARK_INDEX["left_ear"], LANDMARK_INDEX["right_ear"]])
        else:
            part = "hip" if bone in ("hips", "spine") else "shoulder"
            rows.append([LANDMARK_INDEX[f"left_{part}"], LANDMARK_INDEX[f"right_{part}"]])
    return np.array(rows).T


BONE_ENDS = _bone_ends()


class LandmarkLifter:
    """The body of one visitor, from one detection to the next."""

    def __init__(self) -> None:
        self.proportions = BodyProportions()
        self.feet = FootLock()
        self._filter = LandmarkFilter()
        self._solver = BodySolver()
        self._trust: Array = np.zeros(CORE_COUNT)
        self._toe_heights_m: Array = np.zeros(2)
        """Heights of the toes' joints over the floor."""
        self._first = True

    def step(self, landmarks_m: Array, visibility: Array, dt: float) -> Body:
        """The body for measured landmarks (33, 3) in the room, metres, upright; visibility (33,) 0..1.

        `dt` is the time since the last step in seconds. A hidden landmark stays for a moment, then hangs down; one
        that is not finite counts as hidden.
        """
        landmarks = np.array(landmarks_m, float)
        visible = visibility_weight(np.asarray(visibility, float))
        sums = visible + np.add.reduce(landmarks, axis=1)
        if not math.isfinite(float(np.add.reduce(sums))):
            visible = np.where(np.isfinite(sums), visible, 0.0)
        if any(self.feet.standing):
            landmarks[TOE_LANDMARKS] = self.feet.anchor_toes(
                landmarks[TOE_LANDMARKS], visible[TOE_LANDMARKS], self._filter.noise_m, dt
            )
        points = self._filter.step(landmarks, visible, dt)
        seen = np.where(self._filter.hidden_s > 0.0, 0.0, visible) if self._filter.any_hidden else visible
        if dt > 0.0 or self._first:
            self.proportions.learn(points, seen, dt if dt > 0.0 else 1.0 / 30.0)
        points = self.proportions.fit_landmarks(points)
        self._filter.size = size = self.proportions.size
        bones = np.minimum.reduce(seen.take(BONE_ENDS))
        share = 1.0 if self._first else blend_factor(TRUST_S, dt)
        self._trust += share * (bones - self._trust)
        self._first = False
        offsets = self.proportions.offsets_m
        hips, matrices = self._solver.solve(
            points, seen, self.proportions, self._filter.error_m, dt, lambda toes: self._plant(toes, size, dt)
        )
        self._learn_foot_slope(matrices, offsets, dt)
        turns = rotation.from_matrix(matrices)
        left, right = self.feet.standing
        return Body(hips, turns, offsets, self._trust.copy(), (left, right))

    def _plant(self, toes_m: Array, size: float, dt: float) -> tuple[Array, list[bool]]:
        offsets = self.feet.step(toes_m, self._trust[TOE_BONES], TOES_HEIGHT_M * size, dt)
        self._toe_heights_m = toes_m[:, 1] - self.feet.floor_m
        return offsets, self.feet.standing

    def _learn_foot_slope(self, matrices: Array, offsets: Array, dt: float) -> None:
        """Learn the slope of the feet at rest from standing feet; keep toes flat while the heel rises."""
        feet = matrices[FOOT_BONES]
        for foot, bone in enumerate(TOE_BONES):
            if not self.feet.standing[foot] or self._trust[bone] <= 0.5:
                continue
            toes = offsets[bone]
            fall = float(feet[foot, 1] @ toes) / math.sqrt(toes @ toes)
            self.proportions.learn_foot_slope(math.asin(min(max(-fall, -1.0), 1.0)), dt)
        matrices[TOE_BONES] = roll_toes(feet, self._toe_heights_m)
