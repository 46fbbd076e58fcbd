"""What the keys of a window do: one table, by which they act and from which the help on the wall is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from installation.control.osc.codec import Argument

AGAIN = 1.5
"""Seconds in which Esc must be pressed again to end the show."""
NUDGE = 10.0
"""Milliseconds that one press brings the beats earlier or later."""


@dataclass(frozen=True, slots=True)
class Press:
    """A key, and the message that it stands for."""

    key: str
    """As pyglet calls it, without the underscore of its digits."""
    address: str = ""
    """Empty for Esc, which means several things in turn."""
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the help: keys that belong together."""

    group: str
    caps: tuple[str, ...]
    """What is printed on the keys, or the first and the last of many."""
    help: str
    presses: tuple[Press, ...]


def _row(group: str, cap: str, help: str, address: str, *arguments: Argument, key: str = "") -> Row:
    return Row(group, (cap,), help, (Press(key or cap.upper(), address, arguments),))


def _pair(
    group: str, caps: tuple[str, str], help: str, keys: tuple[str, str], address: str, step: float, *more: Argument
) -> Row:
    """Two keys, of which the first one means less and the second one more."""
    less, greater = (Press(key, address, (way * step, *more)) for key, way in zip(keys, (-1, 1), strict=True))
    return Row(group, caps, help, (less, greater))


_NUMBERS = tuple(Press(str(number), "/scene/go", (number,)) for number in range(1, 10))
ROWS = (
    Row("Scenes", ("1", "9"), "the scene of that number", _NUMBERS),
    _row("Scenes", "N", "next", "/scene/next"),
    _row("Scenes", "P", "previous, or return to it", "/scene/back"),
    _row("Scenes", "C", "cancel the change", "/scene/cancel"),
    _row("Scenes", "K", "keep this scene", "/scene/hold"),
    _row("Scenes", "M", "mix by hand", "/scene/hand"),
    _pair("Scenes", ("Pg dn", "Pg up"), "the fader", ("PAGEDOWN", "PAGEUP"), "/knob/turn", 1, "/scene/fader"),
    _row("Cues", "Space", "go", "/cue/go"),
    _row("Cues", "Backspace", "back", "/cue/back"),
    _row("Cues", "X", "panic: the safe look", "/cue/panic"),
    _row("Picture", "B", "blackout", "/programme/blackout"),
    _row("Picture", "F", "freeze", "/programme/freeze"),
    _row("Picture", "S", "keep a still", "/visitant/still"),
    _row("Pulse", "T", "tap the tempo", "/pulse/tap"),
    _row("Pulse", "R", "a bar begins now", "/pulse/resync"),
    _pair("Pulse", (",", "."), "beats later, earlier", ("COMMA", "PERIOD"), "/pulse/nudge", NUDGE),
    _pair("Knobs", ("up", "down"), "pick a knob", ("UP", "DOWN"), "/knob/pick", 1),
    _pair("Knobs", ("left", "right"), "turn it", ("LEFT", "RIGHT"), "/knob/turn", 1),
    _row("Knobs", "D", "back to its default", "/knob/reset"),
    _row("Knobs", "L", "learn a controller", "/learn/on"),
    _row("Knobs", "U", "forget its controllers", "/learn/forget"),
    _row("Show", "O", "how the show does", "/visitant/overlay"),
    _row("Show", "H", "these keys", "/visitant/help"),
    Row("Show", ("Esc", "Esc"), "end", (Press("ESCAPE"),)),
)  # fmt: skip
"""In the order of the help."""


class Keys:
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
        self._presses = {press.key: press for row in ROWS for press in row.presses}

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
