"""A target is a texture that can be drawn on, and that may read itself as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Literal

import moderngl

PixelFormat = Literal["f1", "f2", "f4"]
Wrap = Literal["clamp", "repeat"]


def make_odd(side: int) -> int:
    """`side` pixels, or one more: what changes its size must never be a power of two, for which a processor's driver
    makes other programs of the same shaders, while everybody waits."""
    return side + (side & (side - 1) == 0)


class RenderTarget:
    """A texture to draw on and to read. It starts transparent black.

    A full-screen pass that reads the target on which it draws reads it as it was before (ping-pong): the result is
    written to a second texture, made at the first such pass, and the two change places. With `depth`, passes that ask
    for it hide what lies behind what they drew. With `samples` edges of triangles are smooth: draw, then `resolve`.
    """

    def __init__(
        self,
        context: moderngl.Context,
        size: tuple[int, int],
        components: int = 4,
        kind: PixelFormat = "f2",
        smooth: bool = True,
        wrap: Wrap = "clamp",
        depth: bool = False,
        samples: int = 0,
    ) -> None:
        self.size = size
        self.scale = 1.0
        """How much of the width and height is drawn on, from the lower left corner."""
        self._context = context
        self._make = (components, kind, smooth, wrap)
        self._extra = (depth, samples)
        self._open()

    def _open(self) -> None:
        (components, kind, _, _), (depth, samples), context = self._make, self._extra, self._context
        self._depth = context.depth_renderbuffer(self.size, samples=samples) if depth else None
        self._fine: moderngl.Framebuffer | None = None
        if samples:
            self._fine = context.framebuffer(
                [context.renderbuffer(self.size, components, samples=samples, dtype=kind)], self._depth
            )
        self._sides = [self._side()]

    def _side(self) -> moderngl.Framebuffer:
        components, kind, smooth, wrap = self._make
        texture = self._context.texture(self.size, components, dtype=kind)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR) if smooth else (moderngl.NEAREST, moderngl.NEAREST)
        texture.repeat_x = texture.repeat_y = wrap == "repeat"
        side = self._context.framebuffer([texture], None if self._fine else self._depth)
        side.clear()
        return side

    @property
    def texture(self) -> moderngl.Texture:
        """What was drawn last."""
        return self._sides[0].color_attachments[0]

    @property
    def drawn(self) -> tuple[int, int]:
        """Width and height in pixels of the part that is drawn on."""
        return max(1, round(self.size[0] * self.scale)), max(1, round(self.size[1] * self.scale))

    def front(self) -> moderngl.Framebuffer:
        """The framebuffer to draw on over what is there."""
        return self._fine or self._sides[0]

    def resolve(self) -> None:
        """Make `texture` of what was drawn with several samples a pixel."""
        if self._fine is not None:
            self._context.copy_framebuffer(self._sides[0], self._fine)

    def back(self) -> moderngl.Framebuffer:
        """The framebuffer to draw on while `texture` is read; call `swap` after."""
        if len(self._sides) == 1:
            self._sides.append(self._side())
        return self._sides[1]

    def swap(self) -> None:
        self._sides.reverse()

    def clear(self, *colour: float) -> None:
        """Fill with a colour (transparent black when left out)."""
        self.front().clear(*colour)

    def resize(self, size: tuple[int, int], draw: Callable[..., None]) -> None:
        """Have other pixels; `draw(onto, picture=texture)` draws there what was drawn last, larger or smaller."""
        if size == self.size:
            return
        before = copy.copy(self)
        self.size = size
        self._open()
        draw(self._sides[0], picture=before.texture)
        before.release()

    def release(self) -> None:
        for side in self._sides:
            for texture in side.color_attachments:
                texture.release()
            side.release()
        if self._fine is not None:
            self._fine.color_attachments[0].release()
            self._fine.release()
        if self._depth is not None:
            self._depth.release()
        self._sides, self._depth, self._fine = [], None, None
