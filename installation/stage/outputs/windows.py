"""Where the canvas goes: windows on projectors, or nowhere. Owns the GL context in which everything is drawn."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from typing import Any

import moderngl

from installation.core.errors import Trouble
from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.keystone import RegionBlitter
from installation.venue.schema import OutputSection, Venue
from installation.workers import allocator

LATEST = 0.5
"""Seconds by which one output's picture may be held back for another's sake; `venue.Output.offset` allows no more."""
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software", "swiftshader")


class Outputs:
    """All outputs of a venue: each shows its region of the canvas; a faster projector waits for a slower one."""

    def __init__(self, context: moderngl.Context, windows: list[Window], venue: Venue) -> None:
        self.context = context
        self.renderer = str(context.info["GL_RENDERER"])
        self.software = any(name in self.renderer.lower() for name in SOFTWARE)
        self._windows = windows
        slowest = max(output.offset for output in venue.outputs) / 1000.0
        self._held = [slowest - output.offset / 1000.0 for output in venue.outputs]
        self._delay = DelayLine(context, max(self._held)) if windows and max(self._held) > 0.0 else None

    @classmethod
    def open(cls, venue: Venue, headless: bool, press: Callable[[str], None] | None = None) -> Outputs:
        """Open every output, or none when `headless`; `press` is told a key by its name ("N", "_1", "PAGEUP"…).

        Raises Trouble.
        """
        if headless:
            return cls(standalone(), [], venue)
        windows = _open_windows(venue, press or (lambda _: None))
        return cls(windows[0].context, windows, venue)

    @property
    def closed(self) -> bool:
        """Whether somebody closed a window."""
        return any(window.closed for window in self._windows)

    def ready(self) -> None:
        """Wait until all that was asked for is drawn, so that the time a frame takes can be told from the screen's."""
        self.context.finish()

    def show(self, picture: RenderTarget, t: float) -> None:
        """Show what was drawn at show time `t`; returns when it is on the screens."""
        if not self._windows:
            return
        if self._delay is not None:
            self._delay.put(picture, t)
        for window, held in zip(self._windows, self._held, strict=True):
            texture, drawn = self._delay.at(t - held) if self._delay and held else (picture.texture, picture.drawn)
            window.show(texture, drawn)
        for window in self._windows:
            window.swap()
        # What follows draws in the first window's context again.
        self._windows[0].use()

    def close(self) -> None:
        """Hide the windows and give back the context."""
        if self._delay is not None:
            self._delay.release()
        for window in reversed(self._windows):
            window.close()
        if not self._windows:
            self.context.release()


class DelayLine:
    """Copies of the last pictures, for outputs that show an earlier one."""

    def __init__(self, context: moderngl.Context, seconds: float) -> None:
        self._context = context
        self._seconds = min(seconds, LATEST)
        self._project = RegionBlitter(context)
        self._pictures: deque[tuple[float, RenderTarget]] = deque()

    def put(self, picture: RenderTarget, t: float) -> None:
        """Keep a copy of the picture of time `t`; the copies that are too old are used again."""
        old = None
        while len(self._pictures) > 1 and self._pictures[1][0] <= t - self._seconds:
            if old is not None:
                old.release()
            _, old = self._pictures.popleft()
        copy = old or RenderTarget(self._context, picture.size, 4, "f1")
        copy.scale = picture.scale
        self._project(copy, picture.texture, picture.drawn)
        self._pictures.append((t, copy))

    def at(self, t: float) -> tuple[moderngl.Texture, tuple[int, int]]:
        """The newest picture that is not younger than `t`, or the oldest there is."""
        chosen = self._pictures[0][1]
        for time, picture in self._pictures:
            if time <= t + 1e-6:
                chosen = picture
        return chosen.texture, chosen.drawn

    def release(self) -> None:
        for _, picture in self._pictures:
            picture.release()
        self._project.release()


