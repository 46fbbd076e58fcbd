"""How a visitor is built: lengths learned from landmarks as they come, the same on both sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.landmarks import LANDMARK_INDEX, REST_LANDMARKS_M
from motion.skeleton import ARM_BONES, CORE, INDEX, OFFSETS, REST, TOES_HEIGHT_M

Array = NDArray[np.floating]

SPANS = {
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
"""Lengths that are learned: from the middle of some landmarks to the middle of others; * stands for either side."""
LENGTH_NAMES = tuple(SPANS)
SLOPE = float(-np.arctan2(OFFSETS[INDEX["leftToes"], 1], OFFSETS[INDEX["leftToes"], 2]))
"""How steeply the line from ankle to toes falls in the T-pose, radians."""
FLAT, STEEP = 3.0, np.radians(45.0)
"""How much more a flatter foot counts, and the steepest that counts as flat."""
PRIOR, MEMORY = 0.15, 10.0
"""Seconds of looking that the canonical proportions weigh, and over which lengths go on being learned."""
OFTEN = 0.3
"""Seconds from one look at the lengths to the next; at first it looks each time."""
STEP = 0.15
"""Share of a length by which one look may differ and still count for all of it."""
SHORT, LONG = 0.1, 2.5
"""Times the canonical length that a length may be: children, giants, and landmarks that fall together."""


def _ends() -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """(E, 33) the landmarks' shares in each end, (E, 4) which of them matter, (E,) the length that it measures."""
    rows: list[Array] = []
    lengths = []
    for index, (starts, ends) in enumerate(SPANS.values()):
        both = any("*" in name for name in starts)
        for side in ("left", "right") if both else ("",):
            row = np.zeros(33)
            for sign, names in ((-1.0, starts), (1.0, ends)):
                for name in names:
                    row[LANDMARK_INDEX[name.replace("*", side)]] += sign / len(names)
            rows.append(row)
            lengths.append(index)
    table = np.array(rows)
    parts = [np.resize(np.flatnonzero(row), 4) for row in table]
    return table, np.array(parts), np.array(lengths)


STEPS, PARTS, LENGTHS = _ends()
COUNTS = np.bincount(LENGTHS)
CANONICAL_LENGTHS_M = np.bincount(LENGTHS, np.linalg.norm(STEPS @ REST_LANDMARKS_M, axis=1)) / COUNTS
"""(13,) the canonical humanoid's lengths, metres."""
NAPE = REST[INDEX["neck"]] - REST[[INDEX["leftUpperArm"], INDEX["rightUpperArm"]]].mean(axis=0)
"""From between the shoulders to the neck's joint in the T-pose."""
STABLE = np.array([LENGTH_NAMES.index(name) for name in ("trunk", "upper arm", "forearm", "thigh", "shin")])
"""Lengths that tell how large somebody is."""
RIGID = np.array(
    [row for row, length in enumerate(LENGTHS) if LENGTH_NAMES[length] not in ("trunk", "neck", "hand", "ears")]
)
"""Rows of STEPS that stay as long as they are however a body moves, between two landmarks each."""
BARS, SPANNED = STEPS[RIGID], LENGTHS[RIGID]
SHARED = BARS @ BARS.T
WHOLE = np.flatnonzero(np.isin(LENGTHS, STABLE))
WHOLE_M = CANONICAL_LENGTHS_M[LENGTHS[WHOLE]]
LIKELY = 0.3, 2.2
"""Times the canonical body that anybody's can be: less, or more, is no body."""
SOFT = 0.5
GIVING = SOFT * np.eye(len(RIGID))
"""How far lengths give way to what is measured: at 1 about halfway."""
SURE = 0.2
"""Seconds of looking after which a length is used."""


