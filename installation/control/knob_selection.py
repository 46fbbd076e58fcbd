"""The knob in somebody's hand: picked and turned in steps, by keys or by whoever has no fader for it, and shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from installation.control.osc.arguments import number, pressed
from installation.control.osc.codec import Argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.interface.knobs import InvalidMessageError, Knobs, SelectedKnob, Value, normalised

SHOWN = 4.0
"""Seconds that a knob is shown after it was picked or turned, and that words are."""
STEPS = 50
"""Steps from one end of a knob to the other."""

COMMANDS = (
    AddressDoc(
        "/knob/pick", "steps", "KnobSelection the knob so many further on, of the scene that plays first; it is shown."
    ),
    AddressDoc("/knob/turn", "steps [address]", f"Turn the knob that is picked, or this; {STEPS} steps are its range."),
    AddressDoc("/knob/reset", "1", "The knob that is picked goes back to its default."),
)


class KnobSelection:
    """Which knob is picked, or which command is to be learned, and until when it is shown."""

    def __init__(self, tree: Knobs) -> None:
        self._tree = tree
        self.scene = ""
        """The scene that plays; its knobs are picked first."""
        self.address = ""
        self.given: tuple[Argument, ...] = ()
        """What goes with a command."""
        self.takes = 0
        """Grows whenever something is taken in hand."""
        self.said = ""
        """What was done with it."""
        self._until = -math.inf
        self._words = ""
        self._words_until = -math.inf

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """What does what is listed in COMMANDS."""
        return {"/knob/pick": self._pick, "/knob/turn": self._turn, "/knob/reset": self._reset}

    def take(self, address: str, given: tuple[Argument, ...] = ()) -> None:
        """Have this knob or command in hand; nothing when empty."""
        self.address, self.given, self.said = address, given, ""
        self.takes += 1

    def show(self, t: float) -> None:
        """Show what is in hand, for a while from show time `t`."""
        self._until = t + SHOWN

    def shows(self, t: float) -> bool:
        """Whether what is in hand is shown."""
        return t <= self._until

    def say(self, words: str, t: float) -> None:
        """Show words for a while, whatever is in hand."""
        self._words, self._words_until = words, t + SHOWN

    def grip(self, t: float, asks: str) -> SelectedKnob | None:
        """What to show at show time `t`, which is something as long as anything is asked for; None for nothing."""
        words = self._words if t <= self._words_until else ""
        if not asks and not self.shows(t):
            return SelectedKnob("", said=words) if words else None
        said = words or self.said or asks
        if self.address not in self._tree:
            return SelectedKnob(self.address, said=said)
        knob, value = self._tree[self.address], self._tree.base(self.address)
        part = normalised(knob, value)
        return SelectedKnob(self.address, _text(value, knob.unit), part if isinstance(part, float) else None, said)

    def _pick(self, message: ReceivedMessage) -> None:
        own = f"/scene/{self.scene}/"
        knobs = [address for address in self._tree if self._tree[address].kind != "colour"]
        here = [address for address in knobs if address.startswith(own)]
        here += [address for address in knobs if not address.startswith("/scene/") or address.count("/") < 3]
        if not here:
            raise InvalidMessageError("there is no knob to pick")
        at, steps = here.index(self.address) if self.address in here else -1, round(number(message))
        # The first step only shows what is picked already.
        if at < 0 or not self.shows(message.time):
            at, steps = max(at, 0), 0
        self.take(here[(at + steps) % len(here)])
        self.show(message.time)

    def _turn(self, message: ReceivedMessage) -> None:
        steps = round(number(message))
        if len(message.arguments) > 1 and message.arguments[1] in self._tree:
            self.take(str(message.arguments[1]))
        address = self._in_hand(message)
        knob, value = self._tree[address], self._tree.base(address)
        if isinstance(value, bool):
            self._tree.turn(address, steps > 0)
        elif isinstance(value, str):
            self._tree.turn(address, knob.choices.index(value) + 1 + steps)
        elif isinstance(value, int):
            self._tree.turn(address, value + steps * max(1, round((knob.high - knob.low) / STEPS)))
        elif isinstance(value, float):
            self._tree.turn(address, value + steps * (knob.high - knob.low) / STEPS)

    def _reset(self, message: ReceivedMessage) -> None:
        if pressed(message):
            address = self._in_hand(message)
            self._tree.turn(address, self._tree[address].default)

    def _in_hand(self, message: ReceivedMessage) -> str:
        if self.address not in self._tree:
            raise InvalidMessageError("no knob is picked")
        self.said = ""
        self.show(message.time)
        return self.address


def _text(value: Value, unit: str) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "#" + "".join(f"{round(255 * channel):02x}" for channel in value)
    return value if isinstance(value, str) else f"{value:.3g} {unit}".strip()
