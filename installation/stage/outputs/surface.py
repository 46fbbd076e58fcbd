"""Surface: one pyglet window with its GL context, which shows textures of the first one's context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import moderngl

from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.displays import Area
from installation.stage.outputs.keystone import WHOLE, RegionBlitter
from installation.stage.outputs.pointer import WindowPointer

MAX_SHARED_TEXTURES = 64
"""Textures of the first context that a window keeps; above, all are looked up again."""
Region = tuple[float, float, float, float]


class Surface:
    """A window; hidden, not closed, when it is not needed: pyglet can't close one of several safely (its issue 907)."""

    def __init__(
        self, window: Any, region: Region, first: moderngl.Context | None, press: Callable[[str], None]
    ) -> None:
        """`region` is the part of the canvas that it shows; `press` is called with the name of each key."""
        self.closed = False
        """Whether its user has closed it."""
        self.visible = bool(window.visible)
        self._window = window
        self._region = region
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
        self.pointer = WindowPointer(window, region)
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

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels of what can be drawn on, at least 1."""
        width, height = self._window.get_framebuffer_size()
        return max(1, int(width)), max(1, int(height))

    @property
    def area(self) -> Area:
        """Where it is on the desktop."""
        return Area(*self._window.get_location(), *self._window.get_size())

    def make_current(self) -> None:
        """Make its context current."""
        self._window.switch_to()

    def read_events(self) -> None:
        """Handle what was done to the window."""
        self._window.switch_to()
        self._window.dispatch_events()

    def move(self, area: Area, activate: bool = False) -> None:
        """Move and resize the window, and show it; `activate` gives it the keyboard."""
        # pyglet writes to GL when the size changes, and expects this window's context.
        self._window.switch_to()
        if not self.visible:
            self._window.set_visible(True)
            self.visible = True
        if self._window.get_size() != (area.width, area.height):
            self._window.set_size(area.width, area.height)
        self._window.set_location(area.x, area.y)
        if activate:
            self._window.activate()

    def hide(self) -> None:
        """Hide the window."""
        if self.visible:
            self._window.switch_to()
            self._window.set_visible(False)
            self.visible = False
            self.pointer.present = None

    def show(self, picture: moderngl.Texture, drawn: tuple[int, int]) -> None:
        """Draw the window's region of a picture that fills `drawn` pixels of its texture."""
        self._window.switch_to()
        self._screen.viewport = (0, 0, *self.size)
        self._copy_region(self._screen, self._own(picture), drawn, self._region)

    def draw_over(self, layer: RenderTarget) -> None:
        """Draw a transparent picture, whose colours are multiplied by its alpha, over all of what was drawn."""
        self._window.switch_to()
        self._screen.viewport = (0, 0, *self.size)
        self._copy_region(self._screen, self._own(layer.texture), layer.drawn, WHOLE, blend="over")

    def _own(self, picture: moderngl.Texture) -> moderngl.Texture:
        """The same texture in this window's context."""
        if not self._shared:
            return picture
        known = self._shared_textures.get(picture.glo)
        if known is None or known.size != picture.size:
            if len(self._shared_textures) > MAX_SHARED_TEXTURES:
                self._shared_textures.clear()
            known = self.context.external_texture(picture.glo, picture.size, picture.components, 0, picture.dtype)
            known.filter = (moderngl.LINEAR, moderngl.LINEAR)
            self._shared_textures[picture.glo] = known
        return known

    def flip(self) -> None:
        """Show what was drawn; a window with vsync waits for its screen."""
        self._window.switch_to()
        self._window.flip()

    def close(self) -> None:
        """Release what it owns in GL, and hide it."""
        self._window.switch_to()
        self._copy_region.release()
        self._window.set_visible(False)


def _repeating_keys() -> tuple[int, ...]:
    """Keys that repeat while they are down."""
    from pyglet.window import key  # slow, and missing without a display

    return key.UP, key.DOWN, key.LEFT, key.RIGHT, key.PAGEUP, key.PAGEDOWN
