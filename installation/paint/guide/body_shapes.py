"""Body shapes: a figure on the canvas as convex polygons, tapered capsules from its landmarks in order of depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.painted_figure import TONES, PaintedFigure
from motion.landmarks import LANDMARK_INDEX, LANDMARKS

Array = NDArray[np.floating]

BODY_PARTS = ("head", "trunk", "arms", "legs")
LIGHT_DIRECTION = np.array([-0.55, -0.83])
"""Towards the light on the canvas, x right, y down; a unit vector."""
SHADE_DARKENING = 0.3
"""Light taken from the shaded part of a shape."""
LIT_LIGHTENING = 0.15
"""Light added to its lit part."""
LIT_RADIUS = 0.7
"""Radius of the lit part, of the shape's radius."""
LIT_SHIFT = 0.26
"""Shift of the lit part towards the light, of the shape's radius."""
LIT_BIAS_M = 0.04
"""Metres by which lit parts, heads excepted, are drawn nearer than shaded ones, so that two limbs meet without a seam.
"""
TRUNK_GROUP = 9
"""Group of chest, pelvis and shoulders."""
GROUP_COUNT = 20
"""Number of groups, the number 0 of none included."""
ARC_POINTS = 7
"""Points of the arc at the end of a capsule."""
FRACTION_BITS = 4
"""Fractional bits of polygon coordinates, as OpenCV's `shift`."""

_DERIVED_POINTS: dict[str, dict[str, float]] = {
    "shoulders": {"left_shoulder": 0.5, "right_shoulder": 0.5},
    "hips": {"left_hip": 0.5, "right_hip": 0.5},
    "ears": {"left_ear": 0.5, "right_ear": 0.5},
    # From the mouth to the eyes, 7 cm of an adult, and from the ears to the nose, 11 cm.
    "up": {"left_eye": 0.5, "right_eye": 0.5, "mouth_left": -0.5, "mouth_right": -0.5},
    "ahead": {"nose": 1.0, "left_ear": -0.5, "right_ear": -0.5},
    "mouth": {"mouth_left": 0.5, "mouth_right": 0.5},
}


@dataclass(frozen=True, slots=True)
class Capsule:
    """The convex hull of two circles."""

    part: str
    """One of BODY_PARTS."""
    tone: str
    """One of TONES."""
    group: int
    """No border is drawn between shapes of one group."""
    a: Mapping[str, float]
    """Centre of the first circle: weights of landmarks and derived points."""
    b: Mapping[str, float]
    """Centre of the second circle."""
    ra: float
    """Radius of the first circle, metres."""
    rb: float
    """Radius of the second circle, metres."""
    bias: float = 0.0
    """Metres by which it is drawn nearer than it is, to appear on top of the shape below."""
    shade: float = 0.0
    """Light added to its tone; other than 0, the capsule has no lit part."""
    feature: bool = False
    """Whether it is a facial feature, drawn only on faces turned towards the canvas."""


def _both_sides(capsules: list[Capsule]) -> list[Capsule]:
    """The capsules of the left side and their mirror images, whose group numbers are one higher."""

    def mirrored(point: Mapping[str, float]) -> dict[str, float]:
        swapped = {"mouth_left": "mouth_right"}
        return {swapped.get(name, name.replace("left", "right")): weight for name, weight in point.items()}

    return capsules + [
        replace(left, group=left.group + (left.group != TRUNK_GROUP), a=mirrored(left.a), b=mirrored(left.b))
        for left in capsules
    ]


