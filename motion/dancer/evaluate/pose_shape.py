"""How dances look as bodies on a floor: skate, contact, jerk, energy, height of hips, and bodies through each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from motion import metrics
from motion.dancer import kinetic
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.responsiveness import per_couple
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, Rollout
from motion.skeleton import BONE_INDEX, TOE_BONES, TOES_HEIGHT_M

Array = NDArray[np.floating]
Pairs = Sequence[tuple[EvaluationPair, Rollout]]

TRUNK = (("hips", "upperChest", 0.11), ("upperChest", "head", 0.07))
LIMBS = tuple(
    (f"{side}{a}", f"{side}{b}", radius)
    for side in ("left", "right")
    for a, b, radius in (
        ("UpperArm", "LowerArm", 0.04), ("LowerArm", "Hand", 0.035),
        ("UpperLeg", "LowerLeg", 0.07), ("LowerLeg", "Foot", 0.05),
    )
)  # fmt: skip
"""Capsules that a body is made of: from joint to joint, and metres of radius; leaner than most people are, so that
holding somebody is not going through them."""


def skate(joints_m: Array) -> float:
    """m/s, on the floor at 0."""
    return metrics.foot_skate(joints_m[:, TOE_BONES], FRAME_RATE, TOES_HEIGHT_M)


def contact(joints_m: Array) -> float:
    """Share of the frames in which a toe touches the floor."""
    return float((joints_m[:, TOE_BONES, 1] - TOES_HEIGHT_M < metrics.CONTACT_HEIGHT_M).mean())


def jerk(joints_m: Array) -> float:
    """m/s³"""
    return metrics.jerk(joints_m, FRAME_RATE)


def energy(joints_m: Array) -> float:
    """m/s: the mean speed of all joints."""
    return float(np.linalg.norm(np.diff(joints_m, axis=0), axis=-1).mean() * FRAME_RATE)


def times(pairs: Pairs, of: Callable[[Array], float]) -> float:
    """What dances have of something, times what the captured dancers have in their place, over couples and unlocked."""
    told = per_couple([(m.couple, of(d.joints_m)) for m, d in pairs])
    true = per_couple([(m.couple, of(m.own_m[CONTEXT_FRAMES : CONTEXT_FRAMES + len(d)])) for m, d in pairs])
    return float(told.mean() / true.mean())


def lowest(pairs: Pairs) -> float:
    """Metres over the floor: the hips' joint at its lowest."""
    return float(min(d.hips_m[:, 1].min() for _, d in pairs))


def through(pairs: Pairs) -> float:
    """Share of the frames in which one's trunk or limb is in the other's trunk, over couples."""
    shares = []
    for meeting, dance in pairs:
        one, other = dance.joints_m, meeting.partner_m[CONTEXT_FRAMES : CONTEXT_FRAMES + len(dance)]
        hits = [
            _apart(_ends(a, x), _ends(b, y)) < x[2] + y[2]
            for a, b in ((one, other), (other, one))
            for x in TRUNK
            for y in TRUNK + LIMBS
        ]
        shares.append((meeting.couple, float(np.any(hits, axis=0).mean())))
    return float(per_couple(shares).mean())


def _ends(joints_m: Array, capsule: tuple[str, str, float]) -> tuple[Array, Array]:
    return joints_m[:, BONE_INDEX[capsule[0]]], joints_m[:, BONE_INDEX[capsule[1]]]


def _apart(one: tuple[Array, Array], other: tuple[Array, Array]) -> Array:
    """(T,) metres between the segments one (T, 3) to (T, 3) and other (Ericson, Real-Time Collision Detection)."""
    p, d = one[0], one[1] - one[0]
    q, e = other[0], other[1] - other[0]
    r = p - q
    dd, ee, de = (d * d).sum(-1), (e * e).sum(-1), (d * e).sum(-1)
    dr, er = (d * r).sum(-1), (e * r).sum(-1)
    s = np.clip((de * er - dr * ee) / np.maximum(dd * ee - de * de, 1e-9), 0.0, 1.0)
    t = np.clip((de * s + er) / np.maximum(ee, 1e-9), 0.0, 1.0)
    s = np.clip((de * t - dr) / np.maximum(dd, 1e-9), 0.0, 1.0)
    return np.linalg.norm(p + s[:, None] * d - q - t[:, None] * e, axis=-1)


def moves(pairs: Pairs) -> Array:
    """(W, 72) kinetic features of all windows of dances."""
    return np.concatenate([kinetic.window_features(kinetic.smpl_joints(d.hips_m, d.turns)) for _, d in pairs])


def halves(pairs: Pairs) -> tuple[Array, Array]:
    """The features of every other couple, and those of the rest."""
    names = sorted({m.couple for m, _ in pairs})
    first = [p for p in pairs if names.index(p[0].couple) % 2 == 0]
    return moves(first), moves([p for p in pairs if p not in first])
