"""Contact sheets of composed scenes: pictures with truth, outlines, landmarks' boxes and identities drawn."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.evaluate.eye.scene_trial import JudgedFrame, SceneResult, unmirrored_px
from installation.interface.visitor import State, Visitor

Pixels = NDArray[np.uint8]

COLUMNS = 4
ROWS = 6
TILE_HEIGHT_PX = 270
MARGIN_PX = 4
TITLE_HEIGHT_PX = 30
PALETTE_RGB = ((255, 180, 40), (70, 190, 255), (240, 90, 200), (120, 230, 90), (255, 110, 80), (160, 130, 255))
"""Colours of identities, in turn."""
TRUTH_RGB = (255, 255, 255)
LOST_RGB = (255, 40, 40)
STATIC_RGB = (30, 30, 30)


class ContactSheet:
    """Draws COLUMNS * ROWS frames of a scene, evenly over its length."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._tiles: list[Pixels] = []

    def add(self, judged: JudgedFrame, result: SceneResult) -> None:
        """Draw the frame if it is the turn of one."""
        if judged.composed.time >= len(self._tiles) * self._seconds / (COLUMNS * ROWS):
            self._tiles.append(_tile(judged, result))

    def write(self, path: Path, title: str) -> None:
        """Write the sheet as a picture."""
        high, wide = self._tiles[0].shape[:2]
        rows = -(-len(self._tiles) // COLUMNS)
        size = (TITLE_HEIGHT_PX + rows * (high + MARGIN_PX), COLUMNS * (wide + MARGIN_PX))
        sheet = np.full((*size, 3), 24, np.uint8)
        for index, tile in enumerate(self._tiles):
            row, column = divmod(index, COLUMNS)
            y, x = TITLE_HEIGHT_PX + row * (high + MARGIN_PX), column * (wide + MARGIN_PX)
            sheet[y : y + high, x : x + wide] = tile
        _write(sheet, title, (8, 21), TRUTH_RGB)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))[1].tobytes())


def _tile(judged: JudgedFrame, result: SceneResult) -> Pixels:
    frame = judged.composed
    scale = TILE_HEIGHT_PX / frame.pixels.shape[0]
    size = (round(frame.pixels.shape[1] * scale), TILE_HEIGHT_PX)
    picture = np.asarray(cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    brightness = float(picture.mean())
    if brightness < 40.0:
        picture = np.clip(picture * (80.0 / max(brightness, 1.0)), 0, 255).astype(np.uint8)
    for box in judged.statues:
        _box(picture, box * scale, STATIC_RGB)
    for true in frame.people:
        if true.is_in_view:
            _box(picture, true.box_px * scale, TRUTH_RGB)
    for visitor in judged.visitors:
        _draw_visitor(picture, visitor, scale)
    _write(picture, f"{frame.time:.2f} s", (4, TILE_HEIGHT_PX - 6), TRUTH_RGB)
    _write(picture, f"ids {len(result.identities)}", (size[0] - 52, TILE_HEIGHT_PX - 6), TRUTH_RGB)
    return picture


def _draw_visitor(picture: Pixels, visitor: Visitor, scale: float) -> None:
    colour = PALETTE_RGB[visitor.id % len(PALETTE_RGB)]
    for ring in visitor.outline_screen:
        points = np.round(unmirrored_px(ring, (picture.shape[1], picture.shape[0])))
        cv2.polylines(picture, [points.astype(int).astype(np.int32)], True, colour, 2, cv2.LINE_AA)
    for x, y in np.round(visitor.landmarks_px[visitor.visibility > 0.5] * scale).astype(int).tolist():
        cv2.circle(picture, (x, y), 1, colour, -1, cv2.LINE_AA)
    _box(picture, visitor.box_px * scale, LOST_RGB if visitor.state is State.LOST else colour)
    x, y = np.round(visitor.box_px[:2] * scale).astype(int).tolist()
    name = f"{visitor.id}{'?' if visitor.state is State.LOST else ''}"
    _write(picture, name, (max(x, 0) + 2, max(y, 0) + 14), colour)


def _box(picture: Pixels, box_px: NDArray[np.float32], colour: tuple[int, int, int]) -> None:
    x0, y0, x1, y1 = np.round(box_px).astype(int).tolist()
    cv2.rectangle(picture, (x0, y0), (x1, y1), colour, 1)


def _write(picture: Pixels, text: str, corner: tuple[int, int], colour: tuple[int, int, int]) -> None:
    # A shadow of the same weight: a heavier one would be wider.
    for shift, shade in ((1, (0, 0, 0)), (0, colour)):
        place = (corner[0] + shift, corner[1] + shift)
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, shade, 1, cv2.LINE_AA)
