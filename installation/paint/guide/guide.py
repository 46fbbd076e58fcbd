"""The guide, input of the painter: a small image of silhouettes, limbs, edges, distance, optical flow and light.

`draw_guide((128, 128), figures, elements, picture)` is a pure function of arrays, for training and for painting.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, takewhile

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.interface.painted_figure import PaintedFigure
from installation.interface.scenery_elements import Element
from installation.paint.guide.body_shapes import (
    BODY_PARTS,
    FRACTION_BITS,
    GROUP_COUNT,
    LIGHT_DIRECTION,
    SHAPE_COUNT,
    SHAPE_GROUP,
    SHAPE_PART,
    FigurePolygons,
    build_figure,
)
from installation.paint.guide.scenery import Grid, pixel_grid, rasterise

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

CHANNELS = (
    "figure",
    "head",
    "trunk",
    "arms",
    "legs",
    "edge",
    "near",
    "flow_x",
    "flow_y",
    "light",
    "red_green",
    "blue_yellow",
)
"""figure to legs: coverage of a pixel by figures, and by which part, 0..1. edge: contours and borders, 0..1.
near: 1 at the wall, 0.5 at HALF_NEAR_M, 0 far away or nothing. flow: canvas heights a second over MAX_FLOW, -1..1,
y up. light and the two colours: CIE Lab, -1..1, L around 50 and a and b over COLOUR_RANGE; 0 where unknown."""
CHANNEL_INDEX = {name: index for index, name in enumerate(CHANNELS)}
HALF_NEAR_M = 3.0
"""Distance from the wall, metres, at which `near` is 0.5."""
MAX_FLOW = 2.0
"""Canvas heights a second that a flow of 1 stands for."""
COLOUR_RANGE = 60.0
"""CIE Lab a or b that a colour of 1 stands for."""
FIGURE_LIGHT_SIGMA = 1 / 96
"""Standard deviation of the blur of a picture's light on figures; canvas heights."""
LIGHT_SIGMA = 1 / 48
"""The same of its light elsewhere."""
COLOUR_SIGMA = 1 / 16
"""The same of its colours."""
DETAILED_SIGMAS = (1 / 400, 1 / 300, 1 / 100)
"""The same three with a detail of 1, which keeps faces."""
SUPERSAMPLING = 2
"""Pixels along a side, for each one of the guide, in which limbs are drawn."""
ROUNDING_WIDTH = 0.024
"""Canvas heights from a silhouette's rim over which light models it round."""
ROUNDING_STRENGTH = 1.8
"""Strength of that light: with it the eye detects people in more than four of five figures from their light alone."""
INNER_EDGE = 0.6
"""Strength of an edge between two limbs relative to that of the silhouette."""

_FLOW = slice(CHANNEL_INDEX["flow_x"], CHANNEL_INDEX["flow_y"] + 1)
_LIGHT = slice(CHANNEL_INDEX["light"], CHANNEL_INDEX["blue_yellow"] + 1)
_EDGE, _NEAR, _HEAD = CHANNEL_INDEX["edge"], CHANNEL_INDEX["near"], CHANNEL_INDEX["head"]


def draw_guide(
    size: tuple[int, int],
    figures: Sequence[PaintedFigure],
    elements: Sequence[Element] = (),
    picture: Pixels | None = None,
    detail: float = 0.0,
) -> NDArray[np.float32]:
    """(h, w, 12) float32, channels as CHANNELS, row 0 on top, for a canvas of `size` (height, width).

    `picture` (any size, RGB) fills the canvas and then gives figures their light and colours. `detail` 0..1 is how much
    of it is seen: 0 is what the painter learns from, and what a moving camera gives; 1 keeps faces, and draws the
    picture's own edges on figures in place of those between limbs. Nearer figures and elements hide farther ones.
    """
    layers = sorted([*elements, *figures], key=lambda layer: -_distance(layer))
    figure_light = None
    if picture is not None:
        canvas = np.zeros((*size, len(CHANNELS)), np.float32)
        figure_light = _draw_picture(canvas, picture, detail)
    else:
        background = tuple(takewhile(lambda layer: not isinstance(layer, PaintedFigure), layers))
        canvas, layers = _background(size, background).copy(), layers[len(background) :]
    grid = pixel_grid(size)
    for are_figures, group in groupby(layers, key=lambda layer: isinstance(layer, PaintedFigure)):
        if are_figures:
            people = [layer for layer in group if isinstance(layer, PaintedFigure)]
            _draw_figures(canvas, people, figure_light, detail if picture is not None else 0.0)
        else:
            for layer in group:
                if not isinstance(layer, PaintedFigure):
                    _draw_element(canvas, layer, grid)
    return canvas