class BodyProportions:
    """The running estimate of one visitor's lengths."""

    def __init__(self) -> None:
        self.lengths = CANONICAL_LENGTHS_M.copy()
        self._weights = np.full(len(CANONICAL_LENGTHS_M), PRIOR)
        self._own = np.zeros(len(CANONICAL_LENGTHS_M))
        self._waiting = 0.0
        self._slope, self._stood = SLOPE, PRIOR
        self._offsets: Array | None = None
        self.size = 1.0
        """Against the canonical humanoid."""

    def learn(self, points_m: Array, trust: Array, dt: float) -> None:
        """Take in landmarks (33, 3), by how well each is seen (33,) 0..1, for `dt` seconds."""
        self._waiting += dt
        if self._waiting < min(OFTEN, 0.1 * float(self._own.max())):
            return
        dt, self._waiting = min(self._waiting, 2.0 * OFTEN), 0.0
        steps = STEPS @ points_m
        found = np.sqrt(np.vecdot(steps, steps))
        if not LIKELY[0] < float(np.median(found[WHOLE] / WHOLE_M)) < LIKELY[1]:
            return
        # A length counts as its worst seen landmark does.
        seen = np.minimum.reduce(trust[PARTS], axis=1)
        share = np.bincount(LENGTHS, seen)
        mean = np.bincount(LENGTHS, seen * found) / np.maximum(share, 1e-9)
        gain = np.minimum(share / COUNTS, 1.0) * dt
        self._own += gain
        self._weights = np.minimum(self._weights + gain, MEMORY)
        # A jump counts no more than a step: one wild look must not make long arms.
        room = STEP * CANONICAL_LENGTHS_M * self.size
        new = self._own < PRIOR
        miss = np.where(new, mean - self.lengths, np.minimum(np.maximum(mean - self.lengths, -room), room))
        self.lengths = self.lengths + np.where(share > 0.0, gain / self._weights, 0.0) * miss
        # What has never been seen is as long as the rest makes likely.
        unknown = self._own <= 0.0
        if unknown.any() and not unknown[STABLE].all():
            known = STABLE[~unknown[STABLE]]
            self.lengths[unknown] = (
                CANONICAL_LENGTHS_M[unknown] * (self.lengths[known] / CANONICAL_LENGTHS_M[known]).mean()
            )
        self.lengths = np.minimum(np.maximum(self.lengths, SHORT * CANONICAL_LENGTHS_M), LONG * CANONICAL_LENGTHS_M)
        self.size = float((self.lengths[STABLE] / CANONICAL_LENGTHS_M[STABLE]).mean())
        self._offsets = None

    def settle(self, points_m: Array) -> Array:
        """Landmarks (33, 3), moved by the least that makes bones nearly as long as they are known to be."""
        if float(np.minimum.reduce(self._own)) < SURE:
            return points_m
        steps = BARS @ points_m
        found = np.maximum(np.sqrt(np.vecdot(steps, steps)), 1e-6)
        along = steps / found[:, None]
        # One step of Newton's method: what every length asks of both its ends, all at once.
        square = SHARED * (along @ along.T) + GIVING
        pull = np.linalg.solve(square, self.lengths[SPANNED] - found)
        return points_m + BARS.T @ (pull[:, None] * along)

    def stand(self, slope: float, dt: float) -> None:
        """Take in how steeply the line from ankle to toes falls, in radians, on a foot that stands for `dt` seconds.

        Heels are raised more often than toes, so that what is flatter counts for more.
        """
        weight = dt if slope > self._slope else FLAT * dt
        self._stood = min(self._stood + weight, MEMORY)
        self._slope = min(max(self._slope + weight / self._stood * (slope - self._slope), 0.0), STEEP)

    @property
    def offsets_m(self) -> Array:
        """(22, 3) as `motion.body.Body` has them."""
        if self._offsets is None:
            self._offsets = _offsets(
                dict(zip(LENGTH_NAMES, (self.lengths / CANONICAL_LENGTHS_M).tolist(), strict=True)), self._slope
            )
        return self._offsets


def _offsets(ratio: dict[str, float], slope: float) -> Array:
    offsets = OFFSETS[:CORE].copy()
    offsets[[INDEX[name] for name in ("spine", "chest", "upperChest")]] *= ratio["trunk"]
    for side in ("left", "right"):
        # The collar bone begins on the trunk, and both together are as wide as the shoulders are.
        offsets[INDEX[f"{side}Shoulder"]] *= (ratio["chest"], ratio["trunk"], ratio["trunk"])
        offsets[INDEX[f"{side}UpperArm"]] *= ratio["chest"]
        offsets[INDEX[f"{side}LowerArm"]] *= ratio["upper arm"]
        offsets[INDEX[f"{side}Hand"]] *= ratio["forearm"]
        offsets[INDEX[f"{side}UpperLeg"]] *= (ratio["pelvis"], ratio["trunk"], ratio["pelvis"])
        offsets[INDEX[f"{side}LowerLeg"]] *= ratio["thigh"]
        offsets[INDEX[f"{side}Foot"]] *= ratio["shin"]
        foot = ratio["foot"] * float(np.linalg.norm(OFFSETS[INDEX["leftToes"]]))
        offsets[INDEX[f"{side}Toes"]] = (0.0, -foot * np.sin(slope), foot * np.cos(slope))
    collars = [INDEX[f"{side}Shoulder"] for side in ("left", "right")]
    offsets[INDEX["neck"]] = (offsets[ARM_BONES[:, 0]] + offsets[collars]).mean(axis=0) + ratio["neck"] * NAPE
    offsets[INDEX["head"]] *= ratio["neck"]
    legs = -offsets[INDEX["leftUpperLeg"], 1] - offsets[INDEX["leftLowerLeg"], 1] - offsets[INDEX["leftFoot"], 1]
    offsets[0] = (0.0, legs - offsets[INDEX["leftToes"], 1] + TOES_HEIGHT_M * ratio["foot"], 0.0)
    return offsets
