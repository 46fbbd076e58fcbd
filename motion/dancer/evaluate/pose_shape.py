"""Intersections of a rollout's body with the partner's, lowest hips, and kinetic features of rollouts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.dancer import kinetic
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES
from motion.dancer.rollout_metrics import RolloutPairs, couple_means
from motion.skeleton import BONE_INDEX

Array = NDArray[np.floating]

TRUNK = (("hips", "upperChest", 0.11), ("upperChest", "head", 0.07))
LIMBS = tuple(
    (f"{side}{a}", f"{side}{b}", radius)
    for side in ("left", "right")
    for a, b, radius in (
        ("UpperArm", "LowerArm", 0.04),
        ("LowerArm", "Hand", 0.035),
        ("UpperLeg", "LowerLeg", 0.07),
        ("LowerLeg", "Foot", 0.05),
    )
)
"""Capsules of a body: from joint to joint, and the radius in metres; leaner than most people, so that an embrace is no
intersection."""


def lowest_hips_m(pairs: RolloutPairs) -> float:
    """Lowest height of the hips over the floor, metres."""
    return float(min(d.hips_m[:, 1].min() for _, d in pairs))


def intersection_share(pairs: RolloutPairs) -> float:
    """Share of the frames in which trunk or limb of one body is in the other's trunk; mean over couples."""
    shares = []
    for pair, rollout in pairs:
        one, other = rollout.joints_m, pair.partner_m[CONTEXT_FRAMES : CONTEXT_FRAMES + len(rollout)]
        hits = [
            _segment_distance(_segment(a, x), _segment(b, y)) < x[2] + y[2]
            for a, b in ((one, other), (other, one))
            for x in TRUNK
            for y in TRUNK + LIMBS
        ]
        shares.append((pair.couple, float(np.any(hits, axis=0).mean())))
    return float(couple_means(shares).mean())


def _segment(joints_m: Array, capsule: tuple[str, str, float]) -> tuple[Array, Array]:
    return joints_m[:, BONE_INDEX[capsule[0]]], joints_m[:, BONE_INDEX[capsule[1]]]


def _segment_distance(one: tuple[Array, Array], other: tuple[Array, Array]) -> Array:
    """(T,) metres between segments (T, 3) to (T, 3) (Ericson, Real-Time Collision Detection)."""
    p, d = one[0], one[1] - one[0]
    q, e = other[0], other[1] - other[0]
    r = p - q
    dd, ee, de = (d * d).sum(-1), (e * e).sum(-1), (d * e).sum(-1)
    dr, er = (d * r).sum(-1), (e * r).sum(-1)
    s = np.clip((de * er - dr * ee) / np.maximum(dd * ee - de * de, 1e-9), 0.0, 1.0)
    t = np.clip((de * s + er) / np.maximum(ee, 1e-9), 0.0, 1.0)
    s = np.clip((de * t - dr) / np.maximum(dd, 1e-9), 0.0, 1.0)
    distance: Array = np.linalg.norm(p + s[:, None] * d - q - t[:, None] * e, axis=-1)
    return distance


def rollout_features(pairs: RolloutPairs) -> Array:
    """(W, 72) kinetic features of all windows of rollouts."""
    return np.concatenate([kinetic.window_features(kinetic.smpl_joints(d.hips_m, d.turns)) for _, d in pairs])


def split_features(pairs: RolloutPairs) -> tuple[Array, Array]:
    """The features of every other couple, and those of the rest."""
    names = sorted({m.couple for m, _ in pairs})
    first = [p for p in pairs if names.index(p[0].couple) % 2 == 0]
    return rollout_features(first), rollout_features([p for p in pairs if p not in first])
