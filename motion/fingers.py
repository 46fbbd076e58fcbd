"""Fingers as bends and spreads: the relaxed hand of bodies seen without fingers, and fingers that a camera saw."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion
from motion.contact import flag_spans
from motion.offline_smoothing import gaussian_mean
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, PARENTS, REST_OFFSETS_M

Array = NDArray[np.floating]

FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
"""In the order of angles and landmarks."""
SIDES = ("left", "right")

RELAXED_DEG = np.array(
    [
        [0.0, 8.0, 14.0, 18.0],
        [-3.0, 18.0, 26.0, 14.0],
        [0.0, 24.0, 32.0, 18.0],
        [2.0, 28.0, 36.0, 20.0],
        [4.0, 32.0, 36.0, 20.0],
    ]
)
"""(5, 4) spread, and bend of the three joints from the hand outwards, of a hand that hangs at ease: closed a little
more towards the little finger, and fingers towards the middle one."""
MIN_DEG = np.array([[-35.0, -30.0, -15.0, -15.0], *[[-20.0, -25.0, -5.0, -5.0]] * 4])
"""(5, 4) lower limits of these angles."""
MAX_DEG = np.array([[50.0, 50.0, 65.0, 80.0], *[[20.0, 95.0, 110.0, 80.0]] * 4])
"""(5, 4) upper limits."""

SMOOTHING_S = 0.06
"""Standard deviation of the Gaussian over the angles of seen fingers."""
MEDIAN_FRAMES = 5
"""Frames over which the median of seen angles is taken, so that a wrong detection leaves no trace."""
MAX_GAP_S = 0.3
"""Time without a sighting across which fingers move on to the next one."""
MIN_SIGHTING_S = 0.15
"""Shorter sightings are left out."""
FADE_S = 0.1
"""Standard deviation of the Gaussian with which seen fingers and relaxed ones change into each other."""


def _bone_table() -> NDArray[np.intp]:
    parts = ("Proximal", "Intermediate", "Distal")
    of_thumb = ("Metacarpal", "Proximal", "Distal")
    return np.array(
        [
            [[BONE_INDEX[f"{s}{f}{part}"] for part in (of_thumb if f == "Thumb" else parts)] for f in FINGERS]
            for s in SIDES
        ]
    )


FINGER_BONES = _bone_table()
"""(2, 5, 3) left and right hand, FINGERS, joints from the hand outwards."""


def _frames() -> Array:
    """(5, 3, 3) the frame of each finger of the left hand in the T-pose, as rows."""
    frames = np.empty((len(FINGERS), 3, 3))
    for frame, bones in zip(frames, FINGER_BONES[0], strict=True):
        along = REST_OFFSETS_M[bones[1]] / np.linalg.norm(REST_OFFSETS_M[bones[1]])
        # The palm looks down, the thumb ahead. Fingers bend down and spread ahead, a thumb bends across the palm
        # and spreads down.
        aside = np.array([0.0, -1.0, 0.0] if bones[0] == FINGER_BONES[0, 0, 0] else [0.0, 0.0, 1.0])
        aside = aside - (aside @ along) * along
        aside /= np.linalg.norm(aside)
        frame[:] = along, np.cross(along, aside), aside
    return frames


FINGER_FRAMES = _frames()
"""(5, 3, 3) rows: the directions in which each finger of a left hand points, bends, and spreads, in the T-pose."""
_MIRRORED = np.array([1.0, 1.0, -1.0, -1.0])
"""Signs of a quaternion whose rotation is mirrored from left to right."""


def finger_rotations(angles: Array) -> Array:
    """(..., 2, 5, 3, 4) rotations of FINGER_BONES relative to their parents.

    `angles` (..., 2, 5, 4), radians, are the spread of each finger at its first joint and the bend of its three joints;
    0 is the T-pose.
    """
    along, palm, aside = FINGER_FRAMES[:, 0], FINGER_FRAMES[:, 1], FINGER_FRAMES[:, 2]
    bends = rotation.from_axis_angle(np.cross(along, palm)[:, None], angles[..., 1:])
    spreads = rotation.from_axis_angle(np.cross(along, aside), angles[..., 0])
    bends[..., 0, :] = rotation.multiply(bends[..., 0, :], spreads)
    bends[..., 1, :, :, :] *= _MIRRORED
    return bends


def _relaxed() -> Array:
    turns = np.tile(rotation.IDENTITY, (len(BONES), 1))
    turns[FINGER_BONES] = finger_rotations(np.radians(np.stack([RELAXED_DEG, RELAXED_DEG])))
    return turns


RELAXED = _relaxed()
"""(55, 4) rotations of the bones of a relaxed hand relative to their parents; only those of fingers are none."""


def relax_fingers(motion: Motion, present: Collection[str] = ()) -> Motion:
    """The motion with eyes, jaw and fingers, those of each hand relaxed if none of its fingers is among the bones
    `present` in the source; missing fingers are of canonical proportions."""
    count = len(BONES)
    turns, trust, offsets = np.empty((len(motion), count, 4)), np.zeros((len(motion), count)), motion.offsets_m
    own = motion.turns.shape[1]
    turns[:, :own], trust[:, :own] = motion.turns, motion.trust
    hands = {side: [BONES[bone] for bone in FINGER_BONES[hand].ravel()] for hand, side in enumerate(SIDES)}
    free = {bone for bones in hands.values() if not set(bones) & set(present) for bone in bones}
    for bone in range(CORE_COUNT, count):
        if bone >= own or BONES[bone] in free:
            turns[:, bone] = rotation.multiply(turns[:, PARENTS[bone]], RELAXED[bone])
            trust[:, bone] = trust[:, PARENTS[bone]]
    size = float(np.linalg.norm(offsets[1:CORE_COUNT]) / np.linalg.norm(REST_OFFSETS_M[1:CORE_COUNT]))
    offsets = np.concatenate([offsets, size * REST_OFFSETS_M[own:]])
    for bones in hands.values():
        missing = [BONE_INDEX[bone] for bone in bones if bone in free and BONE_INDEX[bone] < own]
        if not offsets[missing].any():
            offsets[missing] = size * REST_OFFSETS_M[missing]
    return replace(motion, turns=turns, trust=trust, offsets_m=offsets)


def pose_fingers(motion: Motion, angles: Array) -> Motion:
    """The motion with fingers as they were seen, smoothed, and relaxed hands where none was seen.

    `angles` (T, 2, 5, 4) are those of `finger_rotations`, at the motion's frames, not a number where a hand was not
    seen. The trust in a finger is the share of what was seen in it. A motion whose hands were never seen stays as
    it is.
    """
    posed, share = settle_fingers(angles, motion.rate)
    if not share.any():
        return motion
    motion = relax_fingers(motion)
    rotations = finger_rotations(posed)
    turns, trust = motion.turns.copy(), motion.trust.copy()
    for joint in range(FINGER_BONES.shape[-1]):
        bones = FINGER_BONES[..., joint]
        turns[:, bones] = rotation.multiply(turns[:, PARENTS[bones]], rotations[..., joint, :])
        trust[:, bones] = share[..., None]
    return replace(motion, turns=turns, trust=trust)


def settle_fingers(angles: Array, rate: float) -> tuple[Array, Array]:
    """Angles (T, 2, 5, 4) in every frame, and the share (T, 2) of what was seen in them; see `pose_fingers`."""
    relaxed = np.radians(RELAXED_DEG)
    posed = np.broadcast_to(relaxed, angles.shape).copy()
    share = np.zeros(angles.shape[:2])
    frames = np.arange(len(angles))
    for hand in range(angles.shape[1]):
        measured = np.asarray(np.isfinite(angles[:, hand]).all(axis=(-2, -1)))
        seen = _sightings(measured, rate)
        known = np.flatnonzero(seen & measured)
        if not len(known):
            continue
        columns = _median(angles[known, hand].reshape(len(known), -1))
        filled = np.stack([np.interp(frames, known, column) for column in columns.T], axis=1)
        limited = np.clip(filled.reshape(-1, *MIN_DEG.shape), np.radians(MIN_DEG), np.radians(MAX_DEG))
        smooth = gaussian_mean(limited, SMOOTHING_S * rate)
        share[:, hand] = np.clip(gaussian_mean(seen.astype(float), FADE_S * rate), 0.0, 1.0)
        posed[:, hand] = relaxed + share[:, hand, None, None] * (smooth - relaxed)
    return np.clip(posed, np.radians(MIN_DEG), np.radians(MAX_DEG)), share


def _sightings(seen: NDArray[np.bool_], rate: float) -> NDArray[np.bool_]:
    """Flags (T,) with short gaps closed and short sightings left out."""
    closed = seen.copy()
    for start, stop in flag_spans(~seen):
        if start > 0 and stop < len(seen) and stop - start <= MAX_GAP_S * rate:
            closed[start:stop] = True
    for start, stop in flag_spans(closed):
        # A gap that was closed is no sighting.
        if seen[start:stop].sum() < MIN_SIGHTING_S * rate:
            closed[start:stop] = False
    return closed


def _median(columns: Array) -> Array:
    """Columns (T, N), each value the median of MEDIAN_FRAMES frames around it."""
    reach = MEDIAN_FRAMES // 2
    padded = np.pad(columns, ((reach, reach), (0, 0)), "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, MEDIAN_FRAMES, axis=0)
    median: Array = np.median(windows, axis=-1)
    return median