_KNUCKLES = {"left_index": 0.85, "left_pinky": 0.85, "left_wrist": -0.7}
CAPSULES: tuple[Capsule, ...] = (
    Capsule("head", "skin", 1, {"shoulders": 0.9, "ears": 0.1}, {"ears": 1, "up": -0.75}, 0.054, 0.05, 0.04, -0.18),
    Capsule("head", "hair", 2, {"ears": 1, "up": 0.1, "ahead": -0.12}, {"ears": 1, "up": 0.75}, 0.09, 0.088, 0.05),
    Capsule(
        part="head",
        tone="skin",
        group=3,
        a={"ears": 1, "up": 0.35, "ahead": 0.42},
        b={"ears": 1, "up": -0.7, "ahead": 0.5},
        ra=0.074,
        rb=0.046,
        bias=0.08,
    ),
    Capsule(
        "head", "skin", 3, {"up": 0.1, "left_eye": 0.5, "right_eye": 0.5}, {"nose": 1.0}, 0.007, 0.016, 0.12, 0.2, True
    ),
    Capsule("head", "skin", 3, {"nose": 1.0, "up": -0.16}, {"nose": 1.0, "up": -0.18}, 0.014, 0.014, 0.11, -0.3, True),
    Capsule(
        part="head",
        tone="skin",
        group=8,
        a={"mouth_left": 0.9, "mouth_right": 0.1},
        b={"mouth_right": 0.9, "mouth_left": 0.1},
        ra=0.0065,
        rb=0.0065,
        bias=0.12,
        shade=-0.5,
        feature=True,
    ),
    *_both_sides(
        [
            Capsule(
                part="head",
                tone="skin",
                group=4,
                a={"left_eye_inner": 0.9, "left_eye": 0.1},
                b={"left_eye_outer": 1.0},
                ra=0.012,
                rb=0.01,
                bias=0.115,
                shade=-0.3,
                feature=True,
            ),
            Capsule(
                part="head",
                tone="skin",
                group=4,
                a={"left_eye": 1.0},
                b={"left_eye_outer": 0.2, "left_eye": 0.8},
                ra=0.008,
                rb=0.008,
                bias=0.12,
                shade=-1.0,
                feature=True,
            ),
            Capsule(
                part="head",
                tone="hair",
                group=6,
                a={"left_eye_inner": 1.0, "up": 0.28},
                b={"left_eye_outer": 1.0, "up": 0.28},
                ra=0.006,
                rb=0.005,
                bias=0.12,
                shade=-0.1,
                feature=True,
            ),
            Capsule(
                part="trunk",
                tone="top",
                group=TRUNK_GROUP,
                a={"shoulders": 0.9, "ears": 0.1},
                b={"left_shoulder": 0.9, "shoulders": 0.1},
                ra=0.045,
                rb=0.058,
                bias=-0.04,
            ),
            Capsule(
                "arms", "sleeve", 10, {"left_shoulder": 0.97, "shoulders": 0.03}, {"left_elbow": 1.0}, 0.055, 0.041, 0.1
            ),
            Capsule("arms", "sleeve", 10, {"left_elbow": 1.0}, {"left_wrist": 1.0}, 0.043, 0.028, 0.13),
            Capsule("arms", "skin", 12, {"left_wrist": 0.9, "left_elbow": 0.1}, _KNUCKLES, 0.03, 0.034, 0.15),
            Capsule(
                "arms", "skin", 12, {"left_wrist": 1.0}, {"left_thumb": 1.6, "left_wrist": -0.6}, 0.018, 0.014, 0.15
            ),
            Capsule("legs", "bottom", 14, {"left_hip": 1.0}, {"left_knee": 1.0}, 0.092, 0.06, 0.02),
            Capsule("legs", "shank", 14, {"left_knee": 1.0}, {"left_ankle": 1.0}, 0.058, 0.04, 0.02),
            Capsule(
                part="legs",
                tone="shoes",
                group=16,
                a={"left_heel": 0.9, "left_ankle": 0.1},
                b={"left_foot_index": 1.15, "left_heel": -0.15},
                ra=0.042,
                rb=0.034,
                bias=0.05,
            ),
            Capsule(
                part="legs",
                tone="shoes",
                group=16,
                a={"left_ankle": 0.75, "left_heel": 0.25},
                b={"left_foot_index": 0.5, "left_heel": 0.5},
                ra=0.044,
                rb=0.036,
                bias=0.05,
            ),
        ]
    ),
)
"""Head, limbs and shoulders."""

