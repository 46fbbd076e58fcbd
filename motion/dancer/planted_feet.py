"""Feet of a filled gap: planted where they stand, lifted where they step, at rest with those on both sides of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion.body import Motion, joint_positions
from motion.contact import detect_contacts, flag_spans, move_feet
from motion.skeleton import TOE_BONES, TOES_HEIGHT_M

Array = NDArray[np.floating]

STILL_M = 0.03
"""Distance over which a foot that stands throughout a gap may creep; a longer one is a step."""
STEP_SECONDS, STEP_SECONDS_A_METRE = 0.2, 0.5
"""Duration of a step, and what is added for each metre of it."""
LIFT_M, LIFT_A_METRE, MAX_LIFT_M = 0.035, 0.1, 0.09
"""Height of a step's arc, what is added for each metre of it, and the highest."""
EDGE_SECONDS = 0.1
"""Time from the ends of a gap within which feet are not lifted wholly."""


def plant_feet(motion: Motion, first: int, last: int, ground_m: float = TOES_HEIGHT_M) -> Motion:
    """The motion with the feet of frames from `first` up to and without `last` planted; other frames stay.

    `ground_m` is the height of the toes' joints of a standing foot. The gap may end with the motion.
    """
    toes = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)[:, TOE_BONES]
    contacts = detect_contacts(toes, motion.rate, ground_m)
    shift = np.zeros_like(toes)
    for foot in (0, 1):
        places, stands = _places(toes[:, foot], contacts[:, foot], first, last, motion.rate)
        contacts[:, foot] = stands
        shift[:, foot] = _shift(toes[:, foot], places, stands, (first, last), ground_m, motion.rate)
    part = slice(first, last)
    hips, turns, feet = motion.hips_m.copy(), motion.turns.copy(), motion.feet.copy()
    hips[part], turns[part] = move_feet(
        motion.hips_m[part], motion.turns[part], motion.offsets_m, shift[part], contacts[part]
    )
    feet[part] = contacts[part]
    return replace(motion, hips_m=hips, turns=turns, feet=feet)


def _places(
    toes_m: Array, contacts: NDArray[np.bool_], first: int, last: int, rate: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Where the toes (T, 3) stand, and in which frames (T,)."""
    places, stands = toes_m.copy(), contacts.copy()
    for start, stop in flag_spans(contacts):
        if stop <= first or start >= last:
            continue
        # Outside the gap feet stay as they are, and a contact that reaches its end has to be where they are then.
        leaves = toes_m[first - 1] if start <= first else None
        arrives = toes_m[last] if stop >= last and last < len(toes_m) else None
        inside = slice(max(start, first), min(stop, last))
        if leaves is None and arrives is None:
            places[inside] = np.median(toes_m[inside], axis=0)
        elif arrives is None:
            places[inside] = leaves
        elif leaves is None:
            places[inside] = arrives
        else:
            way = arrives - leaves
            distance = float(np.linalg.norm(way[::2]))
            if distance < STILL_M:
                places[inside] = leaves + np.linspace(0.0, 1.0, last - first + 2)[1:-1, None] * way
                continue
            begin, end = _step_frames(toes_m[inside], leaves, way, distance, rate)
            places[inside] = leaves
            places[first + end : last] = arrives
            stands[first + begin : first + end] = False
    return places, stands


def _step_frames(toes_m: Array, leaves: Array, way: Array, distance: float, rate: float) -> tuple[int, int]:
    """The frames of a gap in which a foot steps: around the one in which it slid over the middle of its way."""
    count = len(toes_m)
    length = min(round((STEP_SECONDS + STEP_SECONDS_A_METRE * distance) * rate), count)
    along = (toes_m - leaves)[:, ::2] @ way[::2] / distance**2
    middle = int(np.argmax(along >= 0.5)) if (along >= 0.5).any() else count // 2
    begin = min(max(middle - length // 2, 0), count - length)
    return begin, begin + length


def _shift(
    toes_m: Array, places: Array, stands: NDArray[np.bool_], gap: tuple[int, int], ground_m: float, rate: float
) -> Array:
    """(T, 3) by which a foot is moved; 0 outside the gap."""
    first, last = gap
    shift = np.zeros_like(toes_m)
    level = np.array([1.0, 0.0, 1.0])
    shift[stands] = (places - toes_m)[stands] * level
    shift[:first], shift[last:] = 0.0, 0.0
    free = ~stands
    for start, stop in flag_spans(free):
        if stop <= first or start >= last:
            continue
        a, b = max(start, first), min(stop, last)
        before, after = shift[a - 1], shift[b] if b < len(shift) else shift[a - 1]
        share = np.arange(1, b - a + 1) / (b - a + 1)
        eased = (share * share * (3.0 - 2.0 * share))[:, None]
        swung = before + eased * (after - before)
        # A foot that slid a little before its step and after it would do so in the air too.
        shift[a:b] = swung
        shift[a:b, 1] += _lift(toes_m + shift, (start, stop), (a, b), ground_m, rate)
    shift[first:last, 1] += np.maximum(ground_m - toes_m[first:last, 1] - shift[first:last, 1], 0.0)
    return shift


def _lift(toes_m: Array, swing: tuple[int, int], part: tuple[int, int], ground_m: float, rate: float) -> Array:
    """(F,) by which the toes (T, 3) are raised in a part of a swing, so that they do not brush the floor."""
    (start, stop), (a, b) = swing, part
    distance = float(np.linalg.norm((toes_m[min(stop, len(toes_m) - 1)] - toes_m[max(start - 1, 0)])[::2]))
    if distance < STILL_M:
        return np.zeros(b - a)
    frames = np.arange(a, b)
    arc = np.sin(np.pi * np.clip((frames - start + 1) / (stop - start + 1), 0.0, 1.0)) ** 0.7
    high = min(LIFT_M + LIFT_A_METRE * distance, MAX_LIFT_M)
    edge = max(EDGE_SECONDS * rate, 1.0)
    near = np.ones(b - a)
    if start < a:
        near = np.minimum(near, (frames - a + 1) / edge)
    if stop > b:
        near = np.minimum(near, (b - frames) / edge)
    raised: Array = near * np.maximum(ground_m + high * arc - toes_m[a:b, 1], 0.0)
    return raised
