"""The empty room of composed scenes, and its sensor noise."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

WALL_RGB = (196.0, 188.0, 176.0)
FLOOR_RGB = (122.0, 104.0, 88.0)
SKIRTING_RGB = (225, 222, 216)
DOOR_RGB = (142, 122, 104)
FRAME_RGB = (58, 52, 48)
SHEET_RGB = (214, 210, 196)
FLOOR_SHARE = 0.74
"""Where wall and floor meet, share of the picture's height."""
NOISE_FIELDS = 8
"""Different fields of noise; each frame takes one of them, shifted."""


def draw_room(
    size_px: tuple[int, int], frames: Sequence[tuple[float, float, float, float]], chance: np.random.Generator
) -> Pixels:
    """An empty room (height, width, 3) with a wall, a door and boards; `frames` hold posters, shares of the picture."""
    wide, high = size_px
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    horizon = round(FLOOR_SHARE * high)
    light = 1.05 - 0.35 * np.hypot(x / wide - 0.45, y / high - 0.2)
    wall = np.array(WALL_RGB, np.float32) * light[..., None]
    depth = (y - horizon + 0.16 * high) / high
    board = np.floor((x - 0.5 * wide) / wide / np.maximum(depth, 0.05) * 1.6).astype(int)
    grain = chance.uniform(0.92, 1.06, 64).astype(np.float32)[board % 64]
    floor = np.array(FLOOR_RGB, np.float32) * (grain * (0.8 + 0.9 * depth))[..., None]
    picture = np.where((y < horizon)[..., None], wall, floor)
    plaster = chance.normal(0.0, 1.0, (high // 4 + 1, wide // 4 + 1)).astype(np.float32)
    picture += cv2.resize(plaster, size_px, interpolation=cv2.INTER_CUBIC)[..., None] * 2.5
    room: Pixels = np.clip(picture, 0, 255).astype(np.uint8)
    room[horizon - max(4, high // 60) : horizon] = SKIRTING_RGB
    left, right, top = round(0.86 * wide), round(0.96 * wide), round(0.3 * high)
    room[top:horizon, left:right] = DOOR_RGB
    cv2.rectangle(room, (left, top), (right, horizon), FRAME_RGB, 2)
    for x0, y0, x1, y1 in frames:
        corners = (round(x0 * wide), round(y0 * high)), (round(x1 * wide), round(y1 * high))
        cv2.rectangle(room, *corners, SHEET_RGB, -1)
        cv2.rectangle(room, *corners, FRAME_RGB, 3)
    return room


class NoiseFields:
    """Sensor noise that costs little: a few fields of normal numbers, shifted at random."""

    def __init__(self, size_px: tuple[int, int], chance: np.random.Generator) -> None:
        self._fields = chance.normal(0.0, 1.0, (NOISE_FIELDS, size_px[1], size_px[0], 3)).astype(np.float32)

    def add(self, levels: Array, sigma: float, chance: np.random.Generator) -> Pixels:
        """The picture with noise of `sigma` grey levels, as bytes."""
        field = self._fields[chance.integers(NOISE_FIELDS)]
        rows = int(chance.integers(field.shape[0]))
        noisy = levels + np.float32(sigma) * np.roll(field, rows, axis=0)
        levels_8bit: Pixels = np.clip(noisy + 0.5, 0, 255).astype(np.uint8)
        return levels_8bit