_TRUNK: tuple[tuple[str, tuple[tuple[Mapping[str, float], float], ...]], ...] = (
    (
        "top",
        (
            ({"left_shoulder": 0.72, "right_shoulder": 0.2, "hips": 0.08}, 0.085),
            ({"right_shoulder": 0.72, "left_shoulder": 0.2, "hips": 0.08}, 0.085),
            ({"left_shoulder": 0.18, "right_shoulder": 0.12, "left_hip": 0.42, "right_hip": 0.28}, 0.108),
            ({"right_shoulder": 0.18, "left_shoulder": 0.12, "right_hip": 0.42, "left_hip": 0.28}, 0.108),
        ),
    ),
    (
        "bottom",
        (
            ({"left_shoulder": 0.07, "right_shoulder": 0.06, "left_hip": 0.6, "right_hip": 0.27}, 0.09),
            ({"right_shoulder": 0.07, "left_shoulder": 0.06, "right_hip": 0.6, "left_hip": 0.27}, 0.09),
            ({"left_hip": 0.92, "right_hip": 0.08}, 0.1),
            ({"right_hip": 0.92, "left_hip": 0.08}, 0.1),
        ),
    ),
)
"""Chest and pelvis: tone and the four circles whose convex hull each one is."""
SHAPE_COUNT = len(CAPSULES) + len(_TRUNK)
"""Number of shapes of a figure: CAPSULES, then chest and pelvis."""


def _landmark_weights(points: Sequence[Mapping[str, float]]) -> Array:
    """(n, 33) the weight of each landmark in each point."""
    rows = np.zeros((len(points), len(LANDMARKS)))
    for row, point in zip(rows, points, strict=True):
        for name, share in point.items():
            for landmark, weight in _DERIVED_POINTS.get(name, {name: 1.0}).items():
                row[LANDMARK_INDEX[landmark]] += share * weight
    return rows


_A, _B = (_landmark_weights([getattr(shape, end) for shape in CAPSULES]) for end in ("a", "b"))
_HULL = _landmark_weights([place for _, circles in _TRUNK for place, _ in circles])
_RA, _RB = (np.array([getattr(shape, end) for shape in CAPSULES]) for end in ("ra", "rb"))
_RH = np.array([radius for _, circles in _TRUNK for _, radius in circles])
_BIAS = np.array([shape.bias for shape in CAPSULES])
_FEATURE = np.array([shape.feature for shape in CAPSULES])
_FLAT = np.array([shape.shade != 0.0 for shape in CAPSULES] + [False] * len(_TRUNK))
_USED = np.concatenate([(_A != 0) | (_B != 0), (_HULL != 0).reshape(len(_TRUNK), 4, -1).any(axis=1)])
"""(SHAPE_COUNT, 33) whether a shape depends on a landmark."""
_SHADE = np.array([shape.shade for shape in CAPSULES] + [0.0] * len(_TRUNK))
_TONE = np.array([TONES.index(shape.tone) for shape in CAPSULES] + [TONES.index(tone) for tone, _ in _TRUNK])
SHAPE_PART = np.array([BODY_PARTS.index(shape.part) for shape in CAPSULES] + [BODY_PARTS.index("trunk")] * len(_TRUNK))
"""(SHAPE_COUNT,) index into BODY_PARTS of each shape."""
_LIT_BIAS = np.where(BODY_PARTS.index("head") == SHAPE_PART, 0.0, LIT_BIAS_M)
SHAPE_GROUP = np.array([shape.group for shape in CAPSULES] + [TRUNK_GROUP] * len(_TRUNK))
"""(SHAPE_COUNT,) group of each shape."""
_ANGLES = np.linspace(0.0, 2.0 * np.pi, 16, endpoint=False)
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=-1)

MIN_RADIUS_PX = 0.55
"""Capsules with a smaller radius are not drawn."""


