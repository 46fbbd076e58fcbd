"""Knobs over OSC: turned by messages at their addresses or at patterns of them, and their values as messages."""

from __future__ import annotations

from installation.control.osc.arguments import single_argument
from installation.control.osc.codec import Argument, as_sent
from installation.control.osc.patterns import PatternMatcher
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import OutgoingMessage
from installation.core.toml_text import toml
from installation.interface.knobs import NORMALISED_PREFIX, InvalidMessageError, Knob, Knobs, Value, normalised

PATTERN_STEPS_PER_FRAME = 10_000
"""Budget of one frame for patterns: about a millisecond, or eight hundred knobs found and turned."""
NORMALISED = f"{NORMALISED_PREFIX}/"
"""Start of the addresses at which knobs take 0..1 of their range."""
MAX_SHOWN_CHOICES = 12
"""Choices of a knob that a refusal lists."""


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

        A value that is what the knob would send, such as one that a peer returns, changes nothing. Raises
        InvalidMessageError.
        """
        tree = self._tree
        if address not in tree:
            raise InvalidMessageError("no knob at this address")
        if not message.arguments and isinstance(before := tree.base(address), bool):
            tree.turn(address, not before)
            return
        self._turn(address, single_argument(message), address != message.address)

    def turn_matching(self, message: ReceivedMessage) -> None:
        """Turn every knob that matches the message's pattern; raises InvalidMessageError or PatternError."""
        is_normalised = message.address.startswith(NORMALISED)
        argument = single_argument(message)
        for address in self.matching(message.address):
            self._turn(address, argument, is_normalised)

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

    def _turn(self, address: str, argument: Argument, is_normalised: bool) -> None:
        tree = self._tree
        value = tree.base(address)
        shown = normalised(tree[address], value) if is_normalised else value
        if _is_the_same(shown, argument):
            return
        try:
            if is_normalised:
                tree.turn_normalised(address, argument)
            else:
                tree.turn(address, argument)
        except InvalidMessageError as error:
            knob = tree[address]
            right = f"give {accepted(knob, is_normalised)}"
            if isinstance(argument, tuple) and not isinstance(knob.default, tuple):
                raise InvalidMessageError("several values for one knob", right) from None
            raise InvalidMessageError(str(error), right) from None


def accepted(knob: Knob, is_normalised: bool = False) -> str:
    """What a message may send to a knob, in words."""
    if isinstance(knob.default, tuple):
        return "three numbers from 0 to 1, or whole ones up to 255"
    if isinstance(knob.default, bool):
        return "0 or 1"
    if isinstance(knob.default, str):
        names = [toml(each) for each in knob.choices[:MAX_SHOWN_CHOICES]]
        more = ", ..." if len(knob.choices) > MAX_SHOWN_CHOICES else ""
        return f"one of {', '.join(names)}{more}, or its number from 1"
    low, high = (0.0, 1.0) if is_normalised else (knob.low, knob.high)
    unit = f" {knob.unit}" if knob.unit and not is_normalised else ""
    return f"one number from {low:g} to {high:g}{unit}"


def _is_the_same(value: Value | tuple[float, ...], argument: Argument) -> bool:
    """Whether an argument is a number, or are numbers, with which `value` would be sent over OSC."""
    if isinstance(value, tuple):
        if not isinstance(argument, tuple) or len(argument) != len(value):
            return False
        return all(_is_the_same(own, given) for own, given in zip(value, argument, strict=True))
    if type(value) is not float or type(argument) is not float:
        return False
    return value == argument or as_sent(value) == as_sent(argument)
