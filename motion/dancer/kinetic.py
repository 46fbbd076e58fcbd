"""Kinetic features of dances as in AIST++, their Fréchet distance and their diversity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import joint_positions
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.data import FRAME_RATE
from motion.skeleton import BONE_INDEX, BONE_TIPS_M

Array = NDArray[np.floating]

WINDOW_SECONDS = 4.0
"""Duration that one feature vector describes."""
HOP_SECONDS = 0.5
"""Time between the starts of two windows."""
SMOOTHING_FRAMES = 3
"""Frames over which velocities are averaged: 0.1 s, where AIST++ has 5 of 60 a second."""
HANDS = ("leftHand", "rightHand")


def smpl_joints(hips_m: Array, turns: Array) -> Array:
    """(T, 24, 3) joints of hips (T, 3) and turns (T, 22, 4): the 22, and the knuckles as SMPL's 24 have them."""
    joints = joint_positions(hips_m, turns, CANONICAL_OFFSETS)
    knuckles = [joints[:, BONE_INDEX[n]] + rotation.rotate(turns[:, BONE_INDEX[n]], BONE_TIPS_M[n]) for n in HANDS]
    return np.concatenate([joints, np.stack(knuckles, axis=1)], axis=1)


def kinetic_features(joints_m: Array, rate_hz: float = FRAME_RATE) -> Array:
    """(3 J,) of joints (T, J, 3): each joint's mean squared speed over the floor (m²/s²), mean squared vertical speed,
    and mean length of its acceleration (m/s²), of velocities that are averaged over a few frames.

    Li et al., AI Choreographer, ICCV 2021, after Onuma, Faloutsos and Hodgins, FMDistance, Eurographics 2008.
    """
    step = np.diff(joints_m, axis=0) * rate_hz
    total = np.cumsum(np.concatenate([np.zeros_like(step[:1]), step]), axis=0)
    velocity = (total[SMOOTHING_FRAMES:] - total[:-SMOOTHING_FRAMES]) / SMOOTHING_FRAMES
    horizontal = (velocity[..., [0, 2]] ** 2).sum(axis=-1).mean(axis=0)
    vertical = (velocity[..., 1] ** 2).mean(axis=0)
    acceleration = np.linalg.norm(np.diff(velocity, axis=0) * rate_hz, axis=-1).mean(axis=0)
    return np.stack([horizontal, vertical, acceleration], axis=-1).ravel()


def window_features(joints_m: Array, rate_hz: float = FRAME_RATE) -> Array:
    """(W, 3 J) features of all windows of joints (T, J, 3); W is 0 where they are shorter than one window."""
    size, hop = round(WINDOW_SECONDS * rate_hz), round(HOP_SECONDS * rate_hz)
    starts = range(0, len(joints_m) - size + 1, hop)
    found = [kinetic_features(joints_m[s : s + size], rate_hz) for s in starts]
    return np.array(found).reshape(-1, 3 * joints_m.shape[1])


def z_scores(values: Array, reference: Array) -> Array:
    """Features (W, n) normalised by mean and standard deviation of the reference set."""
    scores: Array = (values - reference.mean(axis=0)) / np.maximum(reference.std(axis=0), 1e-6)
    return scores


def frechet_distance(one: Array, other: Array) -> float:
    """The Fréchet distance of the normal distributions with the means and covariances of two sets (W, n).

    |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½) (Heusel et al., NeurIPS 2017), the trace of the root taken from the
    eigenvalues of C1^½ C2 C1^½, which is symmetric. Biased upwards for small sets: compare sets of like size.
    """
    difference = one.mean(axis=0) - other.mean(axis=0)
    first, second = (np.cov(s, rowvar=False) for s in (one, other))
    values, vectors = np.linalg.eigh(first)
    half = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    root = np.sqrt(np.maximum(np.linalg.eigvalsh(half @ second @ half), 0.0)).sum()
    return max(0.0, float(difference @ difference + np.trace(first) + np.trace(second) - 2.0 * root))


def diversity(values: Array) -> float:
    """The mean distance between any two of a set (W, n)."""
    squares = (values**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2.0 * values @ values.T, 0.0))
    count = len(values)
    return float(distances.sum() / (count * (count - 1))) if count > 1 else 0.0
