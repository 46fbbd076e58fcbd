"""Render target: a texture to draw on and to read, also while it is drawn on (ping-pong)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import moderngl

from installation.interface.graphics import PixelFormat, Wrap


def make_odd(side: int) -> int:
    """`side` pixels, or one more where it is a power of two.

    A target that changes its size must never have a power of two: software drivers compile other programs of the same
    shaders for those, during a frame.
    """
    return side + (side & (side - 1) == 0)


@dataclass(frozen=True, slots=True)
class TargetFormat:
    """The pixels of a render target."""

    components: int = 4
    kind: PixelFormat = "f2"
    smooth: bool = True
    """Whether shaders interpolate between its pixels."""
    wrap: Wrap = "clamp"
    depth: bool = False
    """Whether it has a depth buffer."""
    samples: int = 0
    """Samples a pixel for smooth edges of triangles; after drawing call `RenderTarget.resolve`."""


BYTES = TargetFormat(kind="f1")
"""Eight bits a channel, as outputs show."""


class RenderTarget:
    """A texture to draw on and to read. It starts transparent black.

    A full-screen pass that reads the target on which it draws reads the content before the pass (ping-pong): the result
    is written to a second texture, made at the first such pass, and the two are swapped.
    """

    def __init__(
        self, context: moderngl.Context, size: tuple[int, int], pixel_format: TargetFormat | None = None
    ) -> None:
        self.size = size
        self.scale = 1.0
        """Share of the width and height that is drawn on, from the lower left corner."""
        self._context = context
        self._format = pixel_format or TargetFormat()
        self._open()

    def _open(self) -> None:
        context, samples = self._context, self._format.samples
        self._depth = context.depth_renderbuffer(self.size, samples=samples) if self._format.depth else None
        self._multisampled: moderngl.Framebuffer | None = None
        if samples:
            colours = context.renderbuffer(self.size, self._format.components, samples=samples, dtype=self._format.kind)
            self._multisampled = context.framebuffer([colours], self._depth)
        self._framebuffers = [self._new_framebuffer()]
        """The one that is read, and for ping-pong the one that is written."""

    def _new_framebuffer(self) -> moderngl.Framebuffer:
        texture = self._context.texture(self.size, self._format.components, dtype=self._format.kind)
        linear = self._format.smooth
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR) if linear else (moderngl.NEAREST, moderngl.NEAREST)
        texture.repeat_x = texture.repeat_y = self._format.wrap == "repeat"
        framebuffer = self._context.framebuffer([texture], None if self._multisampled else self._depth)
        framebuffer.clear()
        return framebuffer

    @property
    def texture(self) -> moderngl.Texture:
        """The content after the last pass."""
        return self._framebuffers[0].color_attachments[0]

    @property
    def drawn(self) -> tuple[int, int]:
        """Width and height in pixels of the part that is drawn on."""
        return max(1, round(self.size[0] * self.scale)), max(1, round(self.size[1] * self.scale))

    @property
    def drawn_share(self) -> tuple[float, float]:
        """Share of the width and height of the texture that is drawn on, 0..1, after rounding to pixels."""
        (wide, high), (all_wide, all_high) = self.drawn, self.size
        return wide / all_wide, high / all_high

    def front(self) -> moderngl.Framebuffer:
        """The framebuffer for drawing over the content."""
        return self._multisampled or self._framebuffers[0]

    def resolve(self) -> None:
        """Average the samples of each pixel into `texture`."""
        if self._multisampled is not None:
            self._context.copy_framebuffer(self._framebuffers[0], self._multisampled)

    def back(self) -> moderngl.Framebuffer:
        """The framebuffer to draw on while `texture` is read; call `swap` after."""
        if len(self._framebuffers) == 1:
            self._framebuffers.append(self._new_framebuffer())
        return self._framebuffers[1]

    def swap(self) -> None:
        """Make the back framebuffer the content."""
        self._framebuffers.reverse()

    def clear(self, *colour: float) -> None:
        """Fill with a colour (transparent black when left out)."""
        self.front().clear(*colour)

    def resize(self, size: tuple[int, int], draw: Callable[..., None]) -> None:
        """Change the size; `draw(onto, picture=texture)` copies the content, scaled."""
        if size == self.size:
            return
        before = copy.copy(self)
        self.size = size
        self._open()
        draw(self._framebuffers[0], picture=before.texture)
        before.release()

    def release(self) -> None:
        for framebuffer in self._framebuffers:
            for texture in framebuffer.color_attachments:
                texture.release()
            _release_framebuffer(framebuffer)
        if self._multisampled is not None:
            self._multisampled.color_attachments[0].release()
            _release_framebuffer(self._multisampled)
        if self._depth is not None:
            self._depth.release()
        self._framebuffers, self._depth, self._multisampled = [], None, None


def _release_framebuffer(framebuffer: moderngl.Framebuffer) -> None:
    """Release a framebuffer, and bind the default one where it was bound.

    After it makes or clears any framebuffer moderngl binds the one before again, which is an error once that is
    released; the error would stay pending until a later call is blamed for it.
    """
    context = framebuffer.ctx
    if context.fbo is framebuffer:
        context.detect_framebuffer(0).use()
    framebuffer.release()
