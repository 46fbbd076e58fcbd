"""Painted figures: the people to paint, as landmarks and silhouettes on the canvas, from visitors or bodies.

Canvas coordinates run from 0 to 1 in x (left to right) and y (bottom to top), for every shape of canvas; speeds are
in canvas heights a second along both axes, y up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from installation.core.records import record
from installation.interface.camera_view import View
from installation.interface.visitor import State, Visitor
from motion.body import Body
from motion.landmarks import LANDMARKS, landmarks_from_body

Array = NDArray[np.floating]

MAX_SPEED_HEIGHTS = 6.0
"""Canvas heights a second; a higher speed is an error of the eye."""
TONES = ("skin", "hair", "top", "sleeve", "bottom", "shank", "shoes")
"""Parts of a figure with a tone of their own; `sleeve` is the forearm, `shank` the leg below the knee."""

_SKINS = ((0.62, 0.16, 0.26), (0.45, 0.2, 0.32), (0.2, 0.22, 0.36), (-0.1, 0.18, 0.28))
_HAIRS = ((-0.8, 0.02, 0.03), (-0.6, 0.12, 0.18), (-0.35, 0.25, 0.4), (0.25, 0.05, 0.4), (0.35, 0.0, 0.02))
_CLOTHS = (
    (-0.7, 0.0, -0.05),
    (-0.45, 0.05, -0.4),
    (-0.25, 0.6, 0.35),
    (-0.3, -0.4, 0.25),
    (0.1, 0.1, -0.35),
    (0.2, 0.45, 0.45),
    (0.3, -0.05, 0.5),
    (0.65, 0.0, 0.05),
    (0.75, 0.02, 0.12),
    (-0.1, 0.0, 0.0),
    (-0.5, 0.25, -0.3),
)


@record("paint.Figure")
@dataclass(frozen=True, slots=True, eq=False)
class PaintedFigure:
    """One person on the canvas."""

    id: int
    landmarks: Array
    """(33, 2) canvas coordinates, in MediaPipe's order: left is the person's own."""
    near: float
    """Metres from the wall: a nearer figure hides a farther one."""
    visibility: Array
    """(33,) 0..1."""
    outline: tuple[Array, ...]
    """Rings (n, 2) of the silhouette in canvas coordinates, holes included; empty where only the limbs are known."""
    velocity: Array
    """(33, 2) canvas heights a second."""
    depth: Array
    """(33,) metres of each landmark from the wall."""
    scale: float
    """Canvas heights of one metre at the figure's distance."""
    tone: Array = field(default_factory=lambda: tone_of(0))
    """(7, 3) light, red over green and yellow over blue of TONES, -1..1 as in the guide."""


def tone_of(seed: int) -> Array:
    """(7, 3) random tones of a figure, the same for the same seed."""
    chance = np.random.default_rng([5, seed & 0xFFFFFFFF])
    skin, hair = _SKINS[chance.integers(len(_SKINS))], _HAIRS[chance.integers(len(_HAIRS))]
    top, bottom = (_CLOTHS[i] for i in chance.choice(len(_CLOTHS), 2, replace=False))
    sleeve, shank = (top if chance.random() < 0.6 else skin), (bottom if chance.random() < 0.75 else skin)
    shoes = (-0.75, 0.02, 0.02) if chance.random() < 0.7 else (0.5, 0.0, 0.05)
    return np.array([skin, hair, top, sleeve, bottom, shank, shoes], np.float32)


def figures_of_visitors(
    visitors: Sequence[Visitor], aspect: float, scale: Array | float = 1.0, shift: Array | float = 0.0
) -> tuple[PaintedFigure, ...]:
    """Figures of the visitors who have not left, in the order of their ids, at rest.

    `scale` and `shift` (2,) convert `_screen` values to a canvas of this `aspect`; see
    `visitor_textures.screen_to_canvas`.
    """
    found = []
    for visitor in sorted(visitors, key=lambda v: v.id):
        if visitor.state is State.LEFT:
            continue
        there = visitor.landmarks_screen * scale + shift
        found.append(
            PaintedFigure(
                visitor.id,
                there,
                float(visitor.floor_m[1]),
                visitor.visibility,
                tuple(ring * scale + shift for ring in visitor.outline_screen if len(ring) > 2),
                np.zeros_like(there),
                visitor.landmarks_m[:, 2],
                scale_of(there * (aspect, 1.0), visitor.landmarks_m[:, :2], visitor.visibility),
                tone_of(visitor.id),
            )
        )
    return tuple(found)


def figures_of_bodies(bodies: Mapping[int, Body], view: View) -> tuple[PaintedFigure, ...]:
    """Figures of bodies in the room in the order of their ids, at rest; bodies behind the camera are left out."""
    found = []
    for id, body in sorted(bodies.items()):
        points = landmarks_from_body(body)
        away = view.behind_m + points[:, 2]
        if not (away > view.near_m).all():
            continue
        there = view.canvas(points)
        scale = float(view.lens / away.mean())
        still, near = np.zeros_like(there), float(body.hips_m[2])
        found.append(
            PaintedFigure(id, there, near, np.ones(len(LANDMARKS)), (), still, points[:, 2], scale, tone_of(id))
        )
    return tuple(found)


def within(figures: Sequence[PaintedFigure], window: tuple[float, float, float, float]) -> tuple[PaintedFigure, ...]:
    """The figures on a canvas that is the `window` (left, bottom, right, top) of theirs."""
    left, bottom, right, top = window
    low, high = np.array([left, bottom]), 1.0 / (top - bottom)
    size = np.array([right - left, top - bottom])
    return tuple(
        replace(
            figure,
            landmarks=(figure.landmarks - low) / size,
            outline=tuple((ring - low) / size for ring in figure.outline),
            velocity=figure.velocity * high,
            scale=figure.scale * high,
        )
        for figure in figures
    )


def scale_of(points: Array, points_m: Array, visibility: Array) -> float:
    """Canvas heights of one metre, from landmarks (33, 2) on the canvas and in the room (33, 2)."""
    weight = np.clip(visibility, 0.05, 1.0)[:, None]

    def spread(values: Array) -> float:
        middle = (weight * values).sum(axis=0) / weight.sum()
        return float((weight * (values - middle) ** 2).sum())

    return float(np.sqrt(spread(points) / max(spread(points_m), 1e-6)))
