"""Oil paint: a painting as paint on linen: along brush strokes, in relief, under varnish, in the light of a lamp."""

from __future__ import annotations

from math import cos, sin, sqrt, tau
from typing import Any

from installation.interface.graphics import Target
from installation.interface.moment import Moment
from installation.stage.gl.context import DrawingContext
from installation.stage.painting.painting_texture import PaintingPlayer

MAX_PAINT_PIXELS = 400_000
"""Pixels of the paint; on a larger wall it is softer, not slower."""
MAX_STROKE_PIXELS = 70_000
"""Pixels of the strokes' directions."""
NOISE_SIZE_PX = (256, 256)
"""Width and height of the tileable noise."""


class OilPaint:
    """A painted canvas in a room. `lay` is the fragment shader that decides where paint lies, with shaders/oil.glsl."""

    def __init__(self, context: DrawingContext, painting: PaintingPlayer, lay: str) -> None:
        wide, high = context.size
        pixels, self._shape = wide * high, (wide / high, 1.0)
        self.painting = painting
        shaders = "oil_strokes.frag", lay, "oil_show.frag"
        self._draw_strokes, self._draw_paint, self._show = (context.shader(name) for name in shaders)
        self.noise, self._linen = context.target(size=NOISE_SIZE_PX, wrap="repeat"), context.target(kind="f1")
        self._flecks = context.target(size=NOISE_SIZE_PX, kind="f1", wrap="repeat")
        context.shader("clouds.frag")(self.noise, seed=context.seed % 97)
        context.shader("oil_fleck.frag")(self._flecks, noise=self.noise)
        context.shader("oil_linen.frag")(self._linen)
        strokes, paint = min(1.0, sqrt(MAX_STROKE_PIXELS / pixels)), min(0.6, sqrt(MAX_PAINT_PIXELS / pixels))
        self._strokes, self._paint = (
            context.target(scale, kind="f1", dynamic_resolution=True) for scale in (strokes, paint)
        )

    def draw(
        self, canvas: Target, moment: Moment, relief: float, weave: float, varnish: float, **uniforms: Any
    ) -> None:
        """Draw one frame: thickness of the paint, coarseness of the linen, colour and gloss of the varnish. `uniforms`
        are those of `lay`, which receives the painting's `presence` too."""
        uniforms = {
            "sheet": self._shape,
            **uniforms,
            "painting": self.painting(moment),
            "presence": self.painting.presence,
            "flecks": self._flecks,
            "strokes": self._strokes,
            "laid": self._paint,
            "linen": self._linen,
            "lamp": (0.3 + 0.12 * sin(tau * moment.phase(72)), 0.95 + 0.05 * cos(tau * moment.phase(100))),
            "frame": moment.frame % 64,
            "relief": relief,
            "weave": weave,
            "varnish": varnish,
        }
        self._draw_strokes(self._strokes, **uniforms)
        self._draw_paint(self._paint, **uniforms)
        self._show(canvas, **uniforms)
