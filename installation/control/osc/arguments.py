"""Typed access to the arguments of an OSC message: one value, a number, a text, a button press."""

from __future__ import annotations

import math

from installation.control.osc.codec import Argument
from installation.control.osc.receiver import ReceivedMessage
from installation.interface.knobs import InvalidMessageError


def single_argument(message: ReceivedMessage) -> Argument:
    """The only argument, or the tuple of several; raises InvalidMessageError when there is none."""
    if not message.arguments:
        raise InvalidMessageError("no value", "give one")
    return message.arguments[0] if len(message.arguments) == 1 else message.arguments


def number_argument(message: ReceivedMessage, index: int = 0, default: float | None = None) -> float:
    """The argument at `index` as a finite number, or `default` when left out; raises InvalidMessageError."""
    if index >= len(message.arguments) and default is not None:
        return default
    argument = message.arguments[index] if index < len(message.arguments) else None
    if not isinstance(argument, (int, float)) or not math.isfinite(argument):
        place = f" as value {index + 1}" if index else ""
        raise InvalidMessageError("not a finite number", f"give a number{place}")
    return argument


def text_argument(message: ReceivedMessage, index: int = 0, default: str | None = None) -> str:
    """The argument at `index` as text, or `default` when left out; raises InvalidMessageError."""
    if index >= len(message.arguments) and default is not None:
        return default
    argument = message.arguments[index] if index < len(message.arguments) else None
    if not isinstance(argument, str):
        place = f" as value {index + 1}" if index else ""
        raise InvalidMessageError("not text", f"give a name{place}")
    return argument


def is_press(message: ReceivedMessage) -> bool:
    """Whether the message is a button press: without arguments, or with a first one other than 0."""
    return not message.arguments or bool(message.arguments[0])
