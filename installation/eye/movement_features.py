"""Movement features of a body: energy, openness, symmetry, raised hands, facing; independent of body size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motion.smooth import blend_factor_hz

Array = NDArray[np.float64]

LIMBS = [0, 13, 14, 15, 16, 25, 26, 27, 28]
LEFT, RIGHT = [11, 13, 15, 23, 25, 27], [12, 14, 16, 24, 26, 28]
ENERGY_SPEED_M = 1.2
"""Metres a second of the limbs, relative to the hips, at which energy is 1 - 1/e."""
SMOOTHING_HZ = 3.0
"""Cutoff of all features."""


class MovementFeatures:
    """The smoothed features of one body over time."""

    def __init__(self) -> None:
        self._values: Array | None = None
        """Energy, openness, symmetry, left and right hand, sine and cosine of the facing angle."""

    def step(self, body_m: Array, speed_m: Array, dt: float) -> None:
        """Update from landmarks (33, 3) in the room and their velocities, `dt` seconds after the last."""
        angle = facing(body_m)
        values = np.array(
            [
                energy(speed_m),
                openness(body_m),
                symmetry(body_m),
                *hands(body_m),
                math.sin(angle),
                math.cos(angle),
            ]
        )
        previous = self._values
        factor = blend_factor_hz(SMOOTHING_HZ, dt)
        self._values = values if previous is None else previous + factor * (values - previous)

    def visitor_fields(self) -> dict[str, Any]:
        """Keyword arguments of a `Visitor`; requires a step."""
        assert self._values is not None
        energy, openness, symmetry, left, right, sine, cosine = self._values.tolist()
        return {
            "energy": energy,
            "openness": openness,
            "symmetry": symmetry,
            "hands": (left, right),
            "facing": math.atan2(sine, cosine),
        }


def energy(speed_m: Array) -> float:
    """How fast the limbs move, 0..1, from the velocities (33, 3) of a body's landmarks, m/s."""
    limbs = speed_m[LIMBS] - 0.5 * (speed_m[23] + speed_m[24])
    # The four fastest landmarks alone: limbs at rest must not dilute a movement.
    speed = math.sqrt(sum(sorted(np.vecdot(limbs, limbs).tolist())[-4:]) / 4.0)
    return 1.0 - math.exp(-max(0.0, speed - 0.05) / ENERGY_SPEED_M)


def openness(body_m: Array) -> float:
    """How far wrists and ankles are from the middle line, relative to the torso's length, 0..1; landmarks (33, 3)."""
    torso = _torso(body_m)
    chest = (0.5 * (body_m[11] + body_m[12])).tolist()
    left, right = body_m[15].tolist(), body_m[16].tolist()
    hands = 0.5 * (math.dist(left, chest) + math.dist(right, chest)) / torso
    span, feet = math.dist(left, right) / torso, math.dist(body_m[27], body_m[28]) / torso
    return min(max(0.35 * (span - 0.9) / 2.0 + 0.45 * (hands - 0.9) / 0.5 + 0.2 * (feet - 0.4) / 1.0, 0.0), 1.0)


def symmetry(body_m: Array) -> float:
    """How well the left side mirrors the right one in the body's own plane, 0..1; landmarks (33, 3)."""
    middle = 0.5 * (body_m[23] + body_m[24])
    across = body_m[11] - body_m[12]
    across = across / max(math.hypot(*across), 1e-6)
    left = body_m[LEFT] - middle
    error = left - 2.0 * (left @ across)[:, None] * across - (body_m[RIGHT] - middle)
    return math.exp(-float(np.sqrt(np.vecdot(error, error)).mean()) / (0.4 * _torso(body_m)))


def hands(body_m: Array) -> tuple[float, float]:
    """Heights of left and right wrist, 0 at the hips .. 1 above the head; landmarks (33, 3)."""
    heights = body_m[:, 1].tolist()
    hips = 0.5 * (heights[23] + heights[24])
    top = max(heights[0] - hips, 0.8 * _torso(body_m)) * 1.2
    left, right = (min(max((heights[wrist] - hips) / top, 0.0), 1.0) for wrist in (15, 16))
    return left, right


def facing(body_m: Array) -> float:
    """Facing in radians about Y, 0 towards the wall, +pi/2 towards +X; landmarks (33, 3)."""
    to_left = body_m[11] - body_m[12] + body_m[23] - body_m[24]
    return math.atan2(-float(to_left[2]), -float(to_left[0]))


def _torso(body_m: Array) -> float:
    """Length of the torso, metres; at least 0.15."""
    return max(0.5 * math.hypot(*(body_m[11] + body_m[12] - body_m[23] - body_m[24])), 0.15)
