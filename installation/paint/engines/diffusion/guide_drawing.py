"""Guides drawn as RGB pictures: the start of image-to-image diffusion, and the inputs of ControlNets."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.paint.guide.guide import CHANNEL_INDEX, COLOUR_RANGE

Array = NDArray[np.float32]

EDGE_DARKENING = 30.0
"""How much darker an edge is drawn, in L of CIE Lab (0..100)."""
PART_COLOURS = {
    "head": (0.9, 0.3, 0.3),
    "trunk": (0.95, 0.75, 0.2),
    "arms": (0.3, 0.75, 0.4),
    "legs": (0.25, 0.4, 0.9),
}
"""RGB 0..1, by channel of the guide."""


def picture(guide: Array) -> Array:
    """Draw a guide (h, w, 12) in its own light and colours: (2 h, 2 w, 3) RGB 0..1, middle grey without content."""
    light, edge = guide[..., CHANNEL_INDEX["light"]], guide[..., CHANNEL_INDEX["edge"]]
    lab = np.empty((*guide.shape[:2], 3), np.float32)
    lab[..., 0] = np.clip(50.0 + 50.0 * light - EDGE_DARKENING * edge, 0.0, 100.0)
    lab[..., 1:] = COLOUR_RANGE * guide[..., [CHANNEL_INDEX["red_green"], CHANNEL_INDEX["blue_yellow"]]]
    return _double_size(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0))


def edges(guide: Array) -> Array:
    """Draw white lines on black, (2 h, 2 w, 3), for ControlNets of edges, lines and scribbles."""
    return _double_size(_grey(guide[..., CHANNEL_INDEX["edge"]]))


def depth(guide: Array) -> Array:
    """Draw near places light and far ones dark, (2 h, 2 w, 3)."""
    return _double_size(_grey(guide[..., CHANNEL_INDEX["near"]]))


def parts(guide: Array) -> Array:
    """Draw each body part in its colour on black, (2 h, 2 w, 3), for ControlNets trained on such pictures."""
    masks = guide[..., [CHANNEL_INDEX[name] for name in PART_COLOURS]]
    return _double_size(np.clip(masks @ np.array(list(PART_COLOURS.values()), np.float32), 0.0, 1.0))


def _grey(values: Array) -> Array:
    return np.repeat(np.clip(values, 0.0, 1.0)[..., None], 3, axis=2)


def _double_size(drawing: Array) -> Array:
    height, width = drawing.shape[:2]
    return np.asarray(cv2.resize(drawing, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR), np.float32)