class Window:
    """One output: a pyglet window whose GL objects are shared with the others'."""

    def __init__(
        self, window: Any, output: OutputSection, first: moderngl.Context | None, press: Callable[[str], None]
    ) -> None:
        self.closed = False
        self._window = window
        self._output = output
        window.switch_to()
        if first is None:
            self.context = moderngl.create_context(require=410)
        else:
            # pyglet's second context is current but unknown to moderngl, whose create_context wants to make one.
            moderngl.init_context()
            self.context = moderngl.get_context()
        self._shared = first is not None
        self._screen = self.context.detect_framebuffer()
        self._project = RegionBlitter(self.context)
        self._borrowed: dict[int, moderngl.Texture] = {}
        self._press = press
        window.push_handlers(on_close=self._close, on_key_press=self._key, on_text_motion=self._again)

    def _close(self) -> bool:
        self.closed = True
        return True

    def _key(self, symbol: int, modifiers: int) -> bool:
        from pyglet.window import key

        # What is held with Ctrl or Alt is meant for the desktop; arrows and pages come again while they are held.
        if not modifiers & (key.MOD_CTRL | key.MOD_ALT | key.MOD_COMMAND) and symbol not in _held():
            self._press(key.symbol_string(symbol))
        return True

    def _again(self, motion: int) -> bool:
        from pyglet.window import key

        if motion in _held():
            self._press(key.symbol_string(motion))
        return True

    def use(self) -> None:
        """Make this window's context current, and read its events."""
        self._window.switch_to()
        self._window.dispatch_events()

    def show(self, picture: moderngl.Texture, drawn: tuple[int, int]) -> None:
        """Draw the output's region of the picture."""
        self._window.switch_to()
        if self._shared:
            picture = self._borrow(picture)
        self._screen.viewport = (0, 0, *self._window.get_framebuffer_size())
        self._project(self._screen, picture, drawn, self._output.region)

    def _borrow(self, picture: moderngl.Texture) -> moderngl.Texture:
        """The same texture as this window's context knows it."""
        if picture.glo not in self._borrowed:
            if len(self._borrowed) > 64:
                self._borrowed.clear()
            borrowed = self.context.external_texture(picture.glo, picture.size, picture.components, 0, picture.dtype)
            borrowed.filter = (moderngl.LINEAR, moderngl.LINEAR)
            self._borrowed[picture.glo] = borrowed
        return self._borrowed[picture.glo]

    def swap(self) -> None:
        """Show what was drawn; waits for the screen where this output is the one that does."""
        self._window.switch_to()
        if self._shared:
            self._window.dispatch_events()
        self._window.flip()

    def close(self) -> None:
        # Hidden, never closed: pyglet can't close one of several windows safely (its issue 907).
        self._window.switch_to()
        self._project.release()
        self._window.set_visible(False)


def standalone() -> moderngl.Context:
    """A context without a window; raises Trouble."""
    allocator.settle()
    options = {"backend": "egl"} if sys.platform == "linux" else {}
    try:
        return moderngl.create_context(standalone=True, require=410, **options)
    except Exception as error:
        raise Trouble(
            f"no OpenGL 4.1 without a window here ({error}); `visitant check` says what is missing"
        ) from error


def _held() -> tuple[int, ...]:
    """Keys that act again and again while they are held."""
    from pyglet.window import key

    return key.UP, key.DOWN, key.LEFT, key.RIGHT, key.PAGEUP, key.PAGEDOWN


def _open_windows(venue: Venue, press: Callable[[str], None]) -> list[Window]:
    allocator.settle()
    try:
        import pyglet

        pyglet.options["shadow_window"] = False
        from pyglet.display import get_display
        from pyglet.gl import Config
        from pyglet.window import Window as Bare

        screens = get_display().get_screens()
    except Exception as error:
        raise Trouble(f"no window can be opened here ({error}); --headless plays without one") from error
    bare: list[Any] = []
    for index, output in enumerate(venue.outputs):
        if output.display >= len(screens):
            raise Trouble(f"outputs[{index}].display = {output.display}: there are {len(screens)}, counted from 0")
        screen = screens[output.display]
        window = Bare(
            width=output.size[0],
            height=output.size[1],
            caption=venue.name,
            screen=screen,
            style=Bare.WINDOW_STYLE_BORDERLESS if output.borderless else Bare.WINDOW_STYLE_DEFAULT,
            vsync=output.vsync and index == 0,
            config=Config(major_version=4, minor_version=1, forward_compatible=True, double_buffer=True),
        )
        place = output.place or ((screen.width - output.size[0]) // 2, (screen.height - output.size[1]) // 2)
        window.set_location(screen.x + place[0], screen.y + place[1])
        if output.borderless:
            window.set_mouse_visible(False)
        bare.append(window)
    windows: list[Window] = []
    for window, output in zip(bare, venue.outputs, strict=True):
        windows.append(Window(window, output, windows[0].context if windows else None, press))
    windows[0].use()
    return windows
