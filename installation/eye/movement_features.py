"""What a body does, in numbers from 0 to 1 that mean the same for a child and a giant."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motion.smooth import blend_factor_hz

Array = NDArray[np.float64]

LIMBS = [0, 13, 14, 15, 16, 25, 26, 27, 28]
LEFT, RIGHT = [11, 13, 15, 23, 25, 27], [12, 14, 16, 24, 26, 28]
LIVELY = 1.2
"""Metres a second of the limbs, against the hips, at which energy is 1 - 1/e."""

CALM_HZ = 3.0
"""Cutoff of what is told of a body."""


class Calm:
    """What one body does over time, without the trembling of its landmarks."""

    def __init__(self) -> None:
        self._now: Array | None = None
        """Energy, openness, symmetry, left and right hand, sine and cosine of where it faces."""

    def step(self, body_m: Array, speed_m: Array, dt: float) -> None:
        """Landmarks (33, 3) in the room and their velocities, `dt` seconds after the last."""
        turn = facing(body_m)
        now = np.array(
            [
                energy(speed_m),
                openness(body_m),
                symmetry(body_m),
                *hands(body_m),
                math.sin(turn),
                math.cos(turn),
            ]
        )
        self._now = now if self._now is None else self._now + blend_factor_hz(CALM_HZ, dt) * (now - self._now)

    def told(self) -> dict[str, Any]:
        """The fields of a `Visitor`; there must have been a step."""
        assert self._now is not None
        energy, openness, symmetry, left, right, sine, cosine = self._now.tolist()
        return {
            "energy": energy,
            "openness": openness,
            "symmetry": symmetry,
            "hands": (left, right),
            "facing": math.atan2(sine, cosine),
        }


def energy(speed_m: Array) -> float:
    """From the velocities (33, 3) of a body's landmarks, m/s."""
    limbs = speed_m[LIMBS] - 0.5 * (speed_m[23] + speed_m[24])
    # The two or three liveliest limbs make a movement, the others must not water it down.
    lively = math.sqrt(sum(sorted(np.vecdot(limbs, limbs).tolist())[-4:]) / 4.0)
    return 1.0 - math.exp(-max(0.0, lively - 0.05) / LIVELY)


def openness(body_m: Array) -> float:
    """From landmarks (33, 3): how far wrists and ankles are from the middle line, against the torso's length."""
    torso = _torso(body_m)
    chest = (0.5 * (body_m[11] + body_m[12])).tolist()
    left, right = body_m[15].tolist(), body_m[16].tolist()
    hands = 0.5 * (math.dist(left, chest) + math.dist(right, chest)) / torso
    span, feet = math.dist(left, right) / torso, math.dist(body_m[27], body_m[28]) / torso
    return min(max(0.35 * (span - 0.9) / 2.0 + 0.45 * (hands - 0.9) / 0.5 + 0.2 * (feet - 0.4) / 1.0, 0.0), 1.0)


def symmetry(body_m: Array) -> float:
    """From landmarks (33, 3): how well the left side mirrors the right one in the body's own plane."""
    middle = 0.5 * (body_m[23] + body_m[24])
    across = body_m[11] - body_m[12]
    across = across / max(math.hypot(*across), 1e-6)
    there = body_m[LEFT] - middle
    miss = there - 2.0 * (there @ across)[:, None] * across - (body_m[RIGHT] - middle)
    return math.exp(-float(np.sqrt(np.vecdot(miss, miss)).mean()) / (0.4 * _torso(body_m)))


def hands(body_m: Array) -> tuple[float, float]:
    """From landmarks (33, 3): left and right wrist, 0 at the hips .. 1 above the head."""
    heights = body_m[:, 1].tolist()
    hips = 0.5 * (heights[23] + heights[24])
    top = max(heights[0] - hips, 0.8 * _torso(body_m)) * 1.2
    left, right = (min(max((heights[wrist] - hips) / top, 0.0), 1.0) for wrist in (15, 16))
    return left, right


def facing(body_m: Array) -> float:
    """From landmarks (33, 3): radians about Y, 0 towards the wall, +pi/2 towards +X."""
    to_left = body_m[11] - body_m[12] + body_m[23] - body_m[24]
    return math.atan2(-float(to_left[2]), -float(to_left[0]))


def _torso(body_m: Array) -> float:
    return max(0.5 * math.hypot(*(body_m[11] + body_m[12] - body_m[23] - body_m[24])), 0.15)
