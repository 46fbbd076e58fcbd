"""Where paintings hang: the last two as textures, and the picture between them that moves at the display's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import moderngl
import numpy as np

from installation.interface.moment import Moment
from installation.interface.painting import Painting
from installation.stage.gl.target import RenderTarget, make_odd

if TYPE_CHECKING:
    from installation.stage.graphics import SceneGraphics

RING = 3
"""Textures: two that are drawn, and one that is written meanwhile."""
APPEAR = 0.5
"""Seconds in which the first painting appears, and another takes its place to which nothing leads."""
LONGEST = 0.5
"""Seconds that the wall may be behind the newest painting."""
LATER, SOONER = 0.5, 0.05
"""How much of what it is less or more than needed is made up for at each painting."""


class PaintingPlayer:
    """The paintings of one scene. Call it once in each `draw`; made by a `SceneGraphics`, which gives it back.

    `presence` is 0 before there is any painting, and 1 soon after.
    """

    def __init__(self, workshop: SceneGraphics, context: moderngl.Context, scene: str) -> None:
        self.presence = 0.0
        self._context, self._scene = context, scene
        self._between = workshop.screen("between.frag")
        self._target: RenderTarget | None = None
        self._ring: list[moderngl.Texture] = []
        self._buffer: moderngl.Buffer | None = None
        self._flow: moderngl.Texture | None = None
        self._sequence = -1
        self._span = (0.0, 0.0)
        """The times of the last two paintings."""
        self._behind = 0.0
        self._time = 0.0

    def __call__(self, moment: Moment) -> RenderTarget | None:
        """All of the canvas as it is painted, to be read with shaders/painting.glsl; None before there is any."""
        painting = moment.painting
        if painting is not None and painting.scene == self._scene and painting.sequence != self._sequence:
            self._take(painting, moment.time)
        if self._target is None:
            return None
        begin, end = self._span
        now = moment.time - self._behind
        # What was shown is not shown again, but where a film begins anew.
        self._time = now if moment.time < self._time else max(self._time, now)
        part = min(max((self._time - begin) / max(end - begin, 1e-3), 0.0), 1.0)
        self.presence = min(1.0, self.presence + moment.step / APPEAR)
        self._between(
            self._target, before=self._ring[1], after=self._ring[0], flow=self._flow, part=part, span=end - begin
        )
        return self._target

    def _take(self, painting: Painting, t: float) -> None:
        first = self._target is None
        self._sequence = painting.sequence
        self._show(painting)
        if first or painting.since is None:
            begin = t - self._behind
            self._span = begin, begin + APPEAR
            return
        needed = min(t - painting.since, LONGEST)
        self._behind += (LATER if needed > self._behind else SOONER) * (needed - self._behind)
        self._span = painting.since, painting.time

    def _show(self, painting: Painting) -> None:
        """Write the newest painting, without waiting for one that is still being drawn."""
        pixels = np.ascontiguousarray(painting.pixels)
        high, wide, _ = pixels.shape
        if self._buffer is None or self._buffer.size < pixels.nbytes:
            if self._buffer is not None:
                self._buffer.release()
            self._buffer = self._context.buffer(reserve=pixels.nbytes, dynamic=True)
        self._buffer.orphan()
        self._buffer.write(pixels)
        oldest = self._ring.pop() if len(self._ring) == RING else None
        if oldest is not None and oldest.size != (wide, high):
            oldest.release()
            oldest = None
        newest = oldest or self._texture((wide, high), 3, "f1")
        newest.write(self._buffer, alignment=1)
        self._ring.insert(0, newest)
        if len(self._ring) == 1:
            self._ring.append(self._texture((wide, high), 3, "f1"))
            self._ring[1].write(self._buffer, alignment=1)
        size = make_odd(wide), make_odd(high)
        if self._target is None or self._target.size != size:
            if self._target is not None:
                self._target.release()
            self._target = RenderTarget(self._context, size, 4, "f1")
        self._move(painting)

    def _move(self, painting: Painting) -> None:
        rows, columns, _ = painting.flow.shape
        if self._flow is None or self._flow.size != (columns, rows):
            if self._flow is not None:
                self._flow.release()
            self._flow = self._texture((columns, rows), 2, "f2")
        still = painting.since is None
        flow = np.zeros_like(painting.flow) if still else painting.flow
        aspect = painting.pixels.shape[1] / painting.pixels.shape[0]
        self._flow.write((flow * (1.0 / aspect, -1.0)).astype(np.float16).tobytes(), alignment=1)

    def _texture(self, size: tuple[int, int], components: int, kind: str) -> moderngl.Texture:
        texture = self._context.texture(size, components, alignment=1, dtype=kind)
        texture.repeat_x = texture.repeat_y = False
        return texture

    def release(self) -> None:
        for thing in (*self._ring, self._target, self._flow, self._buffer):
            if thing is not None:
                thing.release()
        self._ring, self._target, self._flow, self._buffer = [], None, None, None
