"""Drawings: a guide as a picture that a diffusion model can start from, or be held to."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.guide.guide import CHANNEL_INDEX, COLOUR_RANGE

Array = NDArray[np.float32]

INK = 30.0
"""How much darker an edge is drawn, of CIE Lab's 100."""
PARTS = {
    "head": (0.9, 0.3, 0.3), "trunk": (0.95, 0.75, 0.2), "arms": (0.3, 0.75, 0.4), "legs": (0.25, 0.4, 0.9),
}  # fmt: skip
"""Colours, RGB 0..1."""


def picture(guide: Array) -> Array:
    """(2 h, 2 w, 3) RGB 0..1: a guide (h, w, 12) in its own light and colours, middle grey where none is known."""
    light, edge = guide[..., CHANNEL_INDEX["light"]], guide[..., CHANNEL_INDEX["edge"]]
    lab = np.empty((*guide.shape[:2], 3), np.float32)
    lab[..., 0] = np.clip(50.0 + 50.0 * light - INK * edge, 0.0, 100.0)
    lab[..., 1:] = COLOUR_RANGE * guide[..., [CHANNEL_INDEX["red_green"], CHANNEL_INDEX["blue_yellow"]]]
    return _doubled(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0))


def edges(guide: Array) -> Array:
    """(2 h, 2 w, 3) white lines on black, for ControlNets of edges, lines and scribbles."""
    return _doubled(_grey(guide[..., CHANNEL_INDEX["edge"]]))


def depth(guide: Array) -> Array:
    """(2 h, 2 w, 3) the lighter the nearer."""
    return _doubled(_grey(guide[..., CHANNEL_INDEX["near"]]))


def parts(guide: Array) -> Array:
    """(2 h, 2 w, 3) each part of a body in its colour, on black, for ControlNets that were taught these."""
    masks = guide[..., [CHANNEL_INDEX[name] for name in PARTS]]
    return _doubled(np.clip(masks @ np.array(list(PARTS.values()), np.float32), 0.0, 1.0))


def _grey(values: Array) -> Array:
    return np.repeat(np.clip(values, 0.0, 1.0)[..., None], 3, axis=2)


def _doubled(drawn: Array) -> Array:
    height, width = drawn.shape[:2]
    return np.asarray(cv2.resize(drawn, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR), np.float32)
