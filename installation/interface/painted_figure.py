"""Figures: whoever is to be painted, as landmarks and silhouettes on the canvas, the same for visitors and bodies.

Canvas coordinates run from 0 to 1 in x (left to right) and y (bottom to top), whatever the canvas' shape; speeds are
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

FASTEST = 6.0
"""Canvas heights a second; faster is an error of the eye."""
TONES = ("skin", "hair", "top", "sleeve", "bottom", "shank", "shoes")
"""What of somebody has a tone of its own: below `sleeve` come the forearms, below `shank` the legs under the knee."""

_SKINS = ((0.62, 0.16, 0.26), (0.45, 0.2, 0.32), (0.2, 0.22, 0.36), (-0.1, 0.18, 0.28))
_HAIRS = ((-0.8, 0.02, 0.03), (-0.6, 0.12, 0.18), (-0.35, 0.25, 0.4), (0.25, 0.05, 0.4), (0.35, 0.0, 0.02))
_CLOTHS = (
    (-0.7, 0.0, -0.05), (-0.45, 0.05, -0.4), (-0.25, 0.6, 0.35), (-0.3, -0.4, 0.25), (0.1, 0.1, -0.35),
    (0.2, 0.45, 0.45), (0.3, -0.05, 0.5), (0.65, 0.0, 0.05), (0.75, 0.02, 0.12), (-0.1, 0.0, 0.0), (-0.5, 0.25, -0.3),
)  # fmt: skip


@record("paint.Figure")
@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One person on the canvas."""

    id: int
    landmarks: Array
    """(33, 2) canvas coordinates, in MediaPipe's order: left is the person's own."""
    near: float
    """Metres from the wall: whoever has less hides whoever has more."""
    visibility: Array
    """(33,) 0..1."""
    outline: tuple[Array, ...]
    """Rings (n, 2) of the silhouette in canvas coordinates, holes among them; none where only the limbs are known."""
    velocity: Array
    """(33, 2) canvas heights a second."""
    depth: Array
    """(33,) metres of each landmark from the wall."""
    scale: float
    """Canvas heights that a metre has where they are."""
    tone: Array = field(default_factory=lambda: tone_of(0))
    """(7, 3) light, red over green and yellow over blue of TONES, -1..1 as in the guide."""


def tone_of(seed: int) -> Array:
    """(7, 3) the tones of somebody: always the same for one seed, most likely others for another."""
    chance = np.random.default_rng([5, seed & 0xFFFFFFFF])
    skin, hair = _SKINS[chance.integers(len(_SKINS))], _HAIRS[chance.integers(len(_HAIRS))]
    top, bottom = (_CLOTHS[i] for i in chance.choice(len(_CLOTHS), 2, replace=False))
    sleeve, shank = (top if chance.random() < 0.6 else skin), (bottom if chance.random() < 0.75 else skin)
    shoes = (-0.75, 0.02, 0.02) if chance.random() < 0.7 else (0.5, 0.0, 0.05)
    return np.array([skin, hair, top, sleeve, bottom, shank, shoes], np.float32)


def figures_of_visitors(
    visitors: Sequence[Visitor], aspect: float, scale: Array | float = 1.0, shift: Array | float = 0.0
) -> tuple[Figure, ...]:
    """Everybody who has not left, by identity, at rest.

    `scale` and `shift` (2,) bring `_screen` values to a canvas of this `aspect`, as `visitor_textures.screen_to_canvas`
    tells them.
    """
    found = []
    for visitor in sorted(visitors, key=lambda v: v.id):
        if visitor.state is State.LEFT:
            continue
        there = visitor.landmarks_screen * scale + shift
        found.append(
            Figure(
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


def figures_of_bodies(bodies: Mapping[int, Body], view: View) -> tuple[Figure, ...]:
    """Bodies in the room by their ids, as they appear through the wall, at rest. Whoever is behind the eye is left
    out."""
    found = []
    for id, body in sorted(bodies.items()):
        points = landmarks_from_body(body)
        away = view.behind_m + points[:, 2]
        if not (away > view.near_m).all():
            continue
        there = view.canvas(points)
        scale = float(view.lens / away.mean())
        still, near = np.zeros_like(there), float(body.hips_m[2])
        found.append(Figure(id, there, near, np.ones(len(LANDMARKS)), (), still, points[:, 2], scale, tone_of(id)))
    return tuple(found)


def within(figures: Sequence[Figure], window: tuple[float, float, float, float]) -> tuple[Figure, ...]:
    """The figures on a canvas that shows only a `window` (left, bottom, right, top) of theirs."""
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
    """How many canvas heights a metre has, from where landmarks (33, 2) are seen and are in the room (33, 2)."""
    weight = np.clip(visibility, 0.05, 1.0)[:, None]

    def spread(values: Array) -> float:
        middle = (weight * values).sum(axis=0) / weight.sum()
        return float((weight * (values - middle) ** 2).sum())

    return float(np.sqrt(spread(points) / max(spread(points_m), 1e-6)))
