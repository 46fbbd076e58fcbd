"""Limbs: what a figure is built of on the canvas, from its landmarks: round, tapering parts in the order of depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.painted_figure import TONES, Figure
from motion.landmarks import LANDMARKS, MARK

Array = NDArray[np.floating]

PARTS = ("head", "trunk", "arms", "legs")
SUN = np.array([-0.55, -0.83])
"""Where the light comes from on the canvas, x right, y down, a unit vector."""
DARKER, LIGHTER = 0.3, 0.15
"""How much less light a limb has in its shade, and how much more where the light falls."""
LIT, ASIDE = 0.7, 0.26
"""Radius of a limb's lit part, and how far it is moved towards the light, of the limb's radius."""
BRIGHT = 0.04
"""Metres by which what is lit counts as nearer than what is not, but on heads: two limbs that meet have no seam."""
TRUNK_GROUP, GROUPS = 9, 20
ARC = 7
"""Points of the half circle at the end of a limb."""
FIXED = 4
"""Bits behind the point of what is drawn."""

_SPOTS: dict[str, dict[str, float]] = {
    "shoulders": {"left_shoulder": 0.5, "right_shoulder": 0.5},
    "hips": {"left_hip": 0.5, "right_hip": 0.5},
    "ears": {"left_ear": 0.5, "right_ear": 0.5},
    # From the mouth to the eyes, 7 cm of an adult, and from the ears to the nose, 11 cm.
    "up": {"left_eye": 0.5, "right_eye": 0.5, "mouth_left": -0.5, "mouth_right": -0.5},
    "ahead": {"nose": 1.0, "left_ear": -0.5, "right_ear": -0.5},
    "mouth": {"mouth_left": 0.5, "mouth_right": 0.5},
}


@dataclass(frozen=True, slots=True)
class Limb:
    """A part between two circles."""

    part: str
    """One of PARTS."""
    tone: str
    """One of TONES."""
    group: int
    """Limbs of one group have no border between them."""
    a: Mapping[str, float]
    b: Mapping[str, float]
    """Where the circles are: a sum of landmarks and spots."""
    ra: float
    rb: float
    """Their radii, metres."""
    bias: float = 0.0
    """Metres by which it counts as nearer than it is: what lies on something else is seen."""
    shade: float = 0.0
    """How much more light it has than its tone; what has any is flat."""
    feature: bool = False
    """Part of a face: only there when large enough to be seen."""


def _sided(limbs: list[Limb]) -> list[Limb]:
    """The left limbs and the same on the right, whose groups come after theirs."""

    def other(spot: Mapping[str, float]) -> dict[str, float]:
        swapped = {"mouth_left": "mouth_right"}
        return {swapped.get(name, name.replace("left", "right")): share for name, share in spot.items()}

    return limbs + [replace(x, group=x.group + (x.group != TRUNK_GROUP), a=other(x.a), b=other(x.b)) for x in limbs]


_KNUCKLES = {"left_index": 0.85, "left_pinky": 0.85, "left_wrist": -0.7}
LIMBS: tuple[Limb, ...] = (
    Limb("head", "skin", 1, {"shoulders": 0.9, "ears": 0.1}, {"ears": 1, "up": -0.75}, 0.054, 0.05, 0.04, -0.18),
    Limb("head", "hair", 2, {"ears": 1, "up": 0.1, "ahead": -0.12}, {"ears": 1, "up": 0.75}, 0.09, 0.088, 0.05),
    Limb("head", "skin", 3, {"ears": 1, "up": 0.35, "ahead": 0.42}, {"ears": 1, "up": -0.7, "ahead": 0.5},
         0.074, 0.046, 0.08),
    Limb("head", "skin", 3, {"up": 0.1, "left_eye": 0.5, "right_eye": 0.5}, {"nose": 1.0}, 0.007, 0.016, 0.12, 0.2,
         True),
    Limb("head", "skin", 3, {"nose": 1.0, "up": -0.16}, {"nose": 1.0, "up": -0.18}, 0.014, 0.014, 0.11, -0.3, True),
    Limb("head", "skin", 8, {"mouth_left": 0.9, "mouth_right": 0.1}, {"mouth_right": 0.9, "mouth_left": 0.1},
         0.0065, 0.0065, 0.12, -0.5, True),
    *_sided([
        Limb("head", "skin", 4, {"left_eye_inner": 0.9, "left_eye": 0.1}, {"left_eye_outer": 1.0}, 0.012, 0.01, 0.115,
             -0.3, True),
        Limb("head", "skin", 4, {"left_eye": 1.0}, {"left_eye_outer": 0.2, "left_eye": 0.8}, 0.008, 0.008, 0.12,
             -1.0, True),
        Limb("head", "hair", 6, {"left_eye_inner": 1.0, "up": 0.28}, {"left_eye_outer": 1.0, "up": 0.28},
             0.006, 0.005, 0.12, -0.1, True),
        Limb("trunk", "top", TRUNK_GROUP, {"shoulders": 0.9, "ears": 0.1}, {"left_shoulder": 0.9, "shoulders": 0.1},
             0.045, 0.058, -0.04),
        Limb("arms", "sleeve", 10, {"left_shoulder": 0.97, "shoulders": 0.03}, {"left_elbow": 1.0}, 0.055, 0.041, 0.1),
        Limb("arms", "sleeve", 10, {"left_elbow": 1.0}, {"left_wrist": 1.0}, 0.043, 0.028, 0.13),
        Limb("arms", "skin", 12, {"left_wrist": 0.9, "left_elbow": 0.1}, _KNUCKLES, 0.03, 0.034, 0.15),
        Limb("arms", "skin", 12, {"left_wrist": 1.0}, {"left_thumb": 1.6, "left_wrist": -0.6}, 0.018, 0.014, 0.15),
        Limb("legs", "bottom", 14, {"left_hip": 1.0}, {"left_knee": 1.0}, 0.092, 0.06, 0.02),
        Limb("legs", "shank", 14, {"left_knee": 1.0}, {"left_ankle": 1.0}, 0.058, 0.04, 0.02),
        Limb("legs", "shoes", 16, {"left_heel": 0.9, "left_ankle": 0.1},
             {"left_foot_index": 1.15, "left_heel": -0.15}, 0.042, 0.034, 0.05),
        Limb("legs", "shoes", 16, {"left_ankle": 0.75, "left_heel": 0.25}, {"left_foot_index": 0.5, "left_heel": 0.5},
             0.044, 0.036, 0.05),
    ]),
)  # fmt: skip
"""What is made of two circles."""

_TRUNK: tuple[tuple[str, tuple[tuple[Mapping[str, float], float], ...]], ...] = (
    ("top", (
        ({"left_shoulder": 0.72, "right_shoulder": 0.2, "hips": 0.08}, 0.085),
        ({"right_shoulder": 0.72, "left_shoulder": 0.2, "hips": 0.08}, 0.085),
        ({"left_shoulder": 0.18, "right_shoulder": 0.12, "left_hip": 0.42, "right_hip": 0.28}, 0.108),
        ({"right_shoulder": 0.18, "left_shoulder": 0.12, "right_hip": 0.42, "left_hip": 0.28}, 0.108),
    )),
    ("bottom", (
        ({"left_shoulder": 0.07, "right_shoulder": 0.06, "left_hip": 0.6, "right_hip": 0.27}, 0.09),
        ({"right_shoulder": 0.07, "left_shoulder": 0.06, "right_hip": 0.6, "left_hip": 0.27}, 0.09),
        ({"left_hip": 0.92, "right_hip": 0.08}, 0.1),
        ({"right_hip": 0.92, "left_hip": 0.08}, 0.1),
    )),
)  # fmt: skip
"""Chest and pelvis: what is around four circles."""
COUNT = len(LIMBS) + len(_TRUNK)
"""Of all that a figure is built of: LIMBS, then chest and pelvis."""


def _weights(sums: Sequence[Mapping[str, float]]) -> Array:
    """(n, 33) how much of each landmark a place is."""
    rows = np.zeros((len(sums), len(LANDMARKS)))
    for row, places in zip(rows, sums, strict=True):
        for name, share in places.items():
            for landmark, part in _SPOTS.get(name, {name: 1.0}).items():
                row[MARK[landmark]] += share * part
    return rows


_A, _B = (_weights([getattr(limb, end) for limb in LIMBS]) for end in ("a", "b"))
_HULL = _weights([place for _, circles in _TRUNK for place, _ in circles])
_RA, _RB = (np.array([getattr(limb, end) for limb in LIMBS]) for end in ("ra", "rb"))
_RH = np.array([radius for _, circles in _TRUNK for _, radius in circles])
_BIAS = np.array([limb.bias for limb in LIMBS])
_FEATURE = np.array([limb.feature for limb in LIMBS])
_FLAT = np.array([limb.shade != 0.0 for limb in LIMBS] + [False] * len(_TRUNK))
_RESTS = np.concatenate([(_A != 0) | (_B != 0), (_HULL != 0).reshape(len(_TRUNK), 4, -1).any(axis=1)])
"""(COUNT, 33) which landmarks something rests on."""
_SHADE = np.array([limb.shade for limb in LIMBS] + [0.0] * len(_TRUNK))
_TONE = np.array([TONES.index(limb.tone) for limb in LIMBS] + [TONES.index(tone) for tone, _ in _TRUNK])
PART = np.array([PARTS.index(limb.part) for limb in LIMBS] + [PARTS.index("trunk")] * len(_TRUNK))
"""(COUNT,) which of PARTS each is of."""
_BRIGHT = np.where(PARTS.index("head") == PART, 0.0, BRIGHT)
GROUP = np.array([limb.group for limb in LIMBS] + [TRUNK_GROUP] * len(_TRUNK))
"""(COUNT,)"""
_TURN = np.linspace(0.0, 2.0 * np.pi, 16, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=-1)

SMALLEST = 0.55
"""Radius in pixels under which nothing is drawn."""


@dataclass(frozen=True, slots=True)
class Build:
    """A figure as polygons, pixels, x right, y down."""

    order: list[int]
    """What of `polygons` is drawn, farthest first."""
    polygons: list[NDArray[np.int32]]
    """(2 COUNT) convex outlines (n, 2) with FIXED bits behind the point: of every part the whole, and then where the
    light falls on each."""
    wide: list[NDArray[np.int32]]
    """(COUNT) of the whole parts, limbs twice as thick; empty without a silhouette to fill."""
    light: Array
    """(2, COUNT, 3) light and colour in the shade and where the light falls."""
    motion: NDArray[np.float32]
    """(COUNT, 4) c, d, k, w: at (x, y) it moves by (c + k x - w y, d + w x + k y) pixels a second."""


def built(figure: Figure, size: tuple[int, int]) -> Build | None:
    """The figure on a canvas of `size` (high, wide) pixels. None where too little of it is known."""
    high, wide = size
    marks = np.empty((len(LANDMARKS), 5))
    marks[:, 0] = figure.landmarks[:, 0] * wide
    marks[:, 1] = (1.0 - figure.landmarks[:, 1]) * high
    marks[:, 2:4] = figure.velocity * (high, -high)
    marks[:, 4] = figure.depth
    metre = figure.scale * high
    if not (np.isfinite(metre) and metre > 0.0 and np.isfinite(figure.near)):
        return None
    known = np.asarray(np.isfinite(marks).all(axis=1))
    drawn = np.concatenate([np.maximum(_RA, _RB) * metre > SMALLEST, np.ones(len(_TRUNK), bool)])
    if not known.all():
        drawn &= ~_RESTS[:, ~known].any(axis=1)
        marks[~known] = 0.0
    limit = 8.0 * max(size)
    marks[:, :4] = np.clip(marks[:, :4], -limit, limit)
    a, b, hull = (weights @ marks for weights in (_A, _B, _HULL))
    # A face that looks away has its features behind it.
    ears = 0.5 * (marks[MARK["left_ear"], 4] + marks[MARK["right_ear"], 4])
    drawn[: len(LIMBS)] &= ~_FEATURE | (a[:, 4] < ears - 0.01)
    far = np.concatenate([0.5 * (a[:, 4] + b[:, 4]) - _BIAS, hull[:, 4].reshape(len(_TRUNK), 4).mean(axis=1)])
    order = np.argsort(-np.concatenate([far, far - _BRIGHT]), kind="stable")
    order = order[np.concatenate([drawn, drawn & ~_FLAT])[order]]
    if not len(order):
        return None
    shift = ASIDE * metre * SUN
    kinds = [(1.0, 0.0, 0.0), (LIT, 1.0, 0.0)] + [(2.0, 0.0, 2.0)] * bool(figure.outline)
    limbs = _fixed(
        _outlines(
            np.concatenate([a[:, :2] + aside * _RA[:, None] * shift for _, aside, _ in kinds]),
            np.concatenate([b[:, :2] + aside * _RB[:, None] * shift for _, aside, _ in kinds]),
            np.concatenate([share * metre * _RA + more for share, _, more in kinds]),
            np.concatenate([share * metre * _RB + more for share, _, more in kinds]),
        )
    ).reshape(len(kinds), len(LIMBS), -1, 2)
    radii = (_RH * metre)[:, None]
    chest = _hulls(hull[:, :2], radii)
    sides = hull.reshape(len(_TRUNK), 4, 5)
    light = np.stack([figure.tone[_TONE]] * 2)
    light[..., 0] += _SHADE
    light[0, :, 0] -= np.where(_FLAT, 0.0, DARKER)
    light[1, :, 0] += LIGHTER
    return Build(
        order.tolist(),
        [*limbs[0], *chest, *limbs[1], *_hulls(hull[:, :2] + 1.2 * _RH[:, None] * shift, LIT * radii)],
        [*limbs[2], *chest] if figure.outline else [],
        np.clip(light, -1.0, 1.0),
        np.concatenate([
            _similarity(a, b, (_RA + _RB) * metre),
            _similarity(sides[:, :2].mean(axis=1), sides[:, 2:].mean(axis=1), radii[::4, 0]),
        ]).astype(np.float32),
    )  # fmt: skip


def _outlines(a: Array, b: Array, ra: Array, rb: Array) -> Array:
    """(n, 2 ARC, 2) the convex outlines around circles at a and b (n, 2): their arcs and common tangents."""
    along = b - a
    far = np.hypot(along[:, 0], along[:, 1])
    # One circle within the other: its arc shrinks to a point.
    open_ = np.arccos(np.clip((ra - rb) / np.maximum(far, 1e-6), -1.0, 1.0))
    way = np.arctan2(along[:, 1], along[:, 0])[:, None]
    share = np.linspace(0.0, 1.0, ARC)
    first = way + open_[:, None] + share * (2.0 * np.pi - 2.0 * open_[:, None])
    last = way - open_[:, None] + share * (2.0 * open_[:, None])
    return np.concatenate([
        a[:, None] + ra[:, None, None] * np.stack([np.cos(first), np.sin(first)], axis=-1),
        b[:, None] + rb[:, None, None] * np.stack([np.cos(last), np.sin(last)], axis=-1),
    ], axis=1)  # fmt: skip


def _fixed(points: Array) -> NDArray[np.int32]:
    return np.rint((points - 0.5) * (1 << FIXED)).astype(np.int32)


def _hulls(centres: Array, radii: Array) -> list[NDArray[np.int32]]:
    """The convex outlines around each four circles."""
    points = _fixed(centres[:, None] + radii[:, None] * _CIRCLE).reshape(len(_TRUNK), -1, 2)
    return [np.asarray(cv2.convexHull(some), np.int32) for some in points]


def _similarity(a: Array, b: Array, thick: Array) -> Array:
    """(n, 4) the turning, stretching motions that take limbs from a to b (n, 5: x, y, their speeds, depth) along.

    A limb shorter than `thick` (n,) points at us, and its picture turns and stretches less than its ends tell.
    """
    along, apart = (b - a)[:, :2], (b - a)[:, 2:4]
    square = np.maximum((along**2).sum(axis=1), thick**2)
    k = (apart * along).sum(axis=1) / square
    w = (along[:, 0] * apart[:, 1] - along[:, 1] * apart[:, 0]) / square
    middle = 0.5 * (a + b)
    x, y = middle[:, 0], middle[:, 1]
    return np.stack([middle[:, 2] - k * x + w * y, middle[:, 3] - w * x - k * y, k, w], axis=1)
