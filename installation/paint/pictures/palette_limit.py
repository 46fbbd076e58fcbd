"""Limit of a painting's colours to the palette of its style: at strong edges the network goes beyond it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.pictures.style import PALETTE_COLOURS

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

MAX_DEVIATIONS = 2.0
"""Greatest distance of a and b (CIE Lab) from the hull of the palette's colours, in deviations within a colour."""
KNEE_DEVIATIONS = 1.0
"""Distance up to which colours stay as they are; those beyond it are drawn together below MAX_DEVIATIONS."""
EDGE_STRICTNESS = 0.9
"""Share of both that is taken away beside strong edges, where the network leaves strips in a hue of their own."""
WEAK_STEP, STRONG_STEP = 24.0, 56.0
"""Steps of L in a guide up to which an edge leaves no strip, and from which on it leaves a full one."""
STEP_REACH = 1 / 160
"""Reach within which the light of a guide changes at an edge, of the painting's short side."""
STRIP_PX = 24
"""Reach of a strip from its edge, pixels of any painting: the network's own reach."""
TOLERANCE = 2.0
"""Deviation, in Lab units, that is added to that within a colour: a palette of flat colours keeps a little room."""

STRIP_ROWS = 512
"""Rows of a painting that are limited at once, to save memory."""


def within_palette(painting: Pixels, palette: Array, light: Array | None = None) -> Pixels:
    """A painting (h, w, 3) whose hue and chroma stay near those of a palette, as `palette_of` measures it.

    Beside strong edges of its guide's `light` (any size, -1..1) they stay nearer.

    Lightness stays. Mixtures of the palette's colours are all allowed: distances are measured from the convex hull of
    their a and b, as Mahalanobis distances in the mean covariance within a colour. One covariance for all colours would
    allow hues that lie beside a palette of two.
    """
    whitening = np.linalg.inv(np.linalg.cholesky(_covariance_within(palette))).astype(np.float32)
    colours = 100.0 * palette[9:].reshape(PALETTE_COLOURS, 4)[:, 1:3] @ whitening.T
    hull = np.asarray(cv2.convexHull(np.asarray(colours, np.float32))[:, 0], np.float32)
    room = (
        np.ones(painting.shape[:2], np.float32) if light is None else 1.0 - EDGE_STRICTNESS * _strips(painting, light)
    )
    parts = [slice(top, top + STRIP_ROWS) for top in range(0, len(painting), STRIP_ROWS)]
    return np.concatenate([_within_hull(painting[rows], room[rows], whitening, hull) for rows in parts])


def _strips(painting: Pixels, light: Array) -> Array:
    """(h, w) 0..1 where a painting may have a strip: beside strong edges of its guide's light."""
    height, width = painting.shape[:2]
    seen = cv2.resize(50.0 + 50.0 * light, (width, height), interpolation=cv2.INTER_LINEAR)
    step = cv2.morphologyEx(seen, cv2.MORPH_GRADIENT, _disc(max(1, round(STEP_REACH * min(height, width)))))
    strong = np.clip((step - WEAK_STEP) / (STRONG_STEP - WEAK_STEP), 0.0, 1.0)
    return np.asarray(cv2.GaussianBlur(cv2.dilate(strong, _disc(STRIP_PX)), (0, 0), STRIP_PX / 3.0), np.float32)


def _disc(radius: int) -> NDArray[np.uint8]:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _within_hull(painting: Pixels, room: Array, whitening: Array, hull: Array) -> Pixels:
    """A painting whose a and b, times `whitening` (2, 2), stay near a convex polygon (n, 2).

    `room` (h, w) is a factor 0..1 on how near that is.
    """
    lab = cv2.cvtColor(painting.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    places = lab[..., 1:] @ whitening.T
    nearest, distance = _nearest_in_hull(places, hull)
    knee, bend = KNEE_DEVIATIONS * room, (MAX_DEVIATIONS - KNEE_DEVIATIONS) * room
    outside = distance > knee
    limited = knee + bend * np.tanh((distance - knee) / bend)
    share = np.where(outside, limited / np.maximum(distance, 1e-6), 1.0).astype(np.float32)[..., None]
    lab[..., 1:] = (nearest + share * (places - nearest)) @ np.linalg.inv(whitening).T
    near = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0)
    changed = (255.0 * near + 0.5).astype(np.uint8)
    return np.where(outside[..., None], changed, painting)


def _nearest_in_hull(places: Array, hull: Array) -> tuple[Array, Array]:
    """The nearest point (h, w, 2) of a convex polygon (n, 2) to each place (h, w, 2), and the distance (h, w) to it."""
    nearest = places.copy()
    distance = np.full(places.shape[:2], np.inf, np.float32)
    left, right = np.ones(distance.shape, bool), np.ones(distance.shape, bool)
    for corner, following in zip(hull, np.roll(hull, -1, axis=0), strict=True):
        side, relative = following - corner, places - corner
        share = np.clip(relative @ side / max(float(side @ side), 1e-9), 0.0, 1.0)
        offset = relative - share[..., None] * side
        apart = np.sqrt(np.einsum("hwc,hwc->hw", offset, offset))
        is_nearer = apart < distance
        distance = np.where(is_nearer, apart, distance)
        nearest = np.where(is_nearer[..., None], places - offset, nearest)
        turn = side[0] * relative[..., 1] - side[1] * relative[..., 0]
        left &= turn >= 0.0
        right &= turn <= 0.0
    # A hull of one or two corners has no inside: there a place on its line is on both sides, at distance 0.
    inside = (left | right) & (len(hull) > 2)
    return np.where(inside[..., None], places, nearest), np.where(inside, np.float32(0.0), distance)


def _covariance_within(palette: Array) -> NDArray[np.float64]:
    """Covariance (2, 2) of a and b within a colour of the palette, in Lab units.

    By the law of total variance it is the palette's whole covariance, from its triangular spread, less that of the
    means of its colours.
    """
    spread = np.zeros((3, 3))
    spread[np.tril_indices(3)] = palette[3:9]
    whole = 1e4 * (spread @ spread.T)[1:, 1:]
    colours = palette[9:].reshape(PALETTE_COLOURS, 4).astype(np.float64)
    shares = np.maximum(colours[:, 3], 0.0)
    apart = 100.0 * (colours[:, 1:3] - palette[1:3])
    between = (shares[:, None] * apart).T @ apart / max(shares.sum(), 1e-6)
    variances, axes = np.linalg.eigh(whole - between)
    return np.asarray((axes * (np.maximum(variances, 0.0) + TOLERANCE**2)) @ axes.T)
