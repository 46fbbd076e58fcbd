"""How a set of dances moves, as numbers: the kinetic features of AIST++, and how far one set's are from another's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import joint_positions
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.data import FRAME_RATE
from motion.skeleton import INDEX, TIPS

Array = NDArray[np.floating]

WINDOW_SECONDS, HOP_SECONDS = 4.0, 0.5
"""Seconds that one feature vector tells of, and between two of them."""
SMOOTHING_FRAMES = 3
"""Frames over which velocities are averaged: 0.1 s, where AIST++ has 5 of 60 a second."""
HANDS = ("leftHand", "rightHand")


def smpl_joints(hips_m: Array, turns: Array) -> Array:
    """(T, 24, 3) joints of hips (T, 3) and turns (T, 22, 4): the 22, and the knuckles as SMPL's 24 have them."""
    there = joint_positions(hips_m, turns, CANONICAL_OFFSETS)
    knuckles = [there[:, INDEX[n]] + rotation.rotate(turns[:, INDEX[n]], TIPS[n]) for n in HANDS]
    return np.concatenate([there, np.stack(knuckles, axis=1)], axis=1)


def kinetic_features(joints_m: Array, rate: float = FRAME_RATE) -> Array:
    """(3 J,) of joints (T, J, 3): each joint's mean squared speed over the floor (m²/s²), mean squared vertical speed,
    and mean length of its acceleration (m/s²), of velocities that are averaged over a few frames.

    Li et al., AI Choreographer, ICCV 2021, after Onuma, Faloutsos and Hodgins, FMDistance, Eurographics 2008.
    """
    step = np.diff(joints_m, axis=0) * rate
    total = np.cumsum(np.concatenate([np.zeros_like(step[:1]), step]), axis=0)
    velocity = (total[SMOOTHING_FRAMES:] - total[:-SMOOTHING_FRAMES]) / SMOOTHING_FRAMES
    flat = (velocity[..., [0, 2]] ** 2).sum(axis=-1).mean(axis=0)
    upright = (velocity[..., 1] ** 2).mean(axis=0)
    push = np.linalg.norm(np.diff(velocity, axis=0) * rate, axis=-1).mean(axis=0)
    return np.stack([flat, upright, push], axis=-1).ravel()


def window_features(joints_m: Array, rate: float = FRAME_RATE) -> Array:
    """(W, 3 J) features of all windows of joints (T, J, 3); none where they are shorter than one."""
    size, hop = round(WINDOW_SECONDS * rate), round(HOP_SECONDS * rate)
    starts = range(0, len(joints_m) - size + 1, hop)
    found = [kinetic_features(joints_m[s : s + size], rate) for s in starts]
    return np.array(found).reshape(-1, 3 * joints_m.shape[1])


def z_scores(values: Array, true: Array) -> Array:
    """Features (W, n) z-scored with the true set's mean and spread."""
    return (values - true.mean(axis=0)) / np.maximum(true.std(axis=0), 1e-6)


def frechet_distance(one: Array, other: Array) -> float:
    """The Fréchet distance of the normal distributions with the means and covariances of two sets (W, n).

    |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½) (Heusel et al., NeurIPS 2017), the trace of the root taken from the
    eigenvalues of C1^½ C2 C1^½, which is symmetric. Biased upwards for small sets: compare sets of like size.
    """
    apart = one.mean(axis=0) - other.mean(axis=0)
    first, second = (np.cov(s, rowvar=False) for s in (one, other))
    values, vectors = np.linalg.eigh(first)
    half = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    root = np.sqrt(np.maximum(np.linalg.eigvalsh(half @ second @ half), 0.0)).sum()
    return max(0.0, float(apart @ apart + np.trace(first) + np.trace(second) - 2.0 * root))


def diversity(values: Array) -> float:
    """The mean distance between any two of a set (W, n)."""
    size = (values**2).sum(axis=1)
    apart = np.sqrt(np.maximum(size[:, None] + size[None] - 2.0 * values @ values.T, 0.0))
    count = len(values)
    return float(apart.sum() / (count * (count - 1))) if count > 1 else 0.0
