"""Refusals: messages that were not acted on, each with its reason and what would be right, for log, panel and OSC."""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection

from installation.control.osc.codec import Argument
from installation.control.osc.nearest_address import nearest_address
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage
from installation.core.toml_text import toml
from installation.interface.knobs import NORMALISED_PREFIX, InvalidMessageError

LINE_SECONDS = 60.0
"""Least time between two lines of the log about one refusal."""
MAX_BURST_LINES = 10
"""Lines that the log may have at once; it gets another one every REFILL_SECONDS."""
REFILL_SECONDS = 2.0
MAX_REMEMBERED = 64
"""Refusals, and addresses, of which the last time is known."""
STREAM_SECONDS = 0.3
"""An address that is refused again within this time sends a stream, which must not hide other refusals."""
MAX_PER_FRAME = 16
"""Refusals of a frame that are looked at; the others are counted only."""
MAX_ARGUMENTS = 4
"""Arguments of a message that are shown."""
MAX_ARGUMENT_CHARACTERS = 40
SEARCH_SECONDS = 0.5
"""Least time between two searches for the nearest address, which take milliseconds."""
MAX_SEARCH_CHARACTERS = 120
"""A longer address has no nearest one."""
UNKNOWN_ADDRESS = "no knob at this address"


class Refusals:
    """Keeps the last refusal, counts refusals by reason, and logs them at a bounded rate."""

    def __init__(self, logger: logging.Logger, counts: Counter[str], addresses: Callable[[], Collection[str]]) -> None:
        """Reasons are counted in `counts`; `addresses` returns all that a message may be sent to."""
        self._logger = logger
        self._counts = counts
        self._addresses = addresses
        self.reasons: set[str] = set()
        """The reasons that this object has logged."""
        self.last = ""
        """The last refusal in one line, for a person to read; empty before the first one."""
        self.last_seconds = float("-inf")
        """Show time of the last refusal."""
        self._next_line: OrderedDict[str, float] = OrderedDict()
        self._lines_left = float(MAX_BURST_LINES)
        self._refilled = 0.0
        self._next_search = float("-inf")
        self._nearest: OrderedDict[str, str] = OrderedDict()
        self._last_address = ""
        self._times: OrderedDict[str, float] = OrderedDict()
        """When each address was refused last."""
        self._frame = (float("-inf"), 0)
        """Show time of the present frame, and how many refusals it has had."""

    def refuse(self, message: ReceivedMessage, error: ValueError, t: float) -> str:
        """Note that a message was refused in the frame at show time `t`; returns the line for a person to read, empty
        for one of a stream."""
        reason = str(error)
        self._counts[reason] += 1
        self.reasons.add(reason)
        if self._is_passed_over(message, t):
            return ""
        remedy = error.remedy if isinstance(error, InvalidMessageError) else ""
        if reason == UNKNOWN_ADDRESS and not remedy:
            remedy = self._nearest_address(message.address, t)
        self.last = f"{shown_message(message)}: {reason}{f'; {remedy}' if remedy else ''}"
        self.last_seconds = t
        self._last_address = message.address
        self._log(self.last, message, t)
        return self.last

    def _is_passed_over(self, message: ReceivedMessage, t: float) -> bool:
        """Whether a refusal is only counted: one of a stream, or of too many in a frame."""
        self._frame = (t, self._frame[1] + 1 if self._frame[0] == t else 1)
        if message.sender == LOCAL_SENDER:
            return False
        if self._frame[1] > MAX_PER_FRAME:
            return True
        address = message.address
        before = self._times.pop(address, float("-inf"))
        self._times[address] = t
        if len(self._times) > MAX_REMEMBERED:
            self._times.popitem(last=False)
        return t - before < STREAM_SECONDS and address != self._last_address

    def _log(self, line: str, message: ReceivedMessage, t: float) -> None:
        self._lines_left = min(MAX_BURST_LINES, self._lines_left + max(0.0, t - self._refilled) / REFILL_SECONDS)
        self._refilled = t
        if self._lines_left < 1.0 or t < self._next_line.get(line, float("-inf")):
            return
        self._lines_left -= 1.0
        self._next_line.pop(line, None)
        self._next_line[line] = t + LINE_SECONDS
        if len(self._next_line) > MAX_REMEMBERED:
            self._next_line.popitem(last=False)
        self._logger.info("refused %s%s", line, _origin(message))

    def _nearest_address(self, address: str, t: float) -> str:
        """A question with the address that was probably meant; empty when none is near, or too many are looked for."""
        if address in self._nearest:
            return self._nearest[address]
        if t < self._next_search or len(address) > MAX_SEARCH_CHARACTERS:
            return ""
        self._next_search = t + SEARCH_SECONDS
        is_normalised = address.startswith(f"{NORMALISED_PREFIX}/")
        meant = nearest_address(
            address.removeprefix(NORMALISED_PREFIX) if is_normalised else address, self._addresses()
        )
        if meant and is_normalised:
            meant = NORMALISED_PREFIX + meant
        self._nearest[address] = f'did you mean "{meant}"?' if meant else ""
        if len(self._nearest) > MAX_REMEMBERED:
            self._nearest.popitem(last=False)
        return self._nearest[address]


def shown_message(message: ReceivedMessage) -> str:
    """A message as a person would write it, cut to a readable length."""
    shown = [_shown(each) for each in message.arguments[:MAX_ARGUMENTS]]
    more = len(message.arguments) - MAX_ARGUMENTS
    if more > 0:
        shown.append(f"and {more} more")
    return " ".join((_printable(message.address, MAX_SEARCH_CHARACTERS), *shown))


def _shown(argument: Argument) -> str:
    if isinstance(argument, float):
        return f"{argument:.6g}"
    if isinstance(argument, str):
        return _printable(toml(argument[:MAX_ARGUMENT_CHARACTERS]), MAX_ARGUMENT_CHARACTERS)
    if isinstance(argument, (bool, int)):
        return toml(argument)
    return "none" if argument is None else "a list" if isinstance(argument, tuple) else "a blob"


def _printable(text: str, most: int) -> str:
    text = "".join(each if each.isprintable() else "?" for each in text[: most + 1])
    return text if len(text) <= most else text[:most] + "..."


def _origin(message: ReceivedMessage) -> str:
    """Where a message came from, for the log."""
    sender = message.sender
    if isinstance(sender, tuple) and len(sender) >= 2:
        return f" (from {sender[0]}:{sender[1]})"
    return " (from the keys)" if sender == LOCAL_SENDER else f" (from {sender})" if sender else ""
