"""What a message brings: one value, a number, text, a press."""

from __future__ import annotations

import math

from installation.control.osc.receiver import ReceivedMessage
from installation.interface.knobs import InvalidMessageError


def value(message: ReceivedMessage) -> object:
    """The one argument, or all of them where there are several; raises Refused where there is none."""
    if not message.arguments:
        raise InvalidMessageError("no value")
    return message.arguments[0] if len(message.arguments) == 1 else message.arguments


def number(message: ReceivedMessage, index: int = 0, missing: float | None = None) -> float:
    """An argument, where it is a finite number; `missing` where there is none. Raises Refused."""
    if index >= len(message.arguments) and missing is not None:
        return missing
    given = message.arguments[index] if index < len(message.arguments) else None
    if not isinstance(given, (int, float)) or not math.isfinite(given):
        raise InvalidMessageError("not a finite number")
    return given


def text(message: ReceivedMessage, index: int = 0, missing: str | None = None) -> str:
    """An argument, where it is text; `missing` where there is none. Raises Refused."""
    if index >= len(message.arguments) and missing is not None:
        return missing
    given = message.arguments[index] if index < len(message.arguments) else None
    if not isinstance(given, str):
        raise InvalidMessageError("not text")
    return given


def pressed(message: ReceivedMessage) -> bool:
    """Whether a trigger is meant: no argument, or anything but 0."""
    return not message.arguments or bool(message.arguments[0])
