"""Painting player: uploads the painter's pictures and interpolates between the last two at the display rate."""

from __future__ import annotations

import moderngl
import numpy as np

from installation.interface.moment import Moment
from installation.interface.painting import Painting
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.target import BYTES, RenderTarget, make_odd

RING_LENGTH = 3
"""Textures: two that are drawn, and one that is written meanwhile."""
APPEAR_SECONDS = 0.5
"""Time in which the first painting appears, and in which a painting replaces one that it does not continue."""
MAX_DELAY_SECONDS = 0.5
"""Delay of the shown picture behind the newest painting."""
DELAY_GROWTH = 0.5
"""Share of a missing delay that is added at each painting."""
DELAY_DECAY = 0.05
"""Share of a superfluous delay that is removed at each painting."""


class PaintingPlayer:
    """The paintings of one scene, as `interface.graphics.PaintingTexture`. Call it once in each `draw`.

    `presence` is 0 before the first painting, and 1 soon after.
    """

    def __init__(self, context: DrawingContext, scene: str) -> None:
        self.presence = 0.0
        self._context, self._scene = context.context, scene
        self._interpolate = context.shader("between.frag")
        self._target: RenderTarget | None = None
        self._ring: list[moderngl.Texture] = []
        """Paintings, the newest first."""
        self._upload_buffer: moderngl.Buffer | None = None
        self._flow: moderngl.Texture | None = None
        self._sequence = -1
        self._interval = (0.0, 0.0)
        """Times of the last two paintings, s of show time."""
        self._delay = 0.0
        """Shown time behind show time, s."""
        self._time = 0.0
        """Shown time, s."""

    def __call__(self, moment: Moment) -> RenderTarget | None:
        """The painted canvas, to be read with shaders/painting.glsl; None before the first painting."""
        painting = moment.painting
        if painting is not None and painting.scene == self._scene and painting.sequence != self._sequence:
            self._accept(painting, moment.time)
        if self._target is None:
            return None
        begin, end = self._interval
        now = moment.time - self._delay
        # The shown time never goes back, except where a film starts again.
        self._time = now if moment.time < self._time else max(self._time, now)
        part = min(max((self._time - begin) / max(end - begin, 1e-3), 0.0), 1.0)
        self.presence = min(1.0, self.presence + moment.step / APPEAR_SECONDS)
        self._interpolate(
            self._target, before=self._ring[1], after=self._ring[0], flow=self._flow, part=part, span=end - begin
        )
        return self._target

    def _accept(self, painting: Painting, t: float) -> None:
        first = self._target is None
        self._sequence = painting.sequence
        self._upload(painting)
        if first or painting.since is None:
            begin = t - self._delay
            self._interval = begin, begin + APPEAR_SECONDS
            return
        needed = min(t - painting.since, MAX_DELAY_SECONDS)
        self._delay += (DELAY_GROWTH if needed > self._delay else DELAY_DECAY) * (needed - self._delay)
        self._interval = painting.since, painting.time

    def _upload(self, painting: Painting) -> None:
        """Write the painting through a pixel buffer, without waiting for a texture that is still being drawn."""
        pixels = np.ascontiguousarray(painting.pixels)
        high, wide, _ = pixels.shape
        if self._upload_buffer is None or self._upload_buffer.size < pixels.nbytes:
            if self._upload_buffer is not None:
                self._upload_buffer.release()
            self._upload_buffer = self._context.buffer(reserve=pixels.nbytes, dynamic=True)
        self._upload_buffer.orphan()
        self._upload_buffer.write(pixels)
        oldest = self._ring.pop() if len(self._ring) == RING_LENGTH else None
        if oldest is not None and oldest.size != (wide, high):
            oldest.release()
            oldest = None
        newest = oldest or self._texture((wide, high), 3, "f1")
        newest.write(self._upload_buffer, alignment=1)
        self._ring.insert(0, newest)
        if len(self._ring) == 1:
            self._ring.append(self._texture((wide, high), 3, "f1"))
            self._ring[1].write(self._upload_buffer, alignment=1)
        size = make_odd(wide), make_odd(high)
        if self._target is None or self._target.size != size:
            if self._target is not None:
                self._target.release()
            self._target = RenderTarget(self._context, size, BYTES)
        self._upload_flow(painting)

    def _upload_flow(self, painting: Painting) -> None:
        rows, columns, _ = painting.flow.shape
        if self._flow is None or self._flow.size != (columns, rows):
            if self._flow is not None:
                self._flow.release()
            self._flow = self._texture((columns, rows), 2, "f2")
        flow = np.zeros_like(painting.flow) if painting.since is None else painting.flow
        aspect = painting.pixels.shape[1] / painting.pixels.shape[0]
        self._flow.write((flow * (1.0 / aspect, -1.0)).astype(np.float16).tobytes(), alignment=1)

    def _texture(self, size: tuple[int, int], components: int, kind: str) -> moderngl.Texture:
        texture = self._context.texture(size, components, alignment=1, dtype=kind)
        texture.repeat_x = texture.repeat_y = False
        return texture

    def release(self) -> None:
        for owned in (*self._ring, self._target, self._flow, self._upload_buffer):
            if owned is not None:
                owned.release()
        self._ring, self._target, self._flow, self._upload_buffer = [], None, None, None
