"""Body proportions: bone lengths of a visitor, estimated online from landmarks, the same on both sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.landmarks import LANDMARK_INDEX, REST_LANDMARKS_M
from motion.skeleton import ARM_BONES, BONE_INDEX, CORE_COUNT, REST_OFFSETS_M, REST_POSITIONS_M, TOES_HEIGHT_M

Array = NDArray[np.floating]

LENGTHS = {
    "trunk": (("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")),
    "pelvis": (("left_hip",), ("right_hip",)),
    "chest": (("left_shoulder",), ("right_shoulder",)),
    "upper arm": (("*_shoulder",), ("*_elbow",)),
    "forearm": (("*_elbow",), ("*_wrist",)),
    "hand": (("*_wrist",), ("*_index", "*_pinky")),
    "thigh": (("*_hip",), ("*_knee",)),
    "shin": (("*_knee",), ("*_ankle",)),
    "foot": (("*_ankle",), ("*_foot_index",)),
    "heel": (("*_ankle",), ("*_heel",)),
    "sole": (("*_heel",), ("*_foot_index",)),
    "ears": (("left_ear",), ("right_ear",)),
    "neck": (("left_shoulder", "right_shoulder"), ("left_ear", "right_ear")),
}
"""Estimated lengths: from the mean of some landmarks to the mean of others; * stands for either side."""
LENGTH_NAMES = tuple(LENGTHS)
CANONICAL_FOOT_SLOPE = float(
    -np.arctan2(REST_OFFSETS_M[BONE_INDEX["leftToes"], 1], REST_OFFSETS_M[BONE_INDEX["leftToes"], 2])
)
"""Slope of the line from ankle to toes in the T-pose, radians."""
FLAT_WEIGHT = 3.0
"""Weight of a flatter foot against a steeper one: heels are raised more often than toes."""
MAX_FOOT_SLOPE = np.radians(45.0)
"""Largest slope of a foot at rest."""
PRIOR_S = 0.15
"""Measured time that the canonical proportions count for."""
MEMORY_S = 10.0
"""Measured time over which lengths are averaged."""
UPDATE_S = 0.3
"""Time from one update of the lengths to the next; at first they are updated in every step."""
MAX_STEP = 0.15
"""Largest change of a length in one update, as a share of it."""
MIN_RATIO = 0.1
"""Shortest length as a multiple of the canonical one: a child, or landmarks that coincide."""
MAX_RATIO = 2.5
"""Longest length as a multiple of the canonical one: a giant."""


def _segments() -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """(E, 33) weights of landmarks whose sum is a segment, (E, 4) their indices, (E,) the length that it measures."""
    rows: list[Array] = []
    lengths = []
    for index, (starts, ends) in enumerate(LENGTHS.values()):
        both = any("*" in name for name in starts)
        for side in ("left", "right") if both else ("",):
            row = np.zeros(33)
            for sign, names in ((-1.0, starts), (1.0, ends)):
                for name in names:
                    row[LANDMARK_INDEX[name.replace("*", side)]] += sign / len(names)
            rows.append(row)
            lengths.append(index)
    table = np.array(rows)
    ends_of = [np.resize(np.flatnonzero(row), 4) for row in table]
    return table, np.array(ends_of), np.array(lengths)


SEGMENTS, SEGMENT_LANDMARKS, SEGMENT_LENGTHS = _segments()
SEGMENT_COUNTS = np.bincount(SEGMENT_LENGTHS)
"""(13,) how many segments measure each length."""
CANONICAL_LENGTHS_M = np.bincount(SEGMENT_LENGTHS, np.linalg.norm(SEGMENTS @ REST_LANDMARKS_M, axis=1)) / SEGMENT_COUNTS
"""(13,) lengths of the canonical humanoid, metres."""
NECK_OFFSET_M = REST_POSITIONS_M[BONE_INDEX["neck"]] - REST_POSITIONS_M[
    [BONE_INDEX["leftUpperArm"], BONE_INDEX["rightUpperArm"]]
].mean(axis=0)
"""The neck's joint from the middle of the shoulders in the T-pose."""
SIZE_LENGTHS = np.array([LENGTH_NAMES.index(name) for name in ("trunk", "upper arm", "forearm", "thigh", "shin")])
"""Lengths that define the size of a body."""
RIGID = np.array(
    [row for row, length in enumerate(SEGMENT_LENGTHS) if LENGTH_NAMES[length] not in ("trunk", "neck", "hand", "ears")]
)
"""Rows of SEGMENTS between two landmarks each, whose length does not change when the body moves."""
RIGID_SEGMENTS, RIGID_LENGTHS = SEGMENTS[RIGID], SEGMENT_LENGTHS[RIGID]
RIGID_COUPLING = RIGID_SEGMENTS @ RIGID_SEGMENTS.T
"""How far two rigid segments share landmarks."""
SIZE_SEGMENTS = np.flatnonzero(np.isin(SEGMENT_LENGTHS, SIZE_LENGTHS))
SIZE_SEGMENTS_M = CANONICAL_LENGTHS_M[SEGMENT_LENGTHS[SIZE_SEGMENTS]]
MIN_BODY_RATIO = 0.3
"""Landmarks of a body smaller than this multiple of the canonical one are rejected."""
MAX_BODY_RATIO = 2.2
"""Landmarks of a body larger than this multiple are rejected."""
COMPLIANCE = 0.5
"""How far lengths yield to the measurement: at 1 about halfway."""
_COMPLIANCE = COMPLIANCE * np.eye(len(RIGID))
MIN_KNOWN_S = 0.2
"""Measured time after which a length is used."""


