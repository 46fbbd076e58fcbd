"""Queries over OSC: a message to ADDRESS/get is answered with the value at ADDRESS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from installation.control.knob_messages import NORMALISED, KnobMessages
from installation.control.osc import codec
from installation.control.osc.patterns import is_pattern
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import OutgoingMessage
from installation.interface.knobs import NORMALISED_PREFIX, InvalidMessageError, Knobs

GET = "/get"
"""End of the addresses of queries."""
MAX_ANSWERS_PER_FRAME = 512


class QueryResponder:
    """Answers queries for knobs and for other values."""

    def __init__(
        self,
        tree: Knobs,
        knobs: KnobMessages,
        other_values: Callable[[], Iterable[OutgoingMessage]],
        send: Callable[[bytes, Any], None] | None,
    ) -> None:
        """`other_values` are values that are no knobs; `send` takes a datagram and the sender it answers."""
        self._tree = tree
        self._knobs = knobs
        self._other_values = other_values
        self._send = send
        self._answers_left = 0

    def begin_frame(self) -> None:
        """Renew the number of answers."""
        self._answers_left = MAX_ANSWERS_PER_FRAME

    def answer(self, message: ReceivedMessage) -> None:
        """Answer a query; raises InvalidMessageError or PatternError."""
        address = message.address.removesuffix(GET)
        own_address = address.removeprefix(NORMALISED_PREFIX) if address.startswith(NORMALISED) else address
        is_normalised = own_address != address
        answers: list[OutgoingMessage]
        if own_address in self._tree:
            answers = [self._knobs.values(own_address)[is_normalised]]
        elif is_pattern(address):
            answers = [self._knobs.values(found)[is_normalised] for found in self._knobs.matching(address)]
        else:
            answers = [each for each in self._other_values() if each[0] == address]
        if not answers:
            raise InvalidMessageError("no knob at this address")
        for each in answers:
            self._answers_left -= 1
            if self._answers_left < 0:
                raise InvalidMessageError("too many answers asked for")
            if self._send is not None:
                self._send(codec.encode(*each), message.sender)
