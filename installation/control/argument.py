"""What a message brings: one value, a number, a press."""

from __future__ import annotations

import math

from installation.control.knobs import Refused
from installation.control.receiver import Received


def value(message: Received) -> object:
    """The one argument, or all of them where there are several; raises Refused where there is none."""
    if not message.arguments:
        raise Refused("no value")
    return message.arguments[0] if len(message.arguments) == 1 else message.arguments


def number(message: Received) -> float:
    """The first argument, where it is a finite number; raises Refused."""
    given = message.arguments[0] if message.arguments else None
    if not isinstance(given, (int, float)) or not math.isfinite(given):
        raise Refused("not a finite number")
    return given


def pressed(message: Received) -> bool:
    """Whether a trigger is meant: no argument, or anything but 0."""
    return not message.arguments or bool(message.arguments[0])