@lru_cache(maxsize=2)
def _background(size: tuple[int, int], elements: tuple[Element, ...]) -> NDArray[np.float32]:
    """The elements behind all figures. Cached, for they seldom change between guides; two, for alternating scenes."""
    canvas, grid = np.zeros((*size, len(CHANNELS)), np.float32), pixel_grid(size)
    for element in elements:
        _draw_element(canvas, element, grid)
    return canvas


def nearness(distance_m: NDArray[np.floating] | float) -> NDArray[np.floating]:
    """0..1 of a distance from the wall in metres."""
    return HALF_NEAR_M / (HALF_NEAR_M + np.maximum(distance_m, 0.0))


def _distance(layer: PaintedFigure | Element) -> float:
    distance = layer.near if isinstance(layer, PaintedFigure) else layer.distance
    return distance if np.isfinite(distance) else 1e9


def _draw_picture(canvas: Array, picture: Pixels, detail: float) -> Array:
    """Draw a picture's light, colours and edges; return the light (h, w) for figures."""
    height, width = canvas.shape[:2]
    interpolation = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_LINEAR
    small = cv2.resize(picture, (width, height), interpolation=interpolation).astype(np.float32) / 255.0
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32)
    light = lab[..., 0] / 50.0 - 1.0
    plain = FIGURE_LIGHT_SIGMA, LIGHT_SIGMA, COLOUR_SIGMA
    sigmas = [a ** (1.0 - detail) * b**detail for a, b in zip(plain, DETAILED_SIGMAS, strict=True)]
    fine, coarse = (
        np.asarray(cv2.GaussianBlur(light, (0, 0), max(sigma * height, 0.3)), np.float32) for sigma in sigmas[:2]
    )
    canvas[..., _LIGHT.start] = coarse
    colours = cv2.GaussianBlur(lab[..., 1:], (0, 0), max(sigmas[2] * height, 0.3))
    canvas[..., _LIGHT.start + 1 : _LIGHT.stop] = np.clip(colours / COLOUR_RANGE, -1.0, 1.0)
    canvas[..., _EDGE] = _edge_strength(fine, height)
    return fine


