"""Where dancers are to be: in front of whom they answer, on the floor plan, and not through each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from motion.dancer.collision_avoidance import MAX_PUSH_M_S, MIN_HIP_DISTANCE_M, PUSH_M_S_PER_M
from motion.rotation import length

Array = NDArray[np.floating]

NATURAL = 0.75
"""Metres between the hips of two who dance together; the network knows no other distance."""
FARTHEST = 1.5
"""Metres at which a partner who is farther away is shown to the network."""
BEYOND, BESIDE, SETTLED = 1.0, 0.7, 0.4
"""Metres from where they should be at which first dancers and further ones are called back; the share of that at which
they are left alone again."""
MARGIN = 0.3
"""Metres from the edge of the floor that a dancer who was called back is left alone."""
BACK = 2.0
"""m/s for each metre off the floor with which a dancer is moved back."""
STRIDE = 0.9
"""Metres that a dancer is asked to go in one second."""
FAN = np.radians(42.0)
"""From the way to the wall to the first voice's place, and from there to the next ones."""


def beside(voice: int) -> int:
    """Which place in a row a voice has: 0, the first to +X, the first to -X, the second to +X, ..."""
    return (voice + 1) // 2 * (1 if voice % 2 else -1)


def home(partners: Array, voices: ArrayLike, distance: ArrayLike, floor: Array) -> Array:
    """(..., 2) where voices (...) begin to answer partners at (..., 2): nearer to the wall and aside, so that neither
    hides the other, the first one on the side of the middle."""
    voice = np.asarray(voices)
    side = np.where((partners[..., 0] > 0.5 * (floor[0] + floor[2])) == (voice % 2 == 0), -1.0, 1.0)
    angle = FAN * (voice // 2 + 1) * side
    way = np.stack([np.sin(angle), -np.cos(angle)], axis=-1)
    return within(partners + np.asarray(distance)[..., None] * way, floor)


def alone(place: int, count: int, floor: Array) -> tuple[Array, Array]:
    """(2,) where one of `count` who have nobody begins, in pairs, and (2,) what they look at: each other, or the
    room."""
    middle = np.array([0.5 * (floor[0] + floor[2]), 0.5 * (floor[1] + floor[3])])
    pairs = (count + 1) // 2
    middle = middle + [(place // 2 - 0.5 * (pairs - 1)) * 1.8, 0.0]
    if place == count - 1 and count % 2:
        return middle, middle + [0.0, 1.0]
    side = -1.0 if place % 2 else 1.0
    return middle + [0.5 * NATURAL * side, 0.0], middle


def within(places: Array, floor: Array) -> Array:
    """Places (..., 2) or the nearest on the floor, a rectangle of left, near, right, far; metres."""
    return np.minimum(np.maximum(places, floor[:2]), floor[2:])


def left_of(way: Array) -> Array:
    """(..., 2) x and z of the unit vector to the left of who looks along `way` (..., 2)."""
    unit = way / np.maximum(length(way), 1e-6)
    return np.stack([unit[..., 1], -unit[..., 0]], axis=-1)


def nearer(places: Array, partners: Array, distance: Array) -> Array:
    """(N, 2) by how much partners (N, 2) are to be moved so that who dances `distance` (N, 1) away from them feels
    as couples do; metres."""
    way = partners - places
    far = length(way)
    shown = np.minimum(far * NATURAL / distance, FARTHEST)
    return (shown / np.maximum(far, 1e-6) - 1.0) * way


def ring(places: Array, partners: Array, distance: Array, floor: Array) -> Array:
    """(N, 2) the nearest places on the floor that are `distance` (N,) away from partners (N, 2)."""
    way = places - partners
    far = length(way)
    return within(partners + distance[:, None] * np.where(far > 0.05, way / np.maximum(far, 0.05), (0.0, -1.0)), floor)


def stride(places: Array, wished: Array, towards: Array) -> Array:
    """(N, 4) on the way from places to those that are wished for (N, 2): where to be in a second, and what is to the
    left then of who looks `towards` (N, 2)."""
    step = wished - places
    far = length(step)
    place = places + step * np.minimum(1.0, STRIDE / np.maximum(far, 1e-6))
    return np.concatenate([place, left_of(towards - place)], axis=-1)


def apart(places: Array, others: Array, floor: Array, dt: float) -> Array:
    """(N, 2) by how much bodies at (N, 2) are moved in `dt` seconds, away from each other, from others (M, 2), and back
    onto the floor: softly, at most PUSH fast."""
    everybody = np.concatenate([places, others])
    way = places[:, None] - everybody[None]
    far = length(way)
    one = np.arange(len(places))
    far[one, one] = np.inf
    push = BACK * (within(places, floor) - places)
    if far.min(initial=np.inf) < MIN_HIP_DISTANCE_M:
        # Two who are at one place are parted along the wall.
        aside = np.where(np.arange(len(everybody))[None] > one[:, None], -1.0, 1.0)[..., None] * (1.0, 0.0)
        unit = np.where(far > 1e-3, way / np.maximum(far, 1e-3), aside)
        push = push + PUSH_M_S_PER_M * (np.maximum(MIN_HIP_DISTANCE_M - far, 0.0) * unit).sum(axis=1)
    return dt * push * np.minimum(1.0, MAX_PUSH_M_S / np.maximum(length(push), 1e-6))
