"""Knobs over OSC: turned by messages at their addresses or at patterns of them, and their values as messages."""

from __future__ import annotations

from installation.control.osc.arguments import single_argument
from installation.control.osc.patterns import PatternMatcher
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import OutgoingMessage
from installation.interface.knobs import NORMALISED_PREFIX, InvalidMessageError, Knobs, normalised

PATTERN_STEPS_PER_FRAME = 10_000
"""Budget of one frame for patterns: about a millisecond, or eight hundred knobs found and turned."""
NORMALISED = f"{NORMALISED_PREFIX}/"
"""Start of the addresses at which knobs take 0..1 of their range."""


class KnobMessages:
    """Turns the knobs of a tree by messages."""

    def __init__(self, tree: Knobs) -> None:
        self._tree = tree
        self._matcher = PatternMatcher(())
        self._shape = -1

    def begin_frame(self) -> None:
        """Renew the budget for patterns, and the addresses when knobs were added or removed."""
        if self._shape != self._tree.shape:
            self._shape = self._tree.shape
            self._matcher = PatternMatcher((*self._tree, *self._tree.aliases))
        self._matcher.set_budget(PATTERN_STEPS_PER_FRAME)

    def turn(self, message: ReceivedMessage, address: str) -> None:
        """Turn the knob at `address`, in its own units if it is the message's; toggle a switch without arguments.

        Raises InvalidMessageError.
        """
        tree = self._tree
        if not message.arguments and address in tree and isinstance(before := tree.base(address), bool):
            tree.turn(address, not before)
        elif address == message.address:
            tree.turn(address, single_argument(message))
        else:
            tree.turn_normalised(address, single_argument(message))

    def turn_matching(self, message: ReceivedMessage) -> None:
        """Turn every knob that matches the message's pattern; raises InvalidMessageError or PatternError."""
        is_normalised = message.address.startswith(NORMALISED)
        argument = single_argument(message)
        for address in self.matching(message.address):
            if is_normalised:
                self._tree.turn_normalised(address, argument)
            else:
                self._tree.turn(address, argument)

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The knobs that match a pattern, never commands; raises InvalidMessageError when there is none."""
        found = self._matcher.find(
            pattern.removeprefix(NORMALISED_PREFIX) if pattern.startswith(NORMALISED) else pattern
        )
        if not found:
            raise InvalidMessageError("no knob at this address")
        # A pattern may match a knob's address and an earlier one of it.
        return tuple(dict.fromkeys(map(self._tree.aliases.canonical, found)))

    def values(self, address: str) -> tuple[OutgoingMessage, OutgoingMessage]:
        """A knob's base value as messages, at its own address and at its normalised one."""
        value = self._tree.base(address)
        part = normalised(self._tree[address], value)
        return (
            (address, value if isinstance(value, tuple) else (value,)),
            (NORMALISED_PREFIX + address, part if isinstance(part, tuple) else (part,)),
        )
