"""Pointer: where the mouse is over the canvas, from the events of the output windows."""

from __future__ import annotations

from typing import Any

from installation.interface.pointer import Pointer

LEFT_BUTTON = 1
"""`pyglet.window.mouse.LEFT`, which cannot be imported without a display."""


class WindowPointer:
    """The pointer over one pyglet window that shows a region of the canvas."""

    def __init__(self, window: Any, region: tuple[float, float, float, float]) -> None:
        """`region` is (left, bottom, right, top) of the canvas, each 0..1."""
        self._window, self._region = window, region
        self.present: Pointer | None = None
        """None while the mouse is outside."""
        window.push_handlers(
            on_mouse_enter=self._on_move,
            on_mouse_leave=self._on_leave,
            on_mouse_motion=self._on_move,
            on_mouse_drag=self._on_drag,
            on_mouse_press=self._on_press,
            on_mouse_release=self._on_release,
        )

    def _on_move(self, x: float, y: float, *_: object) -> None:
        self._set(x, y, False)

    def _on_leave(self, x: float, y: float) -> None:
        self.present = None

    def _on_drag(self, x: float, y: float, _dx: float, _dy: float, buttons: int, _modifiers: int) -> None:
        self._set(x, y, self._is_left(buttons))

    def _on_press(self, x: float, y: float, button: int, _modifiers: int) -> None:
        self._set(x, y, self._is_left(button) or self._was_pressed)

    def _on_release(self, x: float, y: float, button: int, _modifiers: int) -> None:
        self._set(x, y, self._was_pressed and not self._is_left(button))

    @property
    def _was_pressed(self) -> bool:
        return self.present is not None and self.present.pressed

    def _set(self, x: float, y: float, pressed: bool) -> None:
        """Take the pointer at a window's pixel from its lower left corner; dragged out of the window it is outside."""
        width, height = self._window.get_size()
        if not (0 <= x <= width and 0 <= y <= height):
            self.present = None
            return
        left, bottom, right, top = self._region
        across, up = (x + 0.5) / width, (y + 0.5) / height
        self.present = Pointer(
            left + min(across, 1.0) * (right - left), bottom + min(up, 1.0) * (top - bottom), pressed
        )

    @staticmethod
    def _is_left(buttons: int) -> bool:
        return bool(buttons & LEFT_BUTTON)
