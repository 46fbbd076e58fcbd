"""Keyboard of a window: key presses become OSC messages by the table of key bindings; Esc twice ends the show."""

from __future__ import annotations

from collections.abc import Callable

from installation.interface.key_bindings import KEY_BINDINGS

CONFIRM_SECONDS = 1.5
"""Time in which Esc must be pressed again to end the show."""


class Keyboard:
    """Dispatches the message of each key."""

    def __init__(
        self,
        dispatch: Callable[..., None],
        announce: Callable[[str], None],
        help_is_shown: Callable[[], bool],
        now: Callable[[], float],
    ) -> None:
        """`dispatch` takes address and arguments, `announce` a notice for the wall; `now` returns show time."""
        self._dispatch = dispatch
        self._announce = announce
        self._help_is_shown = help_is_shown
        self._now = now
        self._escape_time = float("-inf")
        self._key_presses = {press.key: press for row in KEY_BINDINGS for press in row.presses}

    def press(self, key: str) -> None:
        """Handle a press of `key`, by its name in pyglet; keys without a binding do nothing."""
        press = self._key_presses.get(key.removeprefix("NUM_").removeprefix("_"))
        if press is None:
            return
        if press.address:
            self._dispatch(press.address, *press.arguments)
        elif self._help_is_shown():
            self._dispatch("/visitant/help", False)
        elif self._now() - self._escape_time <= CONFIRM_SECONDS:
            self._dispatch("/visitant/shutdown")
        else:
            self._escape_time = self._now()
            self._announce("Esc again ends the show")