class BodyProportions:
    """The running estimate of one visitor's lengths."""

    def __init__(self) -> None:
        self.lengths_m = CANONICAL_LENGTHS_M.copy()
        """(13,) by LENGTH_NAMES."""
        self.size = 1.0
        """Relative to the canonical humanoid."""
        self._weights_s = np.full(len(CANONICAL_LENGTHS_M), PRIOR_S)
        """Measured time behind each length, the prior's included, at most MEMORY_S."""
        self._measured_s = np.zeros(len(CANONICAL_LENGTHS_M))
        self._waiting_s = 0.0
        self._foot_slope = CANONICAL_FOOT_SLOPE
        self._foot_slope_s = PRIOR_S
        self._offsets: Array | None = None

    def learn(self, points_m: Array, trust: Array, dt: float) -> None:
        """Update the lengths from landmarks (33, 3) that were measured for `dt` seconds; trust (33,) 0..1."""
        self._waiting_s += dt
        if self._waiting_s < min(UPDATE_S, 0.1 * float(self._measured_s.max())):
            return
        dt, self._waiting_s = min(self._waiting_s, 2.0 * UPDATE_S), 0.0
        segments = SEGMENTS @ points_m
        measured = np.sqrt(np.vecdot(segments, segments))
        ratio = float(np.median(measured[SIZE_SEGMENTS] / SIZE_SEGMENTS_M))
        if not MIN_BODY_RATIO < ratio < MAX_BODY_RATIO:
            return
        # The worst seen landmark of a segment decides its weight.
        seen = np.minimum.reduce(trust[SEGMENT_LANDMARKS], axis=1)
        share = np.bincount(SEGMENT_LENGTHS, seen)
        mean = np.bincount(SEGMENT_LENGTHS, seen * measured) / np.maximum(share, 1e-9)
        gain = np.minimum(share / SEGMENT_COUNTS, 1.0) * dt
        self._measured_s += gain
        self._weights_s = np.minimum(self._weights_s + gain, MEMORY_S)
        # An outlier counts no more than the largest step: one wrong detection must not make long arms.
        room = MAX_STEP * CANONICAL_LENGTHS_M * self.size
        new = self._measured_s < PRIOR_S
        clipped = np.minimum(np.maximum(mean - self.lengths_m, -room), room)
        error = np.where(new, mean - self.lengths_m, clipped)
        self.lengths_m = self.lengths_m + np.where(share > 0.0, gain / self._weights_s, 0.0) * error
        # A length without a measurement gets the mean ratio of the measured ones.
        unknown = self._measured_s <= 0.0
        if unknown.any() and not unknown[SIZE_LENGTHS].all():
            known = SIZE_LENGTHS[~unknown[SIZE_LENGTHS]]
            scale = (self.lengths_m[known] / CANONICAL_LENGTHS_M[known]).mean()
            self.lengths_m[unknown] = CANONICAL_LENGTHS_M[unknown] * scale
        shortest, longest = MIN_RATIO * CANONICAL_LENGTHS_M, MAX_RATIO * CANONICAL_LENGTHS_M
        self.lengths_m = np.minimum(np.maximum(self.lengths_m, shortest), longest)
        self.size = float((self.lengths_m[SIZE_LENGTHS] / CANONICAL_LENGTHS_M[SIZE_LENGTHS]).mean())
        self._offsets = None

    def fit_landmarks(self, points_m: Array) -> Array:
        """Landmarks (33, 3) moved by the least squares that gives rigid segments nearly their estimated lengths."""
        if float(np.minimum.reduce(self._measured_s)) < MIN_KNOWN_S:
            return points_m
        segments = RIGID_SEGMENTS @ points_m
        measured = np.maximum(np.sqrt(np.vecdot(segments, segments)), 1e-6)
        along = segments / measured[:, None]
        # One step of Newton's method for all lengths at once.
        matrix = RIGID_COUPLING * (along @ along.T) + _COMPLIANCE
        pull = np.linalg.solve(matrix, self.lengths_m[RIGID_LENGTHS] - measured)
        fitted: Array = points_m + RIGID_SEGMENTS.T @ (pull[:, None] * along)
        return fitted

    def learn_foot_slope(self, slope: float, dt: float) -> None:
        """Update the slope of feet at rest: `slope` radians from ankle to toes, of a foot that stands for `dt` s.

        Heels are raised more often than toes, so flatter measurements weigh more.
        """
        weight = dt if slope > self._foot_slope else FLAT_WEIGHT * dt
        self._foot_slope_s = min(self._foot_slope_s + weight, MEMORY_S)
        updated = self._foot_slope + weight / self._foot_slope_s * (slope - self._foot_slope)
        self._foot_slope = min(max(updated, 0.0), MAX_FOOT_SLOPE)

    @property
    def offsets_m(self) -> Array:
        """(22, 3) as `motion.body.Body` has them; the same array until the lengths change."""
        if self._offsets is None:
            ratios = dict(zip(LENGTH_NAMES, (self.lengths_m / CANONICAL_LENGTHS_M).tolist(), strict=True))
            self._offsets = _offsets(ratios, self._foot_slope)
        return self._offsets


