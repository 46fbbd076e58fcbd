"""Paper cut-outs: a painting as sheets of a few colours with smooth edges, each lying on the darker ones below it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SHEETS = 12
"""Colours of paper where no number is asked for."""
STYLE = "cut paper"
"""The style whose paintings are cut from paper unless that is declined: the network alone only has its colours."""
FLATTENING_PX = 9.0
"""Radius within which like colours become one; this and the next lengths are for a picture REFERENCE_PX high."""
FLATTENING_COLOUR = 16.0
"""Difference of 0..255 up to which colours are alike."""
EDGE_SIGMA_PX = 1.5
"""Standard deviation of the blur that makes the edges of sheets smooth."""
ISLAND_PX = 5.0
"""Width of the median that drops islands and notches which no scissors would cut."""
SHADOW_PX = (2.0, 3.0)
"""Shift of the shadow of a sheet to the right and down."""
SHADOW_SIGMA_PX = 2.2
SHADOW_STRENGTH = 0.38
REFERENCE_PX = 630.0
GRAIN = 0.03
"""Strength of the paper's grain."""
MAX_COLOUR_DISTANCE = 900.0
"""Squared distance in CIE Lab beyond which one colour is as wrong as another."""
SAMPLES = 12_000
"""Pixels among which the colours are sought."""
ROUNDS = 12
"""Rounds of the search for the colours (Lloyd 1982, begun as in Arthur and Vassilvitskii 2007)."""


def cut_from_paper(painting: Pixels, sheets: int = SHEETS, seed: int = 1) -> Pixels:
    """A painting (h, w, 3) as cut from `sheets` colours of paper; the same for the same seed."""
    height, width = painting.shape[:2]
    unit = min(height, width) / REFERENCE_PX
    rng = np.random.default_rng([17, seed])
    flat = cv2.pyrMeanShiftFiltering(painting, max(2.0, FLATTENING_PX * unit), FLATTENING_COLOUR)
    lab = np.asarray(cv2.cvtColor(flat.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), np.float32)
    colours = _main_colours(lab.reshape(-1, 3), sheets, rng)
    order = _sheet_of_each_pixel(lab, colours, unit)
    paper = np.asarray(cv2.cvtColor(colours[None], cv2.COLOR_LAB2RGB), np.float32)[0]
    grain = 1.0 + GRAIN * cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 0.8)
    shift = np.array([[1, 0, SHADOW_PX[0] * unit], [0, 1, SHADOW_PX[1] * unit]], np.float32)
    picture = paper[0] * grain[..., None]
    for number in range(1, len(paper)):
        mask = (order >= number).astype(np.float32)
        cover = cv2.GaussianBlur(mask, (0, 0), 0.7)
        moved = cv2.warpAffine(mask, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
        shadow = cv2.GaussianBlur(moved, (0, 0), max(0.5, SHADOW_SIGMA_PX * unit))
        picture *= (1.0 - SHADOW_STRENGTH * shadow * (1.0 - cover))[..., None]
        picture += cover[..., None] * (paper[number] * grain[..., None] - picture)
    return np.asarray(np.clip(picture, 0.0, 1.0) * 255.0 + 0.5, np.uint8)


def _main_colours(lab: Array, count: int, rng: np.random.Generator) -> Array:
    """The `count` colours (count, 3) that stand best for all, the darkest first."""
    samples = lab[rng.integers(len(lab), size=SAMPLES)]
    colours = samples[:1]
    for _ in range(count - 1):
        nearest = _distances(samples, colours).min(axis=1).astype(np.float64)
        total = nearest.sum()
        chosen = rng.choice(len(samples), p=nearest / total) if total > 0 else 0
        colours = np.concatenate([colours, samples[chosen : chosen + 1]])
    for _ in range(ROUNDS):
        owner = _distances(samples, colours).argmin(axis=1)
        for number in range(count):
            if (owner == number).any():
                colours[number] = samples[owner == number].mean(axis=0)
    return np.ascontiguousarray(colours[np.argsort(colours[:, 0])])


def _distances(samples: Array, colours: Array) -> Array:
    """(n, k) squared distances."""
    squares = (samples**2).sum(axis=1)[:, None] + (colours**2).sum(axis=1)[None]
    return np.asarray(np.maximum(squares - 2.0 * samples @ colours.T, 0.0), np.float32)


def _sheet_of_each_pixel(lab: Array, colours: Array, unit: float) -> Pixels:
    """(h, w) number of the colour at each pixel, with smooth edges between."""
    best = np.full(lab.shape[:2], np.inf, np.float32)
    order = np.zeros(lab.shape[:2], np.uint8)
    for number, colour in enumerate(colours):
        cost = np.minimum(((lab - colour) ** 2).sum(axis=2), MAX_COLOUR_DISTANCE)
        cost = cv2.GaussianBlur(cost, (0, 0), max(0.5, EDGE_SIGMA_PX * unit))
        order[cost < best] = number
        best = np.minimum(best, cost)
    side = max(3, 2 * round(ISLAND_PX * unit / 2.0) + 1)
    return np.asarray(cv2.medianBlur(order, side), np.uint8)
