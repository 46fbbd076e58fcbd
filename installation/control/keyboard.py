"""What the keys of a window do: one table, by which they act and from which the help on the wall is set."""

from __future__ import annotations

from collections.abc import Callable

from installation.interface.key_bindings import KEY_BINDINGS

AGAIN = 1.5
"""Seconds in which Esc must be pressed again to end the show."""


class Keyboard:
    """Says what a key does; presses become messages, which go the way of all messages."""

    def __init__(
        self,
        enter: Callable[..., None],
        say: Callable[[str], None],
        helps: Callable[[], bool],
        now: Callable[[], float],
    ) -> None:
        """`enter` takes address and arguments, `say` words for the wall; `helps` is whether the help is shown."""
        self._enter = enter
        self._say = say
        self._helps = helps
        self._now = now
        self._escaped = float("-inf")
        self._presses = {press.key: press for row in KEY_BINDINGS for press in row.presses}

    def press(self, key: str) -> None:
        """Somebody has pressed `key`, called as pyglet does; one that means nothing here is let be."""
        press = self._presses.get(key.removeprefix("NUM_").removeprefix("_"))
        if press is None:
            return
        if press.address:
            self._enter(press.address, *press.arguments)
        elif self._helps():
            self._enter("/visitant/help", False)
        elif self._now() - self._escaped <= AGAIN:
            self._enter("/visitant/shutdown")
        else:
            self._escaped = self._now()
            self._say("Esc again ends the show")