def _offsets(ratio: dict[str, float], foot_slope: float) -> Array:
    """(22, 3) the canonical offsets, scaled by the ratio of each length."""
    offsets = REST_OFFSETS_M[:CORE_COUNT].copy()
    offsets[[BONE_INDEX[name] for name in ("spine", "chest", "upperChest")]] *= ratio["trunk"]
    for side in ("left", "right"):
        # The collar bone starts on the trunk; both collar bones together are as wide as the shoulders.
        offsets[BONE_INDEX[f"{side}Shoulder"]] *= (ratio["chest"], ratio["trunk"], ratio["trunk"])
        offsets[BONE_INDEX[f"{side}UpperArm"]] *= ratio["chest"]
        offsets[BONE_INDEX[f"{side}LowerArm"]] *= ratio["upper arm"]
        offsets[BONE_INDEX[f"{side}Hand"]] *= ratio["forearm"]
        offsets[BONE_INDEX[f"{side}UpperLeg"]] *= (ratio["pelvis"], ratio["trunk"], ratio["pelvis"])
        offsets[BONE_INDEX[f"{side}LowerLeg"]] *= ratio["thigh"]
        offsets[BONE_INDEX[f"{side}Foot"]] *= ratio["shin"]
        foot = ratio["foot"] * float(np.linalg.norm(REST_OFFSETS_M[BONE_INDEX["leftToes"]]))
        offsets[BONE_INDEX[f"{side}Toes"]] = (0.0, -foot * np.sin(foot_slope), foot * np.cos(foot_slope))
    collars = [BONE_INDEX[f"{side}Shoulder"] for side in ("left", "right")]
    shoulders = offsets[ARM_BONES[:, 0]] + offsets[collars]
    offsets[BONE_INDEX["neck"]] = shoulders.mean(axis=0) + ratio["neck"] * NECK_OFFSET_M
    offsets[BONE_INDEX["head"]] *= ratio["neck"]
    legs = (
        -offsets[BONE_INDEX["leftUpperLeg"], 1]
        - offsets[BONE_INDEX["leftLowerLeg"], 1]
        - offsets[BONE_INDEX["leftFoot"], 1]
    )
    offsets[0] = (0.0, legs - offsets[BONE_INDEX["leftToes"], 1] + TOES_HEIGHT_M * ratio["foot"], 0.0)
    return offsets
