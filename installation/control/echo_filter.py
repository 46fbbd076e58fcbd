"""Echo filter: recognises values that a peer sends back as it was sent them, so that an exchange comes to rest.

A program that sends back all that it receives would otherwise turn a knob by rounding alone, for OSC carries 32 bits;
and while a hand moves a fader, what was sent a moment ago would come back and fight that hand.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Hashable, Iterable

from installation.control.cues import cue_book
from installation.control.osc import sender
from installation.control.osc.codec import Argument, as_sent
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import OutgoingMessage

ECHO_SECONDS = 0.25
"""For how long after it was sent a value that comes back is an echo."""
ECHO_SECONDS_OF_REPEATERS = 2.0
"""The same for a sender that sends back what it receives, however late."""
REPEATED_MESSAGES = 8
"""Messages at addresses that only a show sends to, from which on a sender counts as one that repeats."""
_SENT = re.compile(
    "|".join(
        re.sub("NAME|BONE", "[^/]+", each.address.replace("SLOT", r"\d+"))
        for each in (*sender.SENT_ADDRESSES, *cue_book.SENT_ADDRESSES)
    )
)
MAX_VALUES = 64
"""Values that are remembered of an address: two seconds at 30 messages a second."""
MAX_SENDERS = 256
MAX_ADDRESSES = 2_048
"""Addresses of which values are remembered; above that, the oldest is dropped."""

_Values = tuple[Argument, ...]


class EchoFilter:
    """Remembers what was sent to each address."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[tuple[float, _Values]]] = {}
        self._returned: Counter[Hashable] = Counter()
        """How many messages each sender has sent back that only a show sends."""

    def sent(self, messages: Iterable[OutgoingMessage], t: float) -> None:
        """Remember messages that were sent at show time `t`."""
        for address, arguments in messages:
            values = _as_sent(arguments)
            past = self._sent.pop(address, None)
            if past is None:
                past = deque(maxlen=MAX_VALUES)
                if len(self._sent) >= MAX_ADDRESSES:
                    del self._sent[next(iter(self._sent))]
            self._sent[address] = past
            if past and past[-1][1] == values:
                past.pop()
            past.append((t, values))

    def is_output(self, message: ReceivedMessage) -> bool:
        """Whether a message, at an address where nothing listens, is one that the show itself sends: from a peer that
        sends back what it receives, which is noted."""
        if _SENT.fullmatch(message.address) is None:
            return False
        peer: Hashable = message.sender
        if peer in self._returned or len(self._returned) < MAX_SENDERS:
            self._returned[peer] += 1
        return True

    def is_echo(self, message: ReceivedMessage) -> bool:
        """Whether these numbers were sent to this address a moment before the message came.

        Only numbers between whole ones count: two presses of a button are alike and no echo.
        """
        past = self._sent.get(message.address)
        if past is None or not any(isinstance(each, float) and not each.is_integer() for each in message.arguments):
            return False
        repeats = self._returned.get(message.sender, 0) >= REPEATED_MESSAGES
        since = message.time - (ECHO_SECONDS_OF_REPEATERS if repeats else ECHO_SECONDS)
        values = _as_sent(message.arguments)
        return any(at >= since and values == known for at, known in past)


def _as_sent(arguments: Iterable[Argument]) -> _Values:
    return tuple(as_sent(each) if isinstance(each, float) else each for each in arguments)
