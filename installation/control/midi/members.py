"""Members of an OSC address: controllers that share one, and say by a first argument which of them moves.

A member is written as its address, a space, and that argument: "/fader left" sends `/fader "left" 0.5`, and "/fader 3"
sends `/fader 3 0.5`.
"""

from __future__ import annotations

import math
import re

from installation.control.midi.devices import MIDI_PREFIX
from installation.control.osc.receiver import ReceivedMessage

MAX_NUMBER = 999
"""The highest number of a member."""
_NAME = re.compile(r"[!-~]{1,40}")


def member_reading(message: ReceivedMessage) -> ReceivedMessage | None:
    """The message of a member with its value alone; None for another message, such as that of a pad, x and y."""
    if len(message.arguments) != 2 or message.address.startswith(MIDI_PREFIX):
        return None
    first, value = message.arguments
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    if isinstance(first, str):
        # A name of digits would be taken for a number.
        name = first if _NAME.fullmatch(first) and not first.isdecimal() else ""
    elif isinstance(first, bool) or not isinstance(first, (int, float)) or first not in range(MAX_NUMBER + 1):
        return None
    else:
        # 0.0 and 1.0 are the edges of a pad rather than numbers.
        name = "" if isinstance(first, float) and first < 2.0 else str(int(first))
    return message._replace(address=f"{message.address} {name}", arguments=(value,)) if name else None


def split_member(controller: str) -> tuple[str, tuple[int | str, ...]]:
    """The OSC address of a controller, and the argument by which a member is known; none for another one."""
    address, _, name = controller.partition(" ")
    if not name:
        return address, ()
    return address, (int(name) if name.isdecimal() else name,)
