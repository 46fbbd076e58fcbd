"""The guide: what is to be painted, as a small picture of silhouettes, limbs, edges, distance, movement and light.

`guide((128, 128), figures, elements, picture)` is one function of arrays, used in training and beside the painter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, takewhile

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.painted_figure import Figure
from installation.interface.scenery_elements import Element
from installation.paint.guide.body_shapes import COUNT, FIXED, GROUP, GROUPS, PART, PARTS, SUN, Build, built
from installation.paint.guide.scenery import Grid, grid, painted

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

CHANNELS = (
    "figure", "head", "trunk", "arms", "legs", "edge", "near", "flow_x", "flow_y", "light", "red_green", "blue_yellow",
)  # fmt: skip
"""figure to legs: how much of a pixel is of somebody, and of which part, 0..1. edge: contours and borders, 0..1.
near: 1 at the wall, a half at HALF metres, 0 far away or nothing. flow: canvas heights a second over FAST, -1..1, y up.
light and the two colours: CIE Lab, -1..1, L about 50 and a and b over COLOUR; 0 where nothing is known."""
CHANNEL = {name: index for index, name in enumerate(CHANNELS)}
HALF = 3.0
FAST = 2.0
COLOUR = 60.0
FINE, COARSE, VAST = 1 / 96, 1 / 48, 1 / 16
"""Standard deviations of the blur of a picture's light on figures, elsewhere, and of its colours; canvas heights."""
FINER = 2
"""Pixels along a side for each of the guide's in which limbs are drawn."""
ROUND, DEPTH = 0.024, 1.8
"""Canvas heights from a silhouette's rim over which it is modelled round, and how strongly: so that the eye takes more
than four of five figures for people when it is shown nothing but their light."""
INNER = 0.6
"""How strong an edge between two limbs is beside the silhouette's."""

_FLOW = slice(CHANNEL["flow_x"], CHANNEL["flow_y"] + 1)
_LIGHT = slice(CHANNEL["light"], CHANNEL["blue_yellow"] + 1)
_EDGE, _NEAR, _HEAD = CHANNEL["edge"], CHANNEL["near"], CHANNEL["head"]


def guide(
    size: tuple[int, int],
    figures: Sequence[Figure],
    elements: Sequence[Element] = (),
    picture: Pixels | None = None,
) -> NDArray[np.float32]:
    """(high, wide, 12) float32 as CHANNELS say, row 0 on top, for a canvas of `size` (high, wide).

    `picture` (any size, RGB) fills the canvas; light and colours of figures are then its own. Whoever or whatever is
    nearer hides what is farther away.
    """
    layers = sorted([*elements, *figures], key=lambda one: -_away(one))
    fine = None
    if picture is not None:
        sheet = np.zeros((*size, len(CHANNELS)), np.float32)
        fine = _pictured(sheet, picture)
    else:
        scenery = tuple(takewhile(lambda one: not isinstance(one, Figure), layers))
        sheet, layers = _scenery(size, scenery).copy(), layers[len(scenery) :]
    places = grid(size)
    for of_people, some in groupby(layers, key=lambda one: isinstance(one, Figure)):
        if of_people:
            _people(sheet, [one for one in some if isinstance(one, Figure)], fine)
        else:
            for one in some:
                if not isinstance(one, Figure):
                    _lay(sheet, one, places)
    return sheet


@lru_cache(maxsize=2)
def _scenery(size: tuple[int, int], elements: tuple[Element, ...]) -> NDArray[np.float32]:
    """What is behind everybody; it seldom changes from one guide to the next, and two scenes may take turns."""
    sheet, places = np.zeros((*size, len(CHANNELS)), np.float32), grid(size)
    for one in elements:
        _lay(sheet, one, places)
    return sheet


def near_of(metres: NDArray[np.floating] | float) -> NDArray[np.floating]:
    """0..1 of what is so many metres from the wall."""
    return HALF / (HALF + np.maximum(metres, 0.0))


def _away(one: Figure | Element) -> float:
    away = one.near if isinstance(one, Figure) else one.distance
    return away if np.isfinite(away) else 1e9


