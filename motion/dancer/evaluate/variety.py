"""Variety of a dance: raised hands, turns, movements that come back, and whether two minutes are alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.dancer import kinetic
from motion.dancer.data import FRAME_RATE
from motion.dancer.directions import HORIZON_FRAMES, SHOULDERS, turning

Array = NDArray[np.floating]

JOINTS = 24
"""Joints of `motion.dancer.kinetic.smpl_joints`,"""
KNUCKLES = (22, 23)
"""and the knuckles among them."""
WINDOW_SECONDS = 2.0
"""Duration of a movement that may come back,"""
WITHIN_SECONDS = 30.0
"""within this time,"""
APART_SECONDS = 4.0
"""and not sooner than this, for one movement goes on for so long."""
ALIKE_M = 0.08
"""Mean distance of joints, in the body's own frame, below which two movements are the same."""
HOP_FRAMES = 3
"""Frames between two movements that are compared."""


def hand_above_shoulder_share(hips_m: Array, turns: Array) -> float:
    """Share of frames, of hips (T, 3) and turns (T, 22, 4), in which the knuckles of a hand are above the shoulders."""
    joints = kinetic.smpl_joints(hips_m, turns)
    above = joints[:, KNUCKLES, 1].max(axis=1) > joints[:, SHOULDERS, 1].mean(axis=1)
    return float(above.mean())


def turns_a_minute(joints_m: Array) -> float:
    """Whole turns about the vertical a minute, to either side, of joints (T, 22, 3)."""
    per_second = np.abs(turning(joints_m, FRAME_RATE)[::HORIZON_FRAMES])
    return float(60.0 * per_second.mean() / (2.0 * np.pi))


def repeated_share(joints_m: Array) -> float:
    """Share of the movements of joints (T, 22, 3) that come back within WITHIN_SECONDS; 0 where they are too short."""
    frames = round(WINDOW_SECONDS * FRAME_RATE)
    poses = _in_own_frame(joints_m)
    starts = np.arange(0, len(poses) - frames + 1, HOP_FRAMES)
    if len(starts) < 2:
        return 0.0
    # Every sixth frame is enough for a movement of 2 s.
    found = np.stack([poses[s : s + frames : 6].reshape(-1) for s in starts]).astype(np.float32)
    count = found.shape[1] / 3
    least, most = (round(seconds * FRAME_RATE / HOP_FRAMES) for seconds in (APART_SECONDS, WITHIN_SECONDS))
    repeated = 0
    for number, one in enumerate(found):
        later = found[number + least : number + most]
        if len(later):
            distance = np.linalg.norm((later - one).reshape(len(later), -1, 3), axis=-1).sum(axis=1) / count
            repeated += bool(distance.min() < ALIKE_M)
    return repeated / len(found)


def minute_distances(hips_m: Array, turns: Array) -> Array:
    """(M, M) distances of the kinetic features of the whole minutes of hips (T, 3) and turns (T, 22, 4)."""
    return feature_distances(minute_features(hips_m, turns))


def minute_features(hips_m: Array, turns: Array) -> Array:
    """(M, 72) logarithms of the kinetic features of whole minutes."""
    size = round(60.0 * FRAME_RATE)
    starts = range(0, len(hips_m) - size + 1, size)
    joints = [kinetic.smpl_joints(hips_m[s : s + size], turns[s : s + size]) for s in starts]
    found = [np.log(kinetic.kinetic_features(one) + 1e-3) for one in joints]
    return np.array(found).reshape(len(found), 3 * JOINTS)


def feature_distances(features: Array) -> Array:
    """(N, N) root mean square differences of features (N, F), infinite on the diagonal."""
    apart: Array = np.sqrt(((features[:, None] - features[None]) ** 2).mean(axis=-1))
    np.fill_diagonal(apart, np.inf)
    return apart


def _in_own_frame(joints_m: Array) -> Array:
    """(T, 22, 3) joints relative to the hips, turned so that the body faces one way."""
    across = joints_m[:, SHOULDERS[0]] - joints_m[:, SHOULDERS[1]]
    angle = np.arctan2(across[:, 2], across[:, 0])
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    local = joints_m - joints_m[:, :1]
    return np.stack(
        [
            cosine * local[..., 0] + sine * local[..., 2],
            local[..., 1],
            -sine * local[..., 0] + cosine * local[..., 2],
        ],
        axis=-1,
    )
