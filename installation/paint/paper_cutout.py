"""Paper cut-outs: a painting as sheets of a few colours with smooth edges, each lying on the darker ones below it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.pictures.style import PALETTE_COLOURS

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SHEETS = 8
"""Colours of paper where no number is asked for."""
STYLE = "cut paper"
"""The style whose paintings are cut from paper unless that is declined: the network alone only has its colours."""
REFERENCE_PX = 630.0
"""Short side of a picture for which all lengths are."""
SHARPENING = 2.2
"""Share of the light's detail that is added to it, so that features of a face are sheets of their own."""
SHARPENING_RADIUS_PX = 24.0
"""Radius within which light is even without its detail."""
STRONG_EDGE_LIGHT = 32.0
"""Step of L (CIE Lab) from which on an edge is no detail: sharpening it would cut a rim of another colour."""
LIGHT_RADIUS_PX, COLOUR_RADIUS_PX = 6.0, 24.0
"""Radii within which light, and colour, become even."""
EDGE_LIGHT = 8.0
"""Step of L (CIE Lab) from which on an edge separates two even areas."""
COLOUR_WEIGHT = 0.7
"""Weight of a and b beside L: shapes are those of light and shade."""
EDGE_SIGMA_PX = 1.4
"""Standard deviation of the blur that makes the edges of sheets smooth."""
MIN_AREA_PX = 40.0
"""Area below which a piece is left out: no scissors would cut it."""
SHADOW_PX = (2.0, 3.0)
"""Shift of the shadow of a sheet to the right and down."""
SHADOW_SIGMA_PX = 2.2
SHADOW_STRENGTH = 0.38
GRAIN = 0.03
"""Strength of the paper's grain."""
QUANTILES = np.linspace(0.0, 1.0, 65)
"""Quantiles at which the light of a guide is matched to that of its painting."""
SAMPLES = 12_000
"""Pixels among which the colours are sought."""
ROUNDS = 12
"""Rounds of the search for the colours (Lloyd 1982, begun as in Arthur and Vassilvitskii 2007)."""


def cut_from_paper(painting: Pixels, light: Array, palette: Array, sheets: int = SHEETS, seed: int = 1) -> Pixels:
    """A painting (h, w, 3) as cut from `sheets` colours of paper; the same for the same seed.

    Shapes are those of the `light` (any size, -1..1) of the painting's guide, which has no brush strokes; how light and
    dark they are is the painting's. The paper has the hues of a style's `palette`.
    """
    height, width = painting.shape[:2]
    unit = min(height, width) / REFERENCE_PX
    rng = np.random.default_rng([17, seed])
    lab = _even(painting, light, unit)
    colours = _main_colours(lab.reshape(-1, 3), sheets, rng)
    order = _sheet_of_each_pixel(lab, colours, unit)
    grain = 1.0 + GRAIN * cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 0.8)
    return _laid(order, _paper_colours(colours, palette), np.asarray(grain, np.float32), unit)


def _even(painting: Pixels, light: Array, unit: float) -> Array:
    """(h, w, 3) L, and a and b times COLOUR_WEIGHT, of a painting without its brush strokes."""
    height, width = painting.shape[:2]
    lab = np.asarray(cv2.cvtColor(painting.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), np.float32)
    seen = cv2.resize(50.0 + 50.0 * light, (width, height), interpolation=cv2.INTER_LINEAR)
    # The domain transform (Gastal and Oliveira 2011) smooths within edges, at a cost that no radius raises.
    broad = cv2.ximgproc.dtFilter(seen, seen, max(1.0, SHARPENING_RADIUS_PX * unit), STRONG_EDGE_LIGHT)
    seen = seen + SHARPENING * (seen - broad)
    seen = cv2.ximgproc.dtFilter(seen, seen, max(1.0, LIGHT_RADIUS_PX * unit), EDGE_LIGHT)
    colour = np.ascontiguousarray(COLOUR_WEIGHT * lab[..., 1:])
    colour = cv2.ximgproc.dtFilter(seen, colour, max(1.0, COLOUR_RADIUS_PX * unit), EDGE_LIGHT)
    painted = cv2.GaussianBlur(lab[..., 0], (0, 0), max(0.5, 2.0 * unit))
    # Large even areas have many quantiles at one light: they get the mean of those of the painting.
    found, groups = np.unique(np.round(np.quantile(seen, QUANTILES), 1), return_inverse=True)
    means = np.bincount(groups, np.quantile(painted, QUANTILES)) / np.bincount(groups)
    matched = np.interp(seen, found, means)
    return np.dstack([matched, colour]).astype(np.float32)


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
    """(h, w) number of the colour at each pixel: pieces of some size with smooth edges between."""
    best = np.full(lab.shape[:2], np.inf, np.float32)
    order = np.zeros(lab.shape[:2], np.uint8)
    for number, colour in enumerate(colours):
        cost = np.square(lab - colour).sum(axis=2)
        order[cost < best] = number
        best = np.minimum(best, cost)
    count, sigma_px = len(colours), max(0.5, EDGE_SIGMA_PX * unit)
    pieces = _without_small_pieces(_with_smooth_edges(order, count, sigma_px), count, MIN_AREA_PX * unit**2)
    return _with_smooth_edges(pieces, count, sigma_px)


def _with_smooth_edges(order: Pixels, count: int, sigma_px: float) -> Pixels:
    """Each pixel gets the sheet that has most of the area around it."""
    most = np.zeros(order.shape, np.float32)
    smooth = order.copy()
    for number in range(count):
        share = cv2.GaussianBlur((order == number).astype(np.float32), (0, 0), sigma_px)
        smooth[share > most] = number
        most = np.maximum(most, share)
    return smooth


def _without_small_pieces(order: Pixels, count: int, min_area_px: float) -> Pixels:
    """Pieces below an area take the sheet of the nearest larger piece."""
    small = np.zeros(order.shape, np.uint8)
    for number in range(count):
        mask = (order == number).astype(np.uint8)
        _, pieces, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        is_small = statistics[:, cv2.CC_STAT_AREA] < min_area_px
        is_small[0] = False
        small |= is_small[pieces]
    if not small.any() or small.all():
        return order
    _, nearest = cv2.distanceTransformWithLabels(small, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    sheet_of_label = np.zeros(int(nearest.max()) + 1, np.uint8)
    sheet_of_label[nearest[small == 0]] = order[small == 0]
    return np.asarray(sheet_of_label[nearest], np.uint8)


def _paper_colours(colours: Array, palette: Array) -> Array:
    """(n, 3) RGB 0..1 of main colours in the hues that a palette has for their lightness."""
    hues = 100.0 * palette[9:].reshape(PALETTE_COLOURS, 4)[:, :3]
    channels = [colours[:, 0], *(np.interp(colours[:, 0], hues[:, 0], hues[:, channel]) for channel in (1, 2))]
    lab = np.stack(channels, axis=1).astype(np.float32)
    rgb: Array = np.asarray(cv2.cvtColor(lab[None], cv2.COLOR_LAB2RGB), np.float32)[0]
    return rgb


def _laid(order: Pixels, paper: Array, grain: Array, unit: float) -> Pixels:
    """A picture (h, w, 3) of sheets that lie on each other, each with its shadow on those below."""
    height, width = order.shape
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