def _pictured(sheet: Array, picture: Pixels) -> Array:
    """Lay a picture's light, colours and edges; returns its light as figures have it."""
    high, wide = sheet.shape[:2]
    how = cv2.INTER_AREA if picture.shape[0] > high else cv2.INTER_LINEAR
    small = cv2.resize(picture, (wide, high), interpolation=how).astype(np.float32) / 255.0
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32)
    light = lab[..., 0] / 50.0 - 1.0
    fine, coarse = (
        np.asarray(cv2.GaussianBlur(light, (0, 0), max(share * high, 0.3)), np.float32) for share in (FINE, COARSE)
    )
    sheet[..., _LIGHT.start] = coarse
    colours = cv2.GaussianBlur(lab[..., 1:], (0, 0), VAST * high)
    sheet[..., _LIGHT.start + 1 : _LIGHT.stop] = np.clip(colours / COLOUR, -1.0, 1.0)
    sheet[..., _EDGE] = _slope(fine, high)
    return fine


def _slope(light: Array, high: int) -> Array:
    """0..1 how steeply light changes: 1 where it goes through a fifth of its range within a fiftieth of the height."""
    across, down = (cv2.Sobel(light, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    # Not cv2.magnitude, whose last bit depends on where in memory a picture lies.
    return np.clip(np.sqrt(across * across + down * down) * (high / 50.0 / 0.4), 0.0, 1.0)


def _lay(sheet: Array, element: Element, places: Grid) -> None:
    """Lay an element over what is there."""
    cover, lab, metres = painted(element, places)
    rest = 1.0 - cover
    sheet *= rest[..., None]
    sheet[..., _LIGHT] += cover[..., None] * lab
    sheet[..., _NEAR] += cover * near_of(metres)
    sheet[..., _EDGE] = np.maximum(sheet[..., _EDGE], _slope(cover, sheet.shape[0]))


def _people(sheet: Array, figures: Sequence[Figure], fine: Array | None) -> None:
    """Lay figures, farthest first, over what is there; with a picture's light where there is one."""
    size = sheet.shape[0] * FINER, sheet.shape[1] * FINER
    index = np.zeros(size, np.uint16)
    inks, labels, motions = [_NO_INK], [_NO_LABEL], [_NO_MOTION]
    for number, figure in enumerate(figures):
        build = built(figure, size)
        if build is not None:
            _draw(index, build, figure.outline, 1 + 2 * COUNT * (len(inks) - 1))
            inks.append(_ink(build, figure))
            labels.append(np.tile(_LABEL[number % WHOSE], 2))
            motions.append(np.tile(build.motion, (2, 1)))
    box = _bounds(index)
    if box is None:
        return
    rows, columns = box
    index = np.ascontiguousarray(index[rows, columns])
    half = (index.shape[1] // FINER, index.shape[0] // FINER)
    ink = np.take(np.concatenate(inks), index).view(np.uint8).reshape(*index.shape, 8)
    ink = np.asarray(cv2.resize(ink, half, interpolation=cv2.INTER_AREA), np.float32)
    label = np.take(np.concatenate(labels), index)
    edge = np.maximum(_borders(np.take(_WHOSE, label), 255), _borders(label, round(INNER * 255)))
    edge = cv2.GaussianBlur(cv2.resize(edge, half, interpolation=cv2.INTER_AREA), (0, 0), 0.6)
    own = sheet[_halved(rows), _halved(columns)]
    parts = ink[..., : len(PARTS)] / 255.0
    cover = np.minimum(parts @ _ALL, 1.0)
    light: NDArray[np.floating] = ink[..., len(PARTS) + 1 :] / 127.0 - (128.0 / 127.0) * cover
    light[..., 0] += _rounding(cover[..., 0], ROUND * sheet.shape[0])
    if fine is not None:
        light = own[..., _LIGHT] * cover
        light[..., 0] = fine[_halved(rows), _halved(columns)] * cover[..., 0]
    own *= 1.0 - cover
    own[..., 0] += cover[..., 0]
    own[..., _HEAD : _HEAD + len(PARTS)] += parts
    own[..., _EDGE] = np.maximum(own[..., _EDGE], edge.astype(np.float32) / 255.0)
    own[..., _NEAR] += ink[..., len(PARTS)] / 255.0
    # All that is covered of a pixel moves as one of its four: what was drawn last.
    index = np.maximum(np.maximum(index[::2, ::2], index[1::2, ::2]), np.maximum(index[::2, 1::2], index[1::2, 1::2]))
    c, d, k, w = np.moveaxis(np.take(np.concatenate(motions), index, axis=0), -1, 0)
    x = np.arange(columns.start + 1, columns.stop, FINER, dtype=np.float32)[None, :]
    y = np.arange(rows.start + 1, rows.stop, FINER, dtype=np.float32)[:, None]
    speed = 1.0 / (FAST * size[0])
    own[..., _FLOW.start] += np.clip(speed * (c + k * x - w * y), -1.0, 1.0) * cover[..., 0]
    own[..., _FLOW.start + 1] += np.clip(-speed * (d + w * x + k * y), -1.0, 1.0) * cover[..., 0]
    own[..., _LIGHT] = np.clip(own[..., _LIGHT] + light, -1.0, 1.0)


def _rounding(cover: Array, blur: float) -> Array:
    """How much more light there is where what is covered turns towards the light, and less on the other side."""
    soft = cv2.GaussianBlur(cover, (0, 0), blur, borderType=cv2.BORDER_REPLICATE)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *axis, scale=blur / 8.0) for axis in ((1, 0), (0, 1)))
    return np.asarray(-DEPTH * cover * (SUN[0] * across + SUN[1] * down), np.float32)


def _halved(span: slice) -> slice:
    return slice(span.start // FINER, span.stop // FINER)


WHOSE = 255 // GROUPS
"""Figures one after the other in depth between which borders are seen."""
_LABEL = 1 + GROUPS * np.arange(WHOSE, dtype=np.uint8)[:, None] + GROUP.astype(np.uint8)
_WHOSE = ((np.arange(256) - 1) // GROUPS + 1).clip(0, 255).astype(np.uint8)
_ALL = np.ones((len(PARTS), 1), np.float32)
_NO_INK, _NO_LABEL, _NO_MOTION = np.zeros(1, np.uint64), np.zeros(1, np.uint8), np.zeros((1, 4), np.float32)
assert CHANNELS[_HEAD : _HEAD + len(PARTS)] == PARTS


def _ink(build: Build, figure: Figure) -> NDArray[np.uint64]:
    """(2 COUNT,) what each polygon writes, a byte each: its part's mask in turn, near, light and colours from 1 to 255.

    Sums of bytes are quick: 0 is nothing at all, so that what is half covered has half of everything.
    """
    ink = np.zeros((2, COUNT, 8), np.uint8)
    ink[:, np.arange(COUNT), PART] = 255
    ink[..., len(PARTS)] = round(255.0 * float(near_of(figure.near)))
    ink[..., len(PARTS) + 1 :] = np.rint(128.0 + 127.0 * build.light)
    return ink.view(np.uint64).reshape(-1)


def _draw(index: NDArray[np.uint16], build: Build, outline: Sequence[NDArray[np.floating]], first: int) -> None:
    """Write the numbers of a figure's polygons, from `first` on; within its silhouette where that is known."""
    high, wide = index.shape
    rings = [ring for ring in outline if len(ring) > 2 and np.isfinite(ring).all()]
    target = np.zeros_like(index) if rings else index
    if rings:
        # What is of the silhouette beside all limbs belongs to the nearest of them, more or less.
        target[:] = first + COUNT - 1
        for one in build.order:
            if one < COUNT:
                cv2.fillConvexPoly(target, build.wide[one], first + one, shift=FIXED)
    for one in build.order:
        cv2.fillConvexPoly(target, build.polygons[one], first + one, shift=FIXED)
    if rings:
        points = [np.rint((ring * (wide, -high) + (0.0, high) - 0.5) * (1 << FIXED)) for ring in rings]
        mask = np.zeros(index.shape, np.uint8)
        cv2.fillPoly(mask, [np.clip(some, -1e7, 1e7).astype(np.int32) for some in points], 1, shift=FIXED)
        np.copyto(index, target, where=mask.view(bool))


def _bounds(index: NDArray[np.uint16]) -> tuple[slice, slice] | None:
    """Where anything is drawn, in whole pixels of the guide, with one around it."""
    found = []
    for axis, length in ((1, index.shape[0]), (0, index.shape[1])):
        there = np.flatnonzero(index.any(axis=axis))
        if not len(there):
            return None
        low, high = there[0] // FINER - 1, there[-1] // FINER + 2
        found.append(slice(max(low, 0) * FINER, min(high * FINER, length)))
    return found[0], found[1]


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def _borders(labels: Pixels, strength: int) -> Pixels:
    """`strength` where a pixel's neighbour has another label, else 0."""
    changed = cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, _CROSS)
    return np.asarray(cv2.threshold(changed, 0, strength, cv2.THRESH_BINARY)[1], np.uint8)
