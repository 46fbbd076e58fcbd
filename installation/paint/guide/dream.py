"""Dreaming: a picture is changed step by step towards what the perceptual network begins to see in it.

DeepDream (Mordvintsev, Olah and Tyka 2015) as a layer that lives: gradient ascent on the strength of one depth of the
network, one step a picture, each on another octave. Zoom and feedback are left to the caller.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from installation.interface.painter_knobs import DEPTHS
from installation.paint.perceptual import Perceptual

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SHALLOWEST = 2
"""Of the network's features those that the first of DEPTHS dreams of: shallower ones only see grain."""
OCTAVES = (0.5, 1.0, 0.25, 0.7, 0.35)
"""Sizes at which the picture is dreamt over, in turn: the smaller, the broader the dream."""
PLACE = 16
"""Pixels to a place of the deepest features: sides are multiples of it."""
SMALLEST = 3 * PLACE
"""Pixels of the shorter side below which the network sees nothing any more."""
STEP = 0.045
"""Deviation by which a step at full appetite changes a picture of 0..1."""
BANDS = (2.0, 4.0, 8.0)
"""Deviations, in pixels, of the blurs that part a gradient into bands, which are then made equally strong: what is
fine drowns the rest otherwise. What is broader than all of them would only stain the picture, and is left out."""
COLOUR = 0.5
"""How far colours go, beside light."""
CALM = 0.05
"""What a step takes from the difference between a pixel and those around it, so that grain never adds up."""
STEPS = 30
"""Of a still."""
COST = 4e-7
"""Seconds a pixel that a step takes as long as none was measured."""
STRONGER = 3.0
"""How much stronger at most a step is that only a part of the picture can be given."""


class Dream:
    """Dreams over pictures, on the device where `perceptual` is."""

    def __init__(self, perceptual: Perceptual, seed: int = 0) -> None:
        """The same `seed` gives the same dreams."""
        self._network = perceptual
        self._device = next(perceptual.parameters()).device
        self._chance = np.random.default_rng(seed)
        self._room: dict[str, float] = {}
        """Pixels that may be dreamt over in the time that there is, for each depth."""
        self._turn = 0

    def step(self, picture: Pixels, depth: str, appetite: float = 1.0, budget_s: float | None = None) -> Pixels:
        """The picture (h, w, 3), one step further towards what `depth` (of DEPTHS) sees in it; `appetite` is 0..1.

        With a budget the step is taken on as large a part of the picture as should keep to it, by how long those before
        took; without one it repeats exactly.
        """
        if appetite <= 0.0:
            return picture
        begin = time.perf_counter()
        high, wide = picture.shape[:2]
        scale = max(OCTAVES[self._turn % len(OCTAVES)], SMALLEST / min(high, wide))
        self._turn += 1
        rows, columns = (max(round(side * scale / PLACE), 1) * PLACE for side in (high, wide))
        room = math.inf if budget_s is None else self._room.setdefault(depth, budget_s / COST)
        window = self._window(rows, columns, room)
        dreamt = picture.astype(np.float32) / 255.0
        seen = cv2.resize(dreamt, (columns, rows), interpolation=cv2.INTER_AREA)[window]
        slope = np.zeros((rows, columns, 3), np.float32)
        slope[window] = _evened(self._slope(np.asarray(seen), depth)) * _soft(window, (rows, columns))
        share = seen.shape[0] * seen.shape[1] / (rows * columns)
        strength = STEP * appetite * min(1.0 / share, STRONGER)
        dreamt += strength * cv2.resize(slope, (wide, high), interpolation=cv2.INTER_CUBIC)
        dreamt += CALM * appetite * (cv2.GaussianBlur(dreamt, (0, 0), 1.0) - dreamt)
        found = (np.clip(dreamt, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
        took = time.perf_counter() - begin
        if budget_s is not None and (share < 1.0 or took > budget_s):
            self._room[depth] = room * min(max(budget_s / took, 0.7), 1.2)
        return found

    def _window(self, rows: int, columns: int, room: float) -> tuple[slice, slice]:
        """A part, anywhere, of about so many pixels; all of it where there is room."""
        part = min(math.sqrt(room / (rows * columns)), 1.0)
        high, wide = (min(max(int(side * part) // PLACE * PLACE, SMALLEST), side) for side in (rows, columns))
        top, left = (int(self._chance.integers(0, more + 1)) for more in (rows - high, columns - wide))
        return slice(top, top + high), slice(left, left + wide)

    def _slope(self, picture: Array, depth: str) -> Array:
        """(h, w, 3) where a picture (h, w, 3) would have to go for the features of a depth to be stronger."""
        # Shifted by chance: the network's own grid would show otherwise.
        down, across = (int(shift) for shift in self._chance.integers(0, 2 * PLACE, 2))
        shown = torch.from_numpy(np.roll(picture, (down, across), (0, 1))).to(self._device)
        seen = shown.permute(2, 0, 1)[None]
        with torch.enable_grad():
            seen.requires_grad_()
            strength = self._network(seen, SHALLOWEST + DEPTHS.index(depth))[-1].square().mean()
            (slope,) = torch.autograd.grad(strength, seen)
        return np.roll(slope[0].permute(1, 2, 0).cpu().numpy(), (-down, -across), (0, 1))


def _soft(window: tuple[slice, slice], size: tuple[int, int]) -> Array:
    """(h, w, 1) 0..1 how much a window counts: it fades out where the picture goes on."""
    ways = []
    for part, side in zip(window, size, strict=True):
        place = np.arange(part.start, part.stop, dtype=np.float32) + 0.5
        before = 1.0 if part.start == 0 else (place - part.start) / PLACE
        after = 1.0 if part.stop == side else (part.stop - place) / PLACE
        ways.append(np.clip(np.minimum(before, after) * np.ones_like(place), 0.0, 1.0))
    return (ways[0][:, None] * ways[1][None, :])[..., None]


def dreamt(
    picture: Pixels, perceptual: Perceptual, depth: str, appetite: float, seed: int = 0,
    advance: Callable[[float], None] = lambda share: None,
) -> Pixels:  # fmt: skip
    """A still (h, w, 3) after STEPS steps."""
    dream = Dream(perceptual, seed)
    for done in range(1, STEPS + 1):
        picture = dream.step(picture, depth, appetite)
        advance(done / STEPS)
    return picture


def _evened(slope: Array) -> Array:
    """(h, w, 3) a gradient whose bands are equally strong, and which turns light more than colours."""
    grey = slope.mean(axis=-1, keepdims=True)
    rest = grey + COLOUR * (slope - grey)
    found = np.zeros_like(rest)
    for deviation in BANDS:
        below = cv2.GaussianBlur(rest, (0, 0), deviation)
        band = rest - below
        found += band / max(float(band.std()), 1e-12)
        rest = below
    return found / len(BANDS)
