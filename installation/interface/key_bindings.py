"""Key bindings: one table from keys of a window to OSC messages, from which the help is set as well."""

from __future__ import annotations

from dataclasses import dataclass

Argument = int | float | bool | str
"""What a key may send with its message."""
NUDGE_MS = 10.0
"""Milliseconds by which one press moves the beats earlier or later."""


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key, and the OSC message that it sends."""

    key: str
    """pyglet's name of the key, without the underscore of its digits."""
    address: str = ""
    """Empty for Esc, which means several things in turn."""
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the help: keys that belong together."""

    group: str
    caps: tuple[str, ...]
    """What is printed on the keys, or the first and the last of many."""
    help: str
    presses: tuple[KeyPress, ...]


def _row(group: str, cap: str, help: str, address: str, *arguments: Argument, key: str = "") -> KeyRow:
    return KeyRow(group, (cap,), help, (KeyPress(key or cap.upper(), address, arguments),))


def _pair(
    group: str, caps: tuple[str, str], help: str, keys: tuple[str, str], address: str, step: float, *more: Argument
) -> KeyRow:
    """Two keys, of which the first one means less and the second one more."""
    less, greater = (KeyPress(key, address, (way * step, *more)) for key, way in zip(keys, (-1, 1), strict=True))
    return KeyRow(group, caps, help, (less, greater))


_NUMBERS = tuple(KeyPress(str(number), "/scene/go", (number,)) for number in range(1, 10))


KEY_BINDINGS = (
    KeyRow("Scenes", ("1", "9"), "the scene of that number", _NUMBERS),
    _row("Scenes", "N", "next", "/scene/next"),
    _row("Scenes", "P", "previous, or return to it", "/scene/back"),
    _row("Scenes", "C", "cancel the change", "/scene/cancel"),
    _row("Scenes", "K", "keep this scene", "/scene/hold"),
    _row("Scenes", "M", "mix by hand", "/scene/manual_fade"),
    _pair("Scenes", ("Pg dn", "Pg up"), "the fader", ("PAGEDOWN", "PAGEUP"), "/knob/turn", 1, "/scene/fader"),
    _row("Cues", "Space", "go", "/cue/go"),
    _row("Cues", "Backspace", "back", "/cue/back"),
    _row("Cues", "X", "panic: the safe look", "/cue/panic"),
    _row("Picture", "B", "blackout", "/master/blackout"),
    _row("Picture", "Z", "freeze", "/master/freeze"),
    _row("Picture", "S", "keep a still", "/visitant/still"),
    _row("Pulse", "T", "tap the tempo", "/pulse/tap"),
    _row("Pulse", "R", "a bar begins now", "/pulse/resync"),
    _pair("Pulse", (",", "."), "beats later, earlier", ("COMMA", "PERIOD"), "/pulse/nudge", NUDGE_MS),
    KeyRow(
        "Pulse",
        ("[", "]"),
        "half, twice the tempo",
        (KeyPress("BRACKETLEFT", "/pulse/halve"), KeyPress("BRACKETRIGHT", "/pulse/double")),
    ),
    _pair("Pulse", ("-", "="), "fewer, more beats a bar", ("MINUS", "EQUAL"), "/knob/turn", 1, "/pulse/beats_a_bar"),
    _pair("Knobs", ("up", "down"), "pick a knob", ("UP", "DOWN"), "/knob/pick", 1),
    _pair("Knobs", ("left", "right"), "turn it", ("LEFT", "RIGHT"), "/knob/turn", 1),
    _row("Knobs", "D", "back to its default", "/knob/reset"),
    _row("Knobs", "L", "learn a controller", "/learn/on"),
    _row("Knobs", "U", "forget its controllers", "/learn/forget"),
    _row("Show", "F", "full screen", "/visitant/fullscreen"),
    _row("Show", "O", "how the show does", "/visitant/overlay"),
    _row("Show", "H", "these keys", "/visitant/help"),
    KeyRow("Show", ("Esc", "Esc"), "end", (KeyPress("ESCAPE"),)),
)
"""In the order of the help."""
