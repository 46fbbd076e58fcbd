"""Things that look like people: a figure whose pixels stay as they are, however its landmarks tremble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.pose_estimator import BODY, Look, covered

Array = NDArray[np.float32]

GREY = 320
"""Longest side of the small grey picture in which movement is sought, pixels."""
MOVED = 0.05
"""Shift of a body's landmarks, in body sizes, that a thing does not make for long; trembling stays below."""
AWAY = 0.3
"""Shift, in body sizes, that no trembling makes: then it does not matter what is seen at the old place."""
CHANGED = 0.08
"""Share of the pixels around a thing that must change with it."""
LEVELS = 14.0
"""Grey levels by which a pixel must differ to have changed; noise and flicker stay below."""
SURE = 0.15
"""Seconds for which both must be so."""
PATCH = (48, 96)
"""Width and height of the small grey picture by which a thing is known."""


@dataclass(frozen=True)
class View:
    """A picture, and a small grey one that is made when it is asked for."""

    time: float
    pixels: NDArray[np.uint8]

    @property
    def shrink(self) -> float:
        """How many times smaller the grey picture is."""
        return max(1.0, max(self.pixels.shape[:2]) / GREY)

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """(height, width)."""
        size = (round(self.pixels.shape[1] / self.shrink), round(self.pixels.shape[0] / self.shrink))
        return cv2.cvtColor(cv2.resize(self.pixels, size), cv2.COLOR_RGB2GRAY)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Where a body was found when it was first seen, and what its place looked like."""

    landmarks_px: Array
    box_px: Array
    patch: Array

    @property
    def size(self) -> float:
        """Body size in pixels."""
        return float(max(self.box_px[2] - self.box_px[0], self.box_px[3] - self.box_px[1], 1.0))


def thing_of(look: Look, box_px: Array, view: View) -> Thing:
    """What may turn out to be a thing."""
    return Thing(look.landmarks_px, box_px, _patch(view, box_px))


def shift_of(thing: Thing, landmarks_px: Array, visibility: Array) -> float:
    """How far landmarks (33, 2) are from where they first were, in body sizes: what the liveliest third of them do."""
    seen = [i for i in BODY if visibility[i] > 0.3] or BODY
    moves = np.linalg.norm(landmarks_px[seen] - thing.landmarks_px[seen], axis=1) / thing.size
    return float(np.quantile(moves, 0.7))


def changed(thing: Thing, view: View, others: Sequence[Array] = ()) -> bool:
    """Whether the place of a thing looks different now, and not because one of the `others` (boxes) is before it."""
    if any(covered(thing.box_px, other) > 0.05 for other in others):
        return False
    return float((np.abs(_patch(view, thing.box_px) - thing.patch) > LEVELS).mean()) > CHANGED


def _patch(view: View, box_px: Array) -> Array:
    """What a box of the picture looks like, small, without the light's strength."""
    x0, y0, x1, y1 = (float(v) / view.shrink for v in box_px)
    centre, size = ((x0 + x1) / 2, (y0 + y1) / 2), (max(x1 - x0, 2.0), max(y1 - y0, 2.0))
    frame = np.array(
        [[PATCH[0] / size[0], 0, PATCH[0] / 2 - centre[0] * PATCH[0] / size[0]],
         [0, PATCH[1] / size[1], PATCH[1] / 2 - centre[1] * PATCH[1] / size[1]]], np.float32,
    )  # fmt: skip
    patch = cv2.warpAffine(view.grey, frame, PATCH, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    levels = patch.astype(np.float32)
    return cv2.GaussianBlur(levels - levels.mean(), (0, 0), 1.0).astype(np.float32)
