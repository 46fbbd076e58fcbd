"""Target positions of dancers on the floor plan: where they answer a visitor, how they return, how they keep apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from motion.dancer.collision_avoidance import MAX_PUSH_M_S, MIN_HIP_DISTANCE_M, PUSH_M_S_PER_M
from motion.rotation import length

Array = NDArray[np.floating]

COUPLE_DISTANCE_M = 0.75
"""Distance between the hips of two who dance together, the only one in the network's training data."""
MAX_SHOWN_DISTANCE_M = 1.5
"""Distance at which the network sees a partner who is farther away."""
FIRST_VOICE_SLACK_M = 1.0
"""Distance from its target at which a visitor's first dancer is called back."""
FURTHER_VOICE_SLACK_M = 0.7
"""Distance from its target at which a visitor's further dancers are called back."""
IMAGE_SLACK_M = 0.3
"""Distance from its mirror image at which a dancer is called back while the image is shown."""
RETURNED_SHARE = 0.4
"""Share of the slack within which a dancer that was called back is released."""
MIN_RETURNED_M = 0.1
"""Distance from its target within which every dancer that was called back is released."""
MARGIN_M = 0.3
"""Distance from the edge of the floor at which a dancer that was called back is released."""
FLOOR_SPRING = 2.0
"""m/s for each metre off the floor with which a dancer is moved back."""
GOAL_STEP_M = 0.9
"""Metres that a dancer goes in one second, at most, when it is called back."""
FAN_RADIANS = np.radians(42.0)
"""Angle from the direction to the wall to the first voice's position, and from there to the next ones."""
VOICE_SPACING_M = 0.95
"""Distance along the wall between two voices of a canon, or between two mirror images."""
SOLO_PAIR_SPACING_M = 1.8
"""Distance between two pairs of dancers that have no visitor."""


def row_place(voice: int) -> int:
    """Place of a voice in a row: 0, then alternately to +X and -X: 0, 1, -1, 2, ..."""
    return (voice + 1) // 2 * (1 if voice % 2 else -1)


def answer_position(partners: Array, voices: ArrayLike, distance_m: ArrayLike, floor: Array) -> Array:
    """(..., 2) where voices (...) start to answer partners at (..., 2): nearer to the wall and to the side, so that
    neither hides the other, the first voice towards the middle of the floor."""
    voice = np.asarray(voices)
    side = np.where((partners[..., 0] > 0.5 * (floor[0] + floor[2])) == (voice % 2 == 0), -1.0, 1.0)
    angle = FAN_RADIANS * (voice // 2 + 1) * side
    way = np.stack([np.sin(angle), -np.cos(angle)], axis=-1)
    return clamp_to_floor(partners + np.asarray(distance_m)[..., None] * way, floor)


def solo_position(index: int, count: int, floor: Array) -> tuple[Array, Array]:
    """(2,) where one of `count` dancers without a visitor starts, in pairs, and (2,) what it faces: the other of the
    pair, or the room."""
    middle = np.array([0.5 * (floor[0] + floor[2]), 0.5 * (floor[1] + floor[3])])
    pairs = (count + 1) // 2
    middle = middle + [(index // 2 - 0.5 * (pairs - 1)) * SOLO_PAIR_SPACING_M, 0.0]
    if index == count - 1 and count % 2:
        return middle, middle + [0.0, 1.0]
    side = -1.0 if index % 2 else 1.0
    return middle + [0.5 * COUPLE_DISTANCE_M * side, 0.0], middle


def clamp_to_floor(places: Array, floor: Array) -> Array:
    """Places (..., 2), or the nearest ones on the floor: a rectangle of left, near, right, far; metres."""
    return np.minimum(np.maximum(places, floor[:2]), floor[2:])


def left_of(way: Array) -> Array:
    """(..., 2) x and z of the unit vector to the left of a body that faces along `way` (..., 2)."""
    unit = way / np.maximum(length(way), 1e-6)
    return np.stack([unit[..., 1], -unit[..., 0]], axis=-1)


def partner_shift(places: Array, partners: Array, distance_m: Array) -> Array:
    """(N, 2) metres by which the network sees partners (N, 2) moved, so that a distance of `distance_m` (N, 1) becomes
    COUPLE_DISTANCE_M."""
    way = partners - places
    far = length(way)
    shown = np.minimum(far * COUPLE_DISTANCE_M / distance_m, MAX_SHOWN_DISTANCE_M)
    return (shown / np.maximum(far, 1e-6) - 1.0) * way


def nearest_at_distance(places: Array, partners: Array, distance_m: Array, floor: Array) -> Array:
    """(N, 2) the positions on the floor nearest to places (N, 2) that are `distance_m` (N,) from partners (N, 2)."""
    way = places - partners
    far = length(way)
    unit = np.where(far > 0.05, way / np.maximum(far, 0.05), (0.0, -1.0))
    return clamp_to_floor(partners + distance_m[:, None] * unit, floor)


def goal_in_one_second(places: Array, targets: Array, look_at: Array) -> Array:
    """(N, 4) position in one second on the way from places to targets (N, 2), and the unit vector to the left then of a
    body that faces `look_at` (N, 2)."""
    step = targets - places
    far = length(step)
    place = places + step * np.minimum(1.0, GOAL_STEP_M / np.maximum(far, 1e-6))
    return np.concatenate([place, left_of(look_at - place)], axis=-1)


def separation(places: Array, others: Array, floor: Array, dt: float) -> Array:
    """(N, 2) metres by which bodies at (N, 2) move in `dt` seconds away from each other, from others (M, 2), and back
    onto the floor: softly, at most MAX_PUSH_M_S m/s."""
    everybody = np.concatenate([places, others])
    way = places[:, None] - everybody[None]
    far = length(way)
    index = np.arange(len(places))
    far[index, index] = np.inf
    push = FLOOR_SPRING * (clamp_to_floor(places, floor) - places)
    if far.min(initial=np.inf) < MIN_HIP_DISTANCE_M:
        # Two in one place are parted along the wall.
        aside = np.where(np.arange(len(everybody))[None] > index[:, None], -1.0, 1.0)[..., None] * (1.0, 0.0)
        unit = np.where(far > 1e-3, way / np.maximum(far, 1e-3), aside)
        push = push + PUSH_M_S_PER_M * (np.maximum(MIN_HIP_DISTANCE_M - far, 0.0) * unit).sum(axis=1)
    return dt * push * np.minimum(1.0, MAX_PUSH_M_S / np.maximum(length(push), 1e-6))
