"""Commands of the composer: /music/now, presets, and notes that are played to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from installation.control.osc.arguments import is_press
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.interface.knobs import InvalidMessageError, Knobs
from installation.interface.music_knobs import PREFIX
from installation.music.client import ComposerClient
from installation.music.genres import PRESETS
from installation.music.live.knob_controls import knobs_of

COMMANDS = (
    AddressDoc("/music/now", "1", "The rest of this bar follows the knobs at once, and is composed anew."),
    AddressDoc("/music/preset", "name", "Turn the composer's knobs to a preset, from the next bar line on."),
    AddressDoc("/music/note", "pitch velocity", "A note that is played to the composer, 0..127 each."),
)
"""Commands of a show with a composer."""
PRESET_NAMES = tuple(f"{genre}/{name}" for genre, presets in PRESETS.items() for name in presets)
"""Presets, such as "funk/tight"."""
_NOTE = re.compile(r"/midi/([^/]+)/\d{1,2}/note/(\d{1,3})")
Handler = Callable[[ReceivedMessage], None]


def commands(client: ComposerClient, tree: Knobs) -> Mapping[str, Handler]:
    """The handlers of COMMANDS by address."""

    def now(message: ReceivedMessage) -> None:
        if is_press(message):
            client.play_now()

    def preset(message: ReceivedMessage) -> None:
        name = message.arguments[0] if message.arguments else None
        if name not in PRESET_NAMES:
            raise InvalidMessageError("no such preset of the composer", f"give one of {', '.join(PRESET_NAMES)}")
        genre, _, own = str(name).partition("/")
        for knob, value in knobs_of(PRESETS[genre][own]).items():
            tree.turn(f"{PREFIX}/{knob}", value)

    def note(message: ReceivedMessage) -> None:
        numbers = [value for value in message.arguments if isinstance(value, int | float) and 0 <= value <= 127]
        if len(numbers) != 2 or len(message.arguments) != 2:
            raise InvalidMessageError("no such note", "give pitch and velocity, 0 to 127 each")
        pitch, velocity = (round(number) for number in numbers)
        if velocity:
            client.keyboard_note(message.time, pitch, velocity)

    return {"/music/now": now, "/music/preset": preset, "/music/note": note}


def keyboard(client: ComposerClient, name: str) -> Callable[[ReceivedMessage], bool]:
    """Takes the notes of the MIDI keyboard with `name` in its own; returns whether a message was one."""
    wanted = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")

    def take(message: ReceivedMessage) -> bool:
        match = _NOTE.fullmatch(message.address)
        if match is None or wanted not in match[1]:
            return False
        loud = message.arguments[0] if message.arguments else 0.0
        if isinstance(loud, int | float) and loud > 0.0:
            client.keyboard_note(message.time, int(match[2]), round(127 * min(float(loud), 1.0)))
        return True

    return take
