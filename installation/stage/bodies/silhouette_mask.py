"""Silhouette mask: the visitors' outlines filled, blurred, and with an afterimage, as one texture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.interface.graphics import VisitorFigure
from installation.stage.gl.context import DrawingContext
from motion.smooth import decay_factor

Array = NDArray[np.float32]

MASK_HEIGHT = 288
"""Rows of the mask: a silhouette has a few hundred points, and scenes read it smoothed."""
MAX_CORNERS = 1 << 15
"""Corners of all silhouettes' triangles together, three for each outline point."""
AFTERIMAGE_HALF_LIFE_SECONDS = 0.15
"""Half-life of a silhouette's afterimage in the mask's alpha."""
MAX_SLOT = 16
"""Visitors at a time (`venue.Eye.visitors` allows no more)."""


def mask_size(aspect: float) -> tuple[int, int]:
    """Width and height of the mask in pixels for a canvas of this aspect."""
    return round(MASK_HEIGHT * aspect), MASK_HEIGHT


def low_size(aspect: float) -> tuple[int, int]:
    """A quarter of the mask's width and height, for what is smooth."""
    return max(1, mask_size(aspect)[0] // 4), MASK_HEIGHT // 4


def tint_of(figure: VisitorFigure) -> tuple[float, float]:
    """What a figure adds to `SilhouetteMask.coverage`: presence, and presence times slot / 16."""
    return figure.presence, figure.presence * figure.slot / MAX_SLOT


class SilhouetteMask:
    """`mask` R coverage by visitors, G the same blurred over about a quarter of the height, B slot / 16, A an
    afterimage of R."""

    def __init__(self, context: DrawingContext, aspect: float) -> None:
        size, low = mask_size(aspect), low_size(aspect)
        self.coverage = context.target(size=size, components=2)
        """Sums of `tint_of` over all figures that cover a pixel."""
        self._blurred = [context.target(size=low, components=2) for _ in range(2)]
        self.mask = context.target(size=size, components=4, kind="f1")
        self._corners = context.own(context.context.buffer(reserve=MAX_CORNERS * 16, dynamic=True))
        layout = (self._corners, "2f 2f", "at", "tint")
        self._fill = context.geometry("fill.vert", "fill.frag", "triangles", 3, [layout])
        shaders = ("shrink.frag", "blur.frag", "mask.frag")
        self._shrink, self._blur, self._combine = (context.shader(name) for name in shaders)

    def fill(self, figures: Sequence[VisitorFigure], scale: Array, shift: Array) -> None:
        """Draw the outlines of all figures into `coverage`; `scale` and `shift` as those of `screen_to_canvas`."""
        corners = [
            _fan(ring * scale + shift, tint_of(figure))
            for figure in figures
            for ring in figure.visitor.outline_screen
            if len(ring) > 2
        ]
        triangles = np.concatenate(corners)[:MAX_CORNERS] if corners else np.empty((0, 4), np.float32)
        if len(triangles):
            self._corners.orphan()
            self._corners.write(triangles.tobytes())
        self.coverage.clear()
        self._fill(self.coverage, blend="add", vertices=len(triangles))

    def combine(self, step: float) -> None:
        """Renew `mask` from `coverage`, `step` seconds after the last time."""
        near, far = self._blurred
        texel = (1 / self.mask.size[0], 1 / self.mask.size[1])
        self._shrink(near, fill=self.coverage, texel=texel)
        self._blur(far, fill=near, along=(1 / near.size[0], 0.0))
        self._blur(near, fill=far, along=(0.0, 1 / near.size[1]))
        self._combine(
            self.mask,
            fill=self.coverage,
            soft=near,
            before=self.mask,
            texel=texel,
            keep=decay_factor(AFTERIMAGE_HALF_LIFE_SECONDS, step),
        )


def _fan(ring: Array, tint: tuple[float, float]) -> Array:
    """(3 n, 4) corners of the triangles from the ring's middle to its n sides.

    Inside the ring they wind once more in one direction than in the other, so that added signed areas fill it.
    """
    corners = np.empty((len(ring), 3, 4), np.float32)
    corners[:, 0, :2] = ring.mean(axis=0)
    corners[:, 1, :2] = ring
    corners[:, 2, :2] = np.roll(ring, -1, axis=0)
    corners[:, :, 2:] = tint
    return corners.reshape(-1, 4)
