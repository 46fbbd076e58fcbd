"""Oil: paintings as paint on linen, drawn out along their strokes, in relief, under varnish, in the light of a lamp."""

from __future__ import annotations

from math import cos, sin, sqrt
from typing import Any

from installation.interface.moment import Moment
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics

FINEST, STROKES = 400_000, 70_000
"""Most pixels of the paint, and of the strokes' directions; on a larger wall they are softer, not slower."""


class Oil:
    """A canvas that hangs in a room. `lay` is the fragment shader that says where paint lies, with shaders/oil.glsl."""

    def __init__(self, workshop: SceneGraphics, lay: str) -> None:
        wide, high = workshop.size
        pixels, self.shape = wide * high, (wide / high, 1.0)
        self.painting = workshop.painting()
        shaders = "oil_strokes.frag", lay, "oil_show.frag"
        self._lead, self._lay, self._show = (workshop.screen(name) for name in shaders)
        self.noise, self._linen = workshop.target(size=(256, 256), wrap="repeat"), workshop.target(kind="f1")
        self._flecks = workshop.target(size=(256, 256), kind="f1", wrap="repeat")
        workshop.screen("clouds.frag")(self.noise, seed=workshop.seed % 97)
        workshop.screen("oil_fleck.frag")(self._flecks, noise=self.noise)
        workshop.screen("oil_linen.frag")(self._linen)
        self._strokes = workshop.target(min(1.0, sqrt(STROKES / pixels)), kind="f1", gives_way=True)
        self._laid = workshop.target(min(0.6, sqrt(FINEST / pixels)), kind="f1", gives_way=True)

    def draw(
        self, canvas: RenderTarget, moment: Moment, relief: float, weave: float, varnish: float, **given: Any
    ) -> None:
        """Draw one frame: how thick the paint lies, how coarse the linen is, how golden and glossy the varnish; `given`
        are the uniforms of what lays the paint, which has the painting's `presence` too."""
        time = moment.time
        given = {
            "sheet": self.shape, **given, "painting": self.painting(moment), "presence": self.painting.presence,
            "flecks": self._flecks, "strokes": self._strokes, "laid": self._laid, "linen": self._linen,
            "lamp": (0.3 + 0.12 * sin(time / 11.0), 0.95 + 0.05 * cos(time / 17.0)), "frame": moment.frame % 64,
            "relief": relief, "weave": weave, "varnish": varnish,
        }  # fmt: skip
        self._lead(self._strokes, **given)
        self._lay(self._laid, **given)
        self._show(canvas, **given)
