"""DeepDream on pictures and films: gradient ascent on the activations of one layer of the perceptual network.

After Mordvintsev, Olah and Tyka (2015), one step a frame, each on another octave. Zoom and feedback are left to the
caller.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from installation.interface.painter_knobs import DREAM_LAYERS
from installation.paint.pictures.perceptual import PerceptualNetwork

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

FIRST_DREAM_LAYER = 2
"""Index of the network's features that the first of DREAM_LAYERS maximises; shallower ones respond to grain alone."""
OCTAVES = (0.5, 1.0, 0.25, 0.7, 0.35)
"""Scales of the picture for successive steps: the smaller, the broader the structures."""
CELL_PX = 16
"""Pixels of one cell of the deepest features; sides are multiples of it."""
MIN_SIDE_PX = 3 * CELL_PX
"""Shortest side on which the network responds at all."""
STEP_SIZE = 0.045
"""Standard deviation of the change that a step of full strength makes to a picture of 0..1."""
BAND_SIGMAS_PX = (2.0, 4.0, 8.0)
"""Standard deviations of the blurs that split a gradient into bands of equal energy: without it fine detail drowns the
rest. What is broader than all bands would stain the picture, and is left out."""
COLOUR_SHARE = 0.5
"""Gradient of colour relative to that of lightness."""
SMOOTHING = 0.05
"""Share of the difference between a pixel and its neighbourhood that a step removes, so that grain never adds up."""
STILL_STEPS = 30
"""Steps of a still picture."""
INITIAL_SECONDS_PER_PX = 4e-7
"""Estimated cost of a step, seconds a pixel, before one is measured."""
MAX_WINDOW_GAIN = 3.0
"""Largest factor on the strength of a step that covers only a part of the picture."""


class DeepDream:
    """Applies DeepDream steps to pictures, on the device of `perceptual`."""

    def __init__(self, perceptual: PerceptualNetwork, seed: int = 0) -> None:
        """The same `seed` gives the same result."""
        self._network = perceptual
        self._device = next(perceptual.parameters()).device
        self._rng = np.random.default_rng(seed)
        self._affordable_px: dict[str, float] = {}
        """Pixels that fit the time budget, by depth."""
        self._step_count = 0

    def step(self, picture: Pixels, depth: str, appetite: float = 1.0, budget_s: float | None = None) -> Pixels:
        """Return the picture (h, w, 3) after one step that strengthens what `depth` (of DREAM_LAYERS) responds to.

        `appetite` is the strength, 0..1. With a budget the step covers as large a part of the picture as the duration
        of earlier steps allows; without one the result repeats exactly.
        """
        if appetite <= 0.0:
            return picture
        begin = time.perf_counter()
        height, width = picture.shape[:2]
        scale = max(OCTAVES[self._step_count % len(OCTAVES)], MIN_SIDE_PX / min(height, width))
        self._step_count += 1
        rows, columns = (max(round(side * scale / CELL_PX), 1) * CELL_PX for side in (height, width))
        affordable_px = (
            math.inf if budget_s is None else self._affordable_px.setdefault(depth, budget_s / INITIAL_SECONDS_PER_PX)
        )
        window = self._window(rows, columns, affordable_px)
        changed = picture.astype(np.float32) / 255.0
        view = cv2.resize(changed, (columns, rows), interpolation=cv2.INTER_AREA)[window]
        gradient = np.zeros((rows, columns, 3), np.float32)
        gradient[window] = _equalised(self._gradient(np.asarray(view), depth)) * _window_mask(window, (rows, columns))
        share = view.shape[0] * view.shape[1] / (rows * columns)
        strength = STEP_SIZE * appetite * min(1.0 / share, MAX_WINDOW_GAIN)
        changed += strength * cv2.resize(gradient, (width, height), interpolation=cv2.INTER_CUBIC)
        changed += SMOOTHING * appetite * (cv2.GaussianBlur(changed, (0, 0), 1.0) - changed)
        result: Pixels = (np.clip(changed, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
        took_s = time.perf_counter() - begin
        if budget_s is not None and (share < 1.0 or took_s > budget_s):
            self._affordable_px[depth] = affordable_px * min(max(budget_s / took_s, 0.7), 1.2)
        return result

    def _window(self, rows: int, columns: int, affordable_px: float) -> tuple[slice, slice]:
        """A window of about so many pixels at a random place; the whole picture where the budget allows."""
        scale = min(math.sqrt(affordable_px / (rows * columns)), 1.0)
        height, width = (
            min(max(int(side * scale) // CELL_PX * CELL_PX, MIN_SIDE_PX), side) for side in (rows, columns)
        )
        top, left = (int(self._rng.integers(0, free + 1)) for free in (rows - height, columns - width))
        return slice(top, top + height), slice(left, left + width)

    def _gradient(self, picture: Array, depth: str) -> Array:
        """(h, w, 3) the gradient, by the picture (h, w, 3), of the mean square of the features of a depth."""
        # Random shifts hide the network's own grid.
        down, across = (int(shift) for shift in self._rng.integers(0, 2 * CELL_PX, 2))
        shifted = torch.from_numpy(np.roll(picture, (down, across), (0, 1))).to(self._device)
        pixels = shifted.permute(2, 0, 1)[None]
        with torch.enable_grad():
            pixels.requires_grad_()
            strength = self._network(pixels, FIRST_DREAM_LAYER + DREAM_LAYERS.index(depth))[-1].square().mean()
            (gradient,) = torch.autograd.grad(strength, pixels)
        return np.roll(gradient[0].permute(1, 2, 0).cpu().numpy(), (-down, -across), (0, 1))


def dream_still(
    picture: Pixels,
    perceptual: PerceptualNetwork,
    depth: str,
    appetite: float,
    seed: int = 0,
    advance: Callable[[float], None] = lambda share: None,
) -> Pixels:
    """A still picture (h, w, 3) after STILL_STEPS steps."""
    dream = DeepDream(perceptual, seed)
    for done in range(1, STILL_STEPS + 1):
        picture = dream.step(picture, depth, appetite)
        advance(done / STILL_STEPS)
    return picture


def _window_mask(window: tuple[slice, slice], size: tuple[int, int]) -> Array:
    """(h, w, 1) weights 0..1 of a window, which fade out at its edges inside the picture."""
    axes = []
    for span, side in zip(window, size, strict=True):
        position = np.arange(span.start, span.stop, dtype=np.float32) + 0.5
        fade_in = 1.0 if span.start == 0 else (position - span.start) / CELL_PX
        fade_out = 1.0 if span.stop == side else (span.stop - position) / CELL_PX
        axes.append(np.clip(np.minimum(fade_in, fade_out) * np.ones_like(position), 0.0, 1.0))
    mask: Array = (axes[0][:, None] * axes[1][None, :])[..., None]
    return mask


def _equalised(gradient: Array) -> Array:
    """(h, w, 3) the gradient with bands of equal energy, and weaker in colour than in lightness."""
    grey = gradient.mean(axis=-1, keepdims=True)
    rest = grey + COLOUR_SHARE * (gradient - grey)
    total = np.zeros_like(rest)
    for sigma_px in BAND_SIGMAS_PX:
        blurred = cv2.GaussianBlur(rest, (0, 0), sigma_px)
        band = rest - blurred
        total += band / max(float(band.std()), 1e-12)
        rest = blurred
    mean: Array = total / len(BAND_SIGMAS_PX)
    return mean