@dataclass(frozen=True, slots=True)
class FigurePolygons:
    """A figure as polygons in pixels, x right, y down."""

    order: list[int]
    """Indices into `outlines` of what is drawn, farthest first."""
    outlines: list[NDArray[np.int32]]
    """(2 SHAPE_COUNT) convex outlines (n, 2) with FRACTION_BITS fractional bits: all whole shapes, then their lit
    parts."""
    widened: list[NDArray[np.int32]]
    """(SHAPE_COUNT) outlines of the shapes, capsules twice as thick; empty without a silhouette to fill."""
    light: Array
    """(2, SHAPE_COUNT, 3) light and colour in the shade and where the light falls."""
    motion: NDArray[np.float32]
    """(SHAPE_COUNT, 4) c, d, k, w: the velocity at (x, y) is (c + k x - w y, d + w x + k y) pixels a second."""


def build_figure(figure: PaintedFigure, size: tuple[int, int]) -> FigurePolygons | None:
    """The figure on a canvas of `size` (height, width) pixels; None where too few of its landmarks are known."""
    height, width = size
    marks = np.empty((len(LANDMARKS), 5))
    marks[:, 0] = figure.landmarks[:, 0] * width
    marks[:, 1] = (1.0 - figure.landmarks[:, 1]) * height
    marks[:, 2:4] = figure.velocity * (height, -height)
    marks[:, 4] = figure.depth
    metre_px = figure.scale * height
    if not (np.isfinite(metre_px) and metre_px > 0.0 and np.isfinite(figure.near)):
        return None
    known = np.asarray(np.isfinite(marks).all(axis=1))
    drawn = np.concatenate([np.maximum(_RA, _RB) * metre_px > MIN_RADIUS_PX, np.ones(len(_TRUNK), bool)])
    if not known.all():
        drawn &= ~_USED[:, ~known].any(axis=1)
        marks[~known] = 0.0
    limit = 8.0 * max(size)
    marks[:, :4] = np.clip(marks[:, :4], -limit, limit)
    a, b, hull = (weights @ marks for weights in (_A, _B, _HULL))
    # Facial features of a face that is turned away lie behind the ears.
    ears = 0.5 * (marks[LANDMARK_INDEX["left_ear"], 4] + marks[LANDMARK_INDEX["right_ear"], 4])
    drawn[: len(CAPSULES)] &= ~_FEATURE | (a[:, 4] < ears - 0.01)
    far = np.concatenate([0.5 * (a[:, 4] + b[:, 4]) - _BIAS, hull[:, 4].reshape(len(_TRUNK), 4).mean(axis=1)])
    order = np.argsort(-np.concatenate([far, far - _LIT_BIAS]), kind="stable")
    order = order[np.concatenate([drawn, drawn & ~_FLAT])[order]]
    if not len(order):
        return None
    shift = LIT_SHIFT * metre_px * LIGHT_DIRECTION
    capsules = _capsule_variants(a, b, shift, metre_px, bool(figure.outline))
    radii = (_RH * metre_px)[:, None]
    trunk = _trunk_outlines(hull[:, :2], radii)
    circles = hull.reshape(len(_TRUNK), 4, 5)
    light = np.stack([figure.tone[_TONE]] * 2)
    light[..., 0] += _SHADE
    light[0, :, 0] -= np.where(_FLAT, 0.0, SHADE_DARKENING)
    light[1, :, 0] += LIT_LIGHTENING
    lit_trunk = _trunk_outlines(hull[:, :2] + 1.2 * _RH[:, None] * shift, LIT_RADIUS * radii)
    return FigurePolygons(
        order.tolist(),
        [*capsules[0], *trunk, *capsules[1], *lit_trunk],
        [*capsules[2], *trunk] if figure.outline else [],
        np.clip(light, -1.0, 1.0),
        np.concatenate(
            [
                _similarity_motion(a, b, (_RA + _RB) * metre_px),
                _similarity_motion(circles[:, :2].mean(axis=1), circles[:, 2:].mean(axis=1), radii[::4, 0]),
            ]
        ).astype(np.float32),
    )


