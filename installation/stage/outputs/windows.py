"""Output windows on projectors and screens, or none when headless; they own the GL context of the show."""

from __future__ import annotations

import sys
from collections import deque

import moderngl

from installation.core.errors import UserError
from installation.interface.pointer import Pointer
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.desktop import Desktop, Press
from installation.stage.outputs.keystone import RegionBlitter
from installation.stage.outputs.surface import Surface
from installation.venue.schema import Venue
from installation.workers import allocator

MAX_DELAY_SECONDS = 0.5
"""Delay of an output's picture for a slower one; `venue.Output.offset` allows no more."""
SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "software", "swiftshader")


class Outputs:
    """All outputs of a venue: each shows its region of the canvas; faster projectors are delayed to the slowest."""

    def __init__(self, context: moderngl.Context, venue: Venue, desktop: Desktop | None = None) -> None:
        """Without a `desktop` nothing is shown."""
        self.context = context
        self.renderer = str(context.info["GL_RENDERER"])
        self.software = any(name in self.renderer.lower() for name in SOFTWARE_RENDERERS)
        self._desktop = desktop
        slowest = max(output.offset for output in venue.outputs) / 1000.0
        self._delays = [slowest - output.offset / 1000.0 for output in venue.outputs]
        self._delay_line = DelayLine(context, max(self._delays)) if desktop and max(self._delays) > 0.0 else None
        self.texts: RenderTarget | None = None
        """A transparent picture that is drawn over the output that `text_surface` is."""

    @classmethod
    def open(cls, venue: Venue, headless: bool, press: Press | None = None) -> Outputs:
        """Open every output, or none when `headless`; `press` is called with each key. Raises UserError."""
        if headless:
            return cls(standalone(), venue)
        desktop = Desktop(venue, press or (lambda _: None))
        return cls(desktop.context, venue, desktop)

    @property
    def closed(self) -> bool:
        """Whether an output's window was closed."""
        return self._desktop is not None and any(window.closed for window in self._desktop.windows)

    @property
    def never_seen(self) -> tuple[str, ...]:
        """What kept each output from view that no display has shown so far."""
        windows = enumerate(self._desktop.windows) if self._desktop is not None else ()
        return tuple(f"outputs[{number}].{window.problem}" for number, window in windows if not window.was_seen)

    @property
    def pointer(self) -> Pointer | None:
        """The mouse over the canvas; None while it is over no output."""
        windows = self._desktop.windows if self._desktop is not None else ()
        return next((window.pointer for window in windows if window.pointer is not None), None)

    @property
    def operator(self) -> Surface | None:
        """The operator's window; None where there is none."""
        return self._desktop.operator if self._desktop is not None else None

    @property
    def text_surface(self) -> Surface | None:
        """The output whose keys were used last, where the operator's texts go without a window of their own."""
        return self._desktop.keyed_surface if self._desktop is not None else None

    def toggle_fullscreen(self) -> None:
        """Have each output fill its display, or stand in its place again, from the next frame on."""
        if self._desktop is not None:
            self._desktop.fullscreen_presses += 1

    def resize(self, size: tuple[int, int]) -> None:
        """Give each output's window another size in pixels, from the next frame on."""
        if self._desktop is not None:
            self._desktop.wanted_size = size

    def finish_drawing(self) -> None:
        """Wait for the GPU, so that the time of drawing can be measured apart from the wait for the screen."""
        self.context.finish()

    def show(self, picture: RenderTarget, t: float) -> None:
        """Show the picture of show time `t`; returns when it is on the screens."""
        if self._desktop is None:
            return
        if self._delay_line is not None:
            self._delay_line.put(picture, t)
        shown = []
        for window, delay in zip(self._desktop.windows, self._delays, strict=True):
            if (surface := window.surface) is not None:
                delayed = self._delay_line.at(t - delay) if self._delay_line and delay else None
                surface.show(*(delayed or (picture.texture, picture.drawn)))
                if self.texts is not None and surface is self.text_surface:
                    surface.draw_over(self.texts)
                shown.append(surface)
        for surface in shown:
            surface.flip()
        self._desktop.follow(t)

    def show_operator(self, picture: RenderTarget) -> None:
        """Show a picture in the operator's window."""
        if (operator := self.operator) is not None:
            operator.show(picture.texture, picture.drawn)
            operator.flip()
            self.make_current()

    def make_current(self) -> None:
        """Make the context of the show current."""
        if self._desktop is not None:
            self._desktop.make_current()

    def close(self) -> None:
        """Hide the windows and release the context."""
        if self._delay_line is not None:
            self._delay_line.release()
        if self._desktop is not None:
            self._desktop.close()
        else:
            self.context.release()


class DelayLine:
    """Copies of the last pictures, for outputs that show an older one."""

    def __init__(self, context: moderngl.Context, seconds: float) -> None:
        self._context = context
        self._seconds = min(seconds, MAX_DELAY_SECONDS)
        self._copy_region = RegionBlitter(context)
        self._pictures: deque[tuple[float, RenderTarget]] = deque()

    def put(self, picture: RenderTarget, t: float) -> None:
        """Keep a copy of the picture of time `t`; copies that are too old are reused."""
        old = None
        while len(self._pictures) > 1 and self._pictures[1][0] <= t - self._seconds:
            if old is not None:
                old.release()
            _, old = self._pictures.popleft()
        copy = old or RenderTarget(self._context, picture.size, BYTES)
        copy.scale = picture.scale
        self._copy_region(copy, picture.texture, picture.drawn)
        self._pictures.append((t, copy))

    def at(self, t: float) -> tuple[moderngl.Texture, tuple[int, int]]:
        """The newest picture of `t` or before, or the oldest one; with its drawn size in pixels."""
        chosen = self._pictures[0][1]
        for time, picture in self._pictures:
            if time <= t + 1e-6:
                chosen = picture
        return chosen.texture, chosen.drawn

    def release(self) -> None:
        for _, picture in self._pictures:
            picture.release()
        self._copy_region.release()


def standalone() -> moderngl.Context:
    """A context without a window; raises UserError."""
    allocator.return_freed_memory()
    options = {"backend": "egl"} if sys.platform == "linux" else {}
    try:
        return moderngl.create_context(standalone=True, require=410, **options)
    except Exception as error:
        raise UserError(
            f"no OpenGL 4.1 without a window here ({error}); `visitant check` says what is missing"
        ) from error
