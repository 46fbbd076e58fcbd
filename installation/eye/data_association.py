"""Who is who: bodies that were found become visitors with identity, through crossing and short occlusion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from installation.eye.pose_estimator import BODY, Look, box_of
from installation.eye.static_objects import Thing

Array = NDArray[np.float32]

ENTERING = 0.3
"""Seconds that somebody must have been seen before counting as present."""
SAME = 0.3
"""Mean distance of two bodies' landmarks, in body sizes, below which they are one body seen twice."""
SOUGHT = 2
"""Looks that missed somebody after which the search looks for them, too."""
REACH = 0.5
"""Distance, in body sizes, from where a visitor is expected to where a found body may still be theirs."""
STRANGE = 0.55
"""Distance of two torsos' colours (Bhattacharyya) above which they are two people."""
ODD = 0.9
"""Distance from where somebody is expected plus strangeness of colours above which it is somebody else; a person's own
stay below 0.7, in their wildest dance or another light."""
MIRROR = np.array([0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15, 18, 17, 20, 19, 22, 21, 24, 23, 26, 25,
                   28, 27, 30, 29, 32, 31])  # fmt: skip


@dataclass(slots=True, eq=False)
class Track:
    """A body that is followed."""

    id: int
    slot: int
    born: float
    seen: float
    look: Look
    box_px: Array
    colours: NDArray[np.float32] | None
    crop: tuple[float, float, float]
    """The square that is looked at; see `landmark.steady`."""
    thing: Thing | None
    """What it was first; None once it has moved."""
    speed_px: Array = field(default_factory=lambda: np.zeros(2, np.float32))
    since: float = 0.0
    """Seconds from the look before the last to the last."""
    looked: float = 0.0
    """When last looked at closely, whether or not anything was found."""
    misses: int = 0
    """How often it was looked for since it was seen."""
    looks: int = 1
    """How often it was found."""
    told: bool = False
    """Whether anybody has heard of it."""
    proof: int = 2
    """How often it must be found before it gets an identity; that is 0 until then."""
    calm_px: Array | None = None
    """(33, 2) landmarks without their trembling."""
    alive: float = 0.0
    """Seconds for which it has moved, at a stretch."""
    restless: float = 0.0
    """How much of it moves, body sizes a second; who moves most is looked at most often."""

    @property
    def is_sought(self) -> bool:
        """Whether the search looks for it, where it should be."""
        return self.misses >= SOUGHT

    @property
    def size(self) -> float:
        """Body size in pixels."""
        return size_of(self.box_px)

    @classmethod
    def of(cls, id: int, slot: int, look: Look, t: float, before: Track | None) -> Track:
        """The track of a body that is known for sure, after the one `before`."""
        box = box_of(look.landmarks_px, look.visibility)
        born = before.born if before else t
        return cls(id, slot, born, t, look, box, None, look.crop, None)

    def expected(self, t: float) -> Array:
        """The box at time `t` if the body keeps its speed."""
        x, y = (self.speed_px * min(t - self.seen, 0.5)).tolist()
        return self.box_px + np.array([x, y, x, y], np.float32)


def size_of(box_px: Array) -> float:
    """Longer side of a box, pixels."""
    left, top, right, bottom = box_px.tolist()
    return max(right - left, bottom - top, 1.0)


def distance(a: Look, b: Look) -> float:
    """Mean distance of two bodies' main landmarks in body sizes; left and right may be confused in one of them."""
    size = max(size_of(box_of(a.landmarks_px, a.visibility)), size_of(box_of(b.landmarks_px, b.visibility)))
    straight = np.linalg.norm(a.landmarks_px[BODY] - b.landmarks_px[BODY], axis=1).mean()
    crossed = np.linalg.norm(a.landmarks_px[BODY] - b.landmarks_px[MIRROR][BODY], axis=1).mean()
    return float(min(straight, crossed)) / size


def colours_of(pixels: NDArray[np.uint8], look: Look) -> NDArray[np.float32] | None:
    """Histogram (hue by saturation, and value) of the torso's colours; None where too little of it is seen."""
    torso = look.landmarks_px[[11, 12, 24, 23]]
    middle = torso.mean(axis=0)
    corners = middle + (torso - middle) * 0.9
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int), (pixels.shape[1], pixels.shape[0]))
    if (high - low < 4).any():
        return None
    cut = pixels[low[1] : high[1], low[0] : high[0]]
    stride = max(1, int(min(cut.shape[:2]) / 32))
    cut = np.ascontiguousarray(cut[::stride, ::stride])
    inside = np.zeros(cut.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(((corners - low) / stride).astype(np.int32)), 1)
    if inside.sum() < 12:
        return None
    hsv = cv2.cvtColor(cut, cv2.COLOR_RGB2HSV)
    tint = cv2.calcHist([hsv], [0, 1], inside, [12, 4], [0, 180, 0, 256]).ravel()
    light = cv2.calcHist([hsv], [2], inside, [8], [0, 256]).ravel()
    return np.concatenate([tint / tint.sum(), light / light.sum()]).astype(np.float32) / 2.0


def strangeness(a: NDArray[np.float32] | None, b: NDArray[np.float32] | None) -> float:
    """Bhattacharyya distance 0..1 of two histograms; 0 where one is unknown."""
    if a is None or b is None:
        return 0.0
    return float(np.sqrt(max(0.0, 1.0 - np.sqrt(a * b).sum())))


def assign(
    tracks: Sequence[Track], looks: Sequence[Look], colours: Sequence[NDArray[np.float32] | None], t: float
) -> dict[int, int]:
    """Which found body (by index) belongs to which track: near where it is expected, of its size and colours."""
    if not tracks or not looks:
        return {}
    cost = np.full((len(tracks), len(looks)), 10.0)
    for i, track in enumerate(tracks):
        box = track.expected(t)
        size = size_of(box)
        # The longer somebody was hidden, the farther they may have walked.
        reach = REACH + 0.6 * max(0.0, t - track.seen)
        for j, look in enumerate(looks):
            other = box_of(look.landmarks_px, look.visibility)
            far = float(np.linalg.norm((other[:2] + other[2:] - box[:2] - box[2:]) / 2.0)) / size
            ratio = abs(float(np.log(size_of(other) / size)))
            strange = strangeness(track.colours, colours[j])
            if far < reach and ratio < 0.8 and strange < STRANGE + 0.2:
                cost[i, j] = far / reach + 0.7 * ratio + 1.5 * strange
    rows, columns = linear_sum_assignment(cost)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < 5.0}
