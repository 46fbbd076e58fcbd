"""From MediaPipe's landmarks to a body, as they come: calm, built as the visitor is, with feet that stay put."""

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
from motion.skeleton import BONES, CORE, FOOT_BONES, TOE_BONES, TOES_HEIGHT_M

Array = NDArray[np.floating]

FADE = 0.3
"""Seconds over which trust in a bone follows what is seen of it."""


def _seen() -> NDArray[np.intp]:
    """(2, 22) the two landmarks whose worse one says how well a bone is seen."""
    ends = {"UpperArm": ("shoulder", "elbow"), "LowerArm": ("elbow", "wrist"), "Hand": ("wrist", "index"),
            "UpperLeg": ("hip", "knee"), "LowerLeg": ("knee", "ankle"), "Foot": ("ankle", "foot_index"),
            "Toes": ("ankle", "foot_index"), "Shoulder": ("shoulder", "shoulder")}  # fmt: skip
    rows = []
    for bone in BONES[:CORE]:
        side = "left" if bone.startswith("left") else "right" if bone.startswith("right") else ""
        if side:
            rows.append([LANDMARK_INDEX[f"{side}_{end}"] for end in ends[bone.removeprefix(side)]])
        elif bone in ("neck", "head"):
            rows.append([LANDMARK_INDEX["left_ear"], LANDMARK_INDEX["right_ear"]])
        else:
            part = "hip" if bone in ("hips", "spine") else "shoulder"
            rows.append([LANDMARK_INDEX[f"left_{part}"], LANDMARK_INDEX[f"right_{part}"]])
    return np.array(rows).T


SEEN = _seen()


class LandmarkLifter:
    """One visitor's body, from one look to the next."""

    def __init__(self) -> None:
        self.build = BodyProportions()
        self.feet = FootLock()
        self._denoise = LandmarkFilter()
        self._posture = BodySolver()
        self._trust: Array = np.zeros(CORE)
        self._high: Array = np.zeros(2)
        """Metres from the floor to the toes."""
        self._fresh = True

    def step(self, landmarks_m: Array, visibility: Array, dt: float) -> Body:
        """The body of landmarks (33, 3) as they are, standing in the room in metres; visibility (33,) 0..1.

        `dt` is the time since the last look in seconds. What is hidden stays for a moment, then hangs down; what is
        not finite counts as hidden.
        """
        landmarks = np.array(landmarks_m, float)
        visible = visibility_weight(np.asarray(visibility, float))
        sums = visible + np.add.reduce(landmarks, axis=1)
        if not math.isfinite(float(np.add.reduce(sums))):
            visible = np.where(np.isfinite(sums), visible, 0.0)
        if any(self.feet.standing):
            landmarks[TOE_LANDMARKS] = self.feet.anchored(
                landmarks[TOE_LANDMARKS], visible[TOE_LANDMARKS], self._denoise.noise, dt
            )
        points = self._denoise.step(landmarks, visible, dt)
        seen = np.where(self._denoise.hidden > 0.0, 0.0, visible) if self._denoise.hides else visible
        if dt > 0.0 or self._fresh:
            self.build.learn(points, seen, dt if dt > 0.0 else 1.0 / 30.0)
        points = self.build.settle(points)
        self._denoise.size = size = self.build.size
        bones = np.minimum.reduce(seen.take(SEEN))
        share = 1.0 if self._fresh else 1.0 - math.exp(-dt / FADE)
        self._trust += share * (bones - self._trust)
        self._fresh = False
        offsets = self.build.offsets_m
        hips, matrices = self._posture.solve(
            points, seen, self.build, self._denoise.error, dt, lambda toes: self._plant(toes, size, dt)
        )
        self._learn_soles(matrices, offsets, dt)
        turns = rotation.from_matrix(matrices)
        left, right = self.feet.standing
        return Body(hips, turns, offsets, self._trust.copy(), (left, right))

    def _plant(self, toes_m: Array, size: float, dt: float) -> tuple[Array, list[bool]]:
        shift = self.feet.step(toes_m, self._trust[TOE_BONES], TOES_HEIGHT_M * size, dt)
        self._high = toes_m[:, 1] - self.feet.floor
        return shift, self.feet.standing

    def _learn_soles(self, matrices: Array, offsets: Array, dt: float) -> None:
        """How feet rest, from those that stand; and toes that stay on the floor while the heel is raised."""
        soles = matrices[FOOT_BONES]
        for foot, bone in enumerate(TOE_BONES):
            if not self.feet.standing[foot] or self._trust[bone] <= 0.5:
                continue
            toes = offsets[bone]
            fall = float(soles[foot, 1] @ toes) / math.sqrt(toes @ toes)
            self.build.stand(math.asin(min(max(-fall, -1.0), 1.0)), dt)
        matrices[TOE_BONES] = roll_toes(soles, self._high)
