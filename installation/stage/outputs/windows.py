"""Output windows on projectors and screens, or none when headless; they own the GL context of the show."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from typing import Any

import moderngl

from installation.core.errors import UserError
from installation.interface.pointer import Pointer
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.keystone import RegionBlitter
from installation.stage.outputs.pointer import WindowPointer
from installation.venue.schema import OutputSection, Venue
from installation.workers import allocator

MAX_DELAY_SECONDS = 0.5
"""Delay of an output's picture for a slower one; `venue.Output.offset` allows no more."""
MAX_SHARED_TEXTURES = 64
"""Textures of the first context that a window keeps; above, all are looked up again."""
SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "software", "swiftshader")


class Outputs:
    """All outputs of a venue: each shows its region of the canvas; faster projectors are delayed to the slowest."""

    def __init__(self, context: moderngl.Context, windows: list[Window], venue: Venue) -> None:
        self.context = context
        self.renderer = str(context.info["GL_RENDERER"])
        self.software = any(name in self.renderer.lower() for name in SOFTWARE_RENDERERS)
        self._windows = windows
        slowest = max(output.offset for output in venue.outputs) / 1000.0
        self._delays = [slowest - output.offset / 1000.0 for output in venue.outputs]
        self._delay_line = DelayLine(context, max(self._delays)) if windows and max(self._delays) > 0.0 else None

    @classmethod
    def open(cls, venue: Venue, headless: bool, press: Callable[[str], None] | None = None) -> Outputs:
        """Open every output, or none when `headless`; `press` is called with the name of a key ("N", "_1", "PAGEUP"…).

        Raises UserError.
        """
        if headless:
            return cls(standalone(), [], venue)
        windows = _open_windows(venue, press or (lambda _: None))
        return cls(windows[0].context, windows, venue)

    @property
    def closed(self) -> bool:
        """Whether a window was closed."""
        return any(window.closed for window in self._windows)

    @property
    def pointer(self) -> Pointer | None:
        """The mouse over the canvas; None while it is over no output."""
        return next((window.pointer.present for window in self._windows if window.pointer.present is not None), None)

    def finish_drawing(self) -> None:
        """Wait for the GPU, so that the time of drawing can be measured apart from the wait for the screen."""
        self.context.finish()

    def show(self, picture: RenderTarget, t: float) -> None:
        """Show the picture of show time `t`; returns when it is on the screens."""
        if not self._windows:
            return
        if self._delay_line is not None:
            self._delay_line.put(picture, t)
        for window, delay in zip(self._windows, self._delays, strict=True):
            texture, drawn = (
                self._delay_line.at(t - delay) if self._delay_line and delay else (picture.texture, picture.drawn)
            )
            window.show(texture, drawn)
        for window in self._windows:
            window.swap()
        # The next frame is drawn in the first window's context.
        self._windows[0].make_current()

    def close(self) -> None:
        """Hide the windows and release the context."""
        if self._delay_line is not None:
            self._delay_line.release()
        for window in reversed(self._windows):
            window.close()
        if not self._windows:
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


class Window:
    """One output: a pyglet window that shares its GL objects with the others."""

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
            # pyglet made the second context current; moderngl's create_context would make another one.
            moderngl.init_context()
            self.context = moderngl.get_context()
        self._shared = first is not None
        self._screen = self.context.detect_framebuffer()
        self._copy_region = RegionBlitter(self.context)
        self._shared_textures: dict[int, moderngl.Texture] = {}
        self._press = press
        self.pointer = WindowPointer(window, output.region)
        window.push_handlers(
            on_close=self._on_close, on_key_press=self._on_key_press, on_text_motion=self._on_text_motion
        )

    def _on_close(self) -> bool:
        self.closed = True
        return True

    def _on_key_press(self, symbol: int, modifiers: int) -> bool:
        from pyglet.window import key  # slow, and missing without a display

        # Keys with Ctrl or Alt are for the desktop; repeating keys arrive as text motions.
        if not modifiers & (key.MOD_CTRL | key.MOD_ALT | key.MOD_COMMAND) and symbol not in _repeating_keys():
            self._press(key.symbol_string(symbol))
        return True

    def _on_text_motion(self, motion: int) -> bool:
        from pyglet.window import key  # slow, and missing without a display

        if motion in _repeating_keys():
            self._press(key.symbol_string(motion))
        return True

    def make_current(self) -> None:
        """Make this window's context current, and read its events."""
        self._window.switch_to()
        self._window.dispatch_events()

    def show(self, picture: moderngl.Texture, drawn: tuple[int, int]) -> None:
        """Draw the output's region of the picture."""
        self._window.switch_to()
        if self._shared:
            picture = self._shared_texture(picture)
        self._screen.viewport = (0, 0, *self._window.get_framebuffer_size())
        self._copy_region(self._screen, picture, drawn, self._output.region)

    def _shared_texture(self, picture: moderngl.Texture) -> moderngl.Texture:
        """The same texture in this window's context."""
        if picture.glo not in self._shared_textures:
            if len(self._shared_textures) > MAX_SHARED_TEXTURES:
                self._shared_textures.clear()
            texture = self.context.external_texture(picture.glo, picture.size, picture.components, 0, picture.dtype)
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            self._shared_textures[picture.glo] = texture
        return self._shared_textures[picture.glo]

    def swap(self) -> None:
        """Show what was drawn; the output with vsync waits for its screen."""
        self._window.switch_to()
        if self._shared:
            self._window.dispatch_events()
        self._window.flip()

    def close(self) -> None:
        # Hidden, not closed: pyglet can't close one of several windows safely (pyglet issue 907).
        self._window.switch_to()
        self._copy_region.release()
        self._window.set_visible(False)


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


def _repeating_keys() -> tuple[int, ...]:
    """Keys that repeat while they are down."""
    from pyglet.window import key  # slow, and missing without a display

    return key.UP, key.DOWN, key.LEFT, key.RIGHT, key.PAGEUP, key.PAGEDOWN


def _open_windows(venue: Venue, press: Callable[[str], None]) -> list[Window]:
    allocator.return_freed_memory()
    try:
        import pyglet  # slow, and fails without a display

        pyglet.options["shadow_window"] = False
        from pyglet.display import get_display
        from pyglet.gl import Config
        from pyglet.window import Window as PygletWindow

        screens = get_display().get_screens()
    except Exception as error:
        raise UserError(f"no window can be opened here ({error}); --headless plays without one") from error
    pyglet_windows: list[Any] = []
    for index, output in enumerate(venue.outputs):
        if output.display >= len(screens):
            raise UserError(f"outputs[{index}].display = {output.display}: there are {len(screens)}, counted from 0")
        screen = screens[output.display]
        window = PygletWindow(
            width=output.size[0],
            height=output.size[1],
            caption=venue.name,
            screen=screen,
            style=PygletWindow.WINDOW_STYLE_BORDERLESS if output.borderless else PygletWindow.WINDOW_STYLE_DEFAULT,
            vsync=output.vsync and index == 0,
            config=Config(major_version=4, minor_version=1, forward_compatible=True, double_buffer=True),
        )
        place = output.place or ((screen.width - output.size[0]) // 2, (screen.height - output.size[1]) // 2)
        window.set_location(screen.x + place[0], screen.y + place[1])
        if output.borderless:
            window.set_mouse_visible(False)
        pyglet_windows.append(window)
    windows: list[Window] = []
    for window, output in zip(pyglet_windows, venue.outputs, strict=True):
        windows.append(Window(window, output, windows[0].context if windows else None, press))
    windows[0].make_current()
    return windows