def _capsule_variants(a: Array, b: Array, shift: Array, metre_px: float, outline: bool) -> NDArray[np.int32]:
    """(2 or 3, capsules, 2 ARC_POINTS, 2) the outlines of the capsules, of their lit parts and, asked for, of a border.

    `a` and `b` are (capsules, >= 2) centres in pixels; `shift` is (2,) pixels towards the light of a metre's radius.
    """
    # Scale of the radii, share of the shift, and pixels added to the radii.
    variants = [(1.0, 0.0, 0.0), (LIT_RADIUS, 1.0, 0.0)] + [(2.0, 0.0, 2.0)] * outline
    outlines = _capsule_outlines(
        np.concatenate([a[:, :2] + shifted * _RA[:, None] * shift for _, shifted, _ in variants]),
        np.concatenate([b[:, :2] + shifted * _RB[:, None] * shift for _, shifted, _ in variants]),
        np.concatenate([scale * metre_px * _RA + added_px for scale, _, added_px in variants]),
        np.concatenate([scale * metre_px * _RB + added_px for scale, _, added_px in variants]),
    )
    return _fixed_point(outlines).reshape(len(variants), len(CAPSULES), -1, 2)


def _capsule_outlines(a: Array, b: Array, ra: Array, rb: Array) -> Array:
    """(n, 2 ARC_POINTS, 2) convex outlines of circles at a and b (n, 2): their arcs and common tangents."""
    axis = b - a
    length = np.hypot(axis[:, 0], axis[:, 1])
    # Where one circle contains the other, the arc of the inner one shrinks to a point.
    half_angle = np.arccos(np.clip((ra - rb) / np.maximum(length, 1e-6), -1.0, 1.0))
    direction = np.arctan2(axis[:, 1], axis[:, 0])[:, None]
    share = np.linspace(0.0, 1.0, ARC_POINTS)
    arc_a = direction + half_angle[:, None] + share * (2.0 * np.pi - 2.0 * half_angle[:, None])
    arc_b = direction - half_angle[:, None] + share * (2.0 * half_angle[:, None])
    return np.concatenate(
        [
            a[:, None] + ra[:, None, None] * np.stack([np.cos(arc_a), np.sin(arc_a)], axis=-1),
            b[:, None] + rb[:, None, None] * np.stack([np.cos(arc_b), np.sin(arc_b)], axis=-1),
        ],
        axis=1,
    )


def _fixed_point(points: Array) -> NDArray[np.int32]:
    """Points in pixels with FRACTION_BITS fractional bits, pixel centres on whole numbers."""
    rounded: NDArray[np.int32] = np.rint((points - 0.5) * (1 << FRACTION_BITS)).astype(np.int32)
    return rounded


def _trunk_outlines(centres: Array, radii: Array) -> list[NDArray[np.int32]]:
    """Convex hulls of the four circles of each trunk shape."""
    points = _fixed_point(centres[:, None] + radii[:, None] * _CIRCLE).reshape(len(_TRUNK), -1, 2)
    return [np.asarray(cv2.convexHull(circles), np.int32) for circles in points]


def _similarity_motion(a: Array, b: Array, thickness_px: Array) -> Array:
    """(n, 4) similarity motions c, d, k, w of shapes from a to b (n, 5: x, y, their velocities, depth).

    A shape shorter than `thickness_px` (n,) points at the camera, where its ends overstate rotation and scale.
    """
    axis, relative_velocity = (b - a)[:, :2], (b - a)[:, 2:4]
    square = np.maximum((axis**2).sum(axis=1), thickness_px**2)
    k = (relative_velocity * axis).sum(axis=1) / square
    w = (axis[:, 0] * relative_velocity[:, 1] - axis[:, 1] * relative_velocity[:, 0]) / square
    middle = 0.5 * (a + b)
    x, y = middle[:, 0], middle[:, 1]
    return np.stack([middle[:, 2] - k * x + w * y, middle[:, 3] - w * x - k * y, k, w], axis=1)