def _edge_strength(light: Array, height: int) -> Array:
    """0..1 by the gradient: 1 where light changes by a fifth of its range within a fiftieth of the canvas height."""
    across, down = (cv2.Sobel(light, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    # Not cv2.magnitude, whose last bit depends on the memory address of the picture.
    return np.clip(np.sqrt(across * across + down * down) * (height / 50.0 / 0.4), 0.0, 1.0)


def _draw_element(canvas: Array, element: Element, grid: Grid) -> None:
    cover, lab, distance_m = rasterise(element, grid)
    rest = 1.0 - cover
    canvas *= rest[..., None]
    canvas[..., _LIGHT] += cover[..., None] * lab
    canvas[..., _NEAR] += cover * nearness(distance_m)
    canvas[..., _EDGE] = np.maximum(canvas[..., _EDGE], _edge_strength(cover, canvas.shape[0]))


def _draw_figures(canvas: Array, figures: Sequence[PaintedFigure], picture_light: Array | None, detail: float) -> None:
    """Draw figures, farthest first, with the light of a picture where there is one, and its edges by its `detail`."""
    size = canvas.shape[0] * SUPERSAMPLING, canvas.shape[1] * SUPERSAMPLING
    index = np.zeros(size, np.uint16)
    inks, labels, motions = [_NO_INK], [_NO_LABEL], [_NO_MOTION]
    for number, figure in enumerate(figures):
        polygons = build_figure(figure, size)
        if polygons is not None:
            _draw_polygons(index, polygons, figure.outline, 1 + 2 * SHAPE_COUNT * (len(inks) - 1))
            inks.append(_polygon_inks(polygons, figure))
            labels.append(np.tile(_SHAPE_LABEL[number % LABELLED_FIGURES], 2))
            motions.append(np.tile(polygons.motion, (2, 1)))
    box = _bounds(index)
    if box is None:
        return
    rows, columns = box
    index = np.ascontiguousarray(index[rows, columns])
    guide_size = (index.shape[1] // SUPERSAMPLING, index.shape[0] // SUPERSAMPLING)
    ink = np.take(np.concatenate(inks), index).view(np.uint8).reshape(*index.shape, 8)
    ink = np.asarray(cv2.resize(ink, guide_size, interpolation=cv2.INTER_AREA), np.float32)
    label = np.take(np.concatenate(labels), index)
    inner = _borders(label, round(INNER_EDGE * (1.0 - detail) * 255))
    edge = np.maximum(_borders(np.take(_FIGURE_OF_LABEL, label), 255), inner)
    edge = cv2.GaussianBlur(cv2.resize(edge, guide_size, interpolation=cv2.INTER_AREA), (0, 0), 0.6)
    area = canvas[_guide_span(rows), _guide_span(columns)]
    parts = ink[..., : len(BODY_PARTS)] / 255.0
    cover = np.minimum(parts @ _SUM_OF_PARTS, 1.0)
    light: NDArray[np.floating] = ink[..., len(BODY_PARTS) + 1 :] / 127.0 - (128.0 / 127.0) * cover
    light[..., 0] += _rounding(cover[..., 0], ROUNDING_WIDTH * canvas.shape[0])
    if picture_light is not None:
        light = area[..., _LIGHT] * cover
        light[..., 0] = picture_light[_guide_span(rows), _guide_span(columns)] * cover[..., 0]
    seen = detail * area[..., _EDGE]
    area *= 1.0 - cover
    area[..., _EDGE] = np.maximum(area[..., _EDGE], seen)
    area[..., 0] += cover[..., 0]
    area[..., _HEAD : _HEAD + len(BODY_PARTS)] += parts
    area[..., _EDGE] = np.maximum(area[..., _EDGE], edge.astype(np.float32) / 255.0)
    area[..., _NEAR] += ink[..., len(BODY_PARTS)] / 255.0
    # One motion for each pixel of the guide: that of the polygon drawn last among its four pixels.
    index = np.maximum(np.maximum(index[::2, ::2], index[1::2, ::2]), np.maximum(index[::2, 1::2], index[1::2, 1::2]))
    c, d, k, w = np.moveaxis(np.take(np.concatenate(motions), index, axis=0), -1, 0)
    x = np.arange(columns.start + 1, columns.stop, SUPERSAMPLING, dtype=np.float32)[None, :]
    y = np.arange(rows.start + 1, rows.stop, SUPERSAMPLING, dtype=np.float32)[:, None]
    scale = 1.0 / (MAX_FLOW * size[0])
    area[..., _FLOW.start] += np.clip(scale * (c + k * x - w * y), -1.0, 1.0) * cover[..., 0]
    area[..., _FLOW.start + 1] += np.clip(-scale * (d + w * x + k * y), -1.0, 1.0) * cover[..., 0]
    area[..., _LIGHT] = np.clip(area[..., _LIGHT] + light, -1.0, 1.0)


def _rounding(cover: Array, blur_px: float) -> Array:
    """(h, w) light added where a silhouette's rim faces the light, negative on the other side."""
    soft = cv2.GaussianBlur(cover, (0, 0), blur_px, borderType=cv2.BORDER_REPLICATE)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *axis, scale=blur_px / 8.0) for axis in ((1, 0), (0, 1)))
    slope = LIGHT_DIRECTION[0] * across + LIGHT_DIRECTION[1] * down
    return np.asarray(-ROUNDING_STRENGTH * cover * slope, np.float32)


def _guide_span(span: slice) -> slice:
    """A span of supersampled pixels in pixels of the guide."""
    return slice(span.start // SUPERSAMPLING, span.stop // SUPERSAMPLING)


LABELLED_FIGURES = 255 // GROUP_COUNT
"""Number of consecutive figures, by depth, whose labels differ, so that borders between them are drawn."""
_SHAPE_LABEL = 1 + GROUP_COUNT * np.arange(LABELLED_FIGURES, dtype=np.uint8)[:, None] + SHAPE_GROUP.astype(np.uint8)
_FIGURE_OF_LABEL = ((np.arange(256) - 1) // GROUP_COUNT + 1).clip(0, 255).astype(np.uint8)
_SUM_OF_PARTS = np.ones((len(BODY_PARTS), 1), np.float32)
_NO_INK, _NO_LABEL, _NO_MOTION = np.zeros(1, np.uint64), np.zeros(1, np.uint8), np.zeros((1, 4), np.float32)
assert CHANNELS[_HEAD : _HEAD + len(BODY_PARTS)] == BODY_PARTS


def _polygon_inks(polygons: FigurePolygons, figure: PaintedFigure) -> NDArray[np.uint64]:
    """(2 SHAPE_COUNT,) eight bytes for each polygon: masks of the parts, nearness, light and colours as 1 to 255.

    Bytes are quick to average, and 0 stands for nothing, so that half a coverage halves all values.
    """
    ink = np.zeros((2, SHAPE_COUNT, 8), np.uint8)
    ink[:, np.arange(SHAPE_COUNT), SHAPE_PART] = 255
    ink[..., len(BODY_PARTS)] = round(255.0 * float(nearness(figure.near)))
    ink[..., len(BODY_PARTS) + 1 :] = np.rint(128.0 + 127.0 * polygons.light)
    return ink.view(np.uint64).reshape(-1)


def _draw_polygons(
    index: NDArray[np.uint16], polygons: FigurePolygons, outline: Sequence[NDArray[np.floating]], first: int
) -> None:
    """Write the numbers of a figure's polygons, from `first` on, clipped to its silhouette where that is known."""
    height, width = index.shape
    rings = [ring for ring in outline if len(ring) > 2 and np.isfinite(ring).all()]
    target = np.zeros_like(index) if rings else index
    if rings:
        # Pixels of the silhouette outside all limbs get, approximately, the nearest of them.
        target[:] = first + SHAPE_COUNT - 1
        for number in polygons.order:
            if number < SHAPE_COUNT:
                cv2.fillConvexPoly(target, polygons.widened[number], first + number, shift=FRACTION_BITS)
    for number in polygons.order:
        cv2.fillConvexPoly(target, polygons.outlines[number], first + number, shift=FRACTION_BITS)
    if rings:
        points = [np.rint((ring * (width, -height) + (0.0, height) - 0.5) * (1 << FRACTION_BITS)) for ring in rings]
        mask = np.zeros(index.shape, np.uint8)
        cv2.fillPoly(mask, [np.clip(ring, -1e7, 1e7).astype(np.int32) for ring in points], 1, shift=FRACTION_BITS)
        np.copyto(index, target, where=mask.view(bool))


def _bounds(index: NDArray[np.uint16]) -> tuple[slice, slice] | None:
    """Bounding box of all that is drawn, aligned to pixels of the guide, with a margin of one of them."""
    spans = []
    for axis, length in ((1, index.shape[0]), (0, index.shape[1])):
        occupied = np.flatnonzero(index.any(axis=axis))
        if not len(occupied):
            return None
        start, stop = occupied[0] // SUPERSAMPLING - 1, occupied[-1] // SUPERSAMPLING + 2
        spans.append(slice(max(start, 0) * SUPERSAMPLING, min(stop * SUPERSAMPLING, length)))
    return spans[0], spans[1]


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def _borders(labels: Pixels, strength: int) -> Pixels:
    """`strength` where a neighbouring pixel has another label, else 0."""
    changed = cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, _CROSS)
    return np.asarray(cv2.threshold(changed, 0, strength, cv2.THRESH_BINARY)[1], np.uint8)
