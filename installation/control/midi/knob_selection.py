"""Knob selection: a knob is picked and turned in steps by keys, and shown to the operator for some seconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from installation.control.osc.arguments import is_press, number_argument
from installation.control.osc.codec import Argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.interface.knobs import InvalidMessageError, Knobs, SelectedKnob, Value, normalised

DISPLAY_SECONDS = 4.0
"""Time that a knob is shown after it was picked or turned, and that a notice is shown."""
STEPS_PER_RANGE = 50
"""Steps from one end of a knob's range to the other."""

COMMANDS = (
    AddressDoc("/knob/pick", "steps", "Pick the knob so many further on, of the scene that plays first; it is shown."),
    AddressDoc(
        "/knob/turn",
        "steps [address]",
        f"Turn the knob that is picked, or this; {STEPS_PER_RANGE} steps are its range.",
    ),
    AddressDoc("/knob/reset", "1", "The knob that is picked goes back to its default."),
)


class KnobSelection:
    """The knob that is selected, or the command that is to be learned, and until when it is shown."""

    def __init__(self, tree: Knobs) -> None:
        self._tree = tree
        self.scene = ""
        """The scene that plays; its knobs are picked first."""
        self.address = ""
        """The selected knob or command; empty for none."""
        self.arguments: tuple[Argument, ...] = ()
        """The arguments of a selected command."""
        self.revision = 0
        """Grows with every selection."""
        self.message = ""
        """What was done with the selected knob."""
        self._shown_until = -math.inf
        self._notice = ""
        self._notice_until = -math.inf

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """The handlers of COMMANDS, by address."""
        return {"/knob/pick": self._pick, "/knob/turn": self._turn, "/knob/reset": self._reset}

    def select(self, address: str, arguments: tuple[Argument, ...] = ()) -> None:
        """Select a knob or a command; an empty address selects nothing."""
        self.address, self.arguments, self.message = self._tree.aliases.canonical(address), arguments, ""
        self.revision += 1

    def say(self, message: str) -> None:
        """Set what was done with the selected knob; it replaces a notice, which is older."""
        self.message = message
        self._notice_until = -math.inf

    def show(self, t: float) -> None:
        """Show the selected knob for DISPLAY_SECONDS from show time `t`."""
        self._shown_until = t + DISPLAY_SECONDS

    def is_shown(self, t: float) -> bool:
        """Whether the selected knob is shown at show time `t`."""
        return t <= self._shown_until

    def announce(self, notice: str, t: float) -> None:
        """Show a notice for DISPLAY_SECONDS from show time `t`, whatever is selected."""
        self._notice, self._notice_until = notice, t + DISPLAY_SECONDS

    def snapshot(self, t: float, prompt: str) -> SelectedKnob | None:
        """What the operator is shown at show time `t`; None for nothing. A non-empty `prompt` is always shown."""
        notice = self._notice if t <= self._notice_until else ""
        if not prompt and not self.is_shown(t):
            return SelectedKnob("", said=notice) if notice else None
        message = notice or self.message or prompt
        if self.address not in self._tree:
            return SelectedKnob(self.address, said=message)
        knob, value = self._tree[self.address], self._tree.base(self.address)
        position = normalised(knob, value)
        return SelectedKnob(
            self.address, _value_text(value, knob.unit), position if isinstance(position, float) else None, message
        )

    def _pick(self, message: ReceivedMessage) -> None:
        own = f"/scene/{self.scene}/"
        knobs = [address for address in self._tree if self._tree[address].kind != "colour"]
        selectable = [address for address in knobs if address.startswith(own)]
        selectable += [address for address in knobs if not address.startswith("/scene/") or address.count("/") < 3]
        if not selectable:
            raise InvalidMessageError("there is no knob to pick")
        index = selectable.index(self.address) if self.address in selectable else -1
        steps = round(number_argument(message))
        # The first step only shows the knob that is already selected.
        if index < 0 or not self.is_shown(message.time):
            index, steps = max(index, 0), 0
        self.select(selectable[(index + steps) % len(selectable)])
        self.show(message.time)

    def _turn(self, message: ReceivedMessage) -> None:
        steps = round(number_argument(message))
        if len(message.arguments) > 1 and message.arguments[1] in self._tree:
            self.select(str(message.arguments[1]))
        address = self._show_selected(message)
        knob, value = self._tree[address], self._tree.base(address)
        if isinstance(value, bool):
            self._tree.turn(address, steps > 0)
        elif isinstance(value, str):
            self._tree.turn(address, knob.choices.index(value) + 1 + steps)
        elif isinstance(value, int):
            self._tree.turn(address, value + steps * max(1, round((knob.high - knob.low) / STEPS_PER_RANGE)))
        elif isinstance(value, float):
            self._tree.turn(address, value + steps * (knob.high - knob.low) / STEPS_PER_RANGE)

    def _reset(self, message: ReceivedMessage) -> None:
        if is_press(message):
            address = self._show_selected(message)
            self._tree.turn(address, self._tree[address].default)

    def _show_selected(self, message: ReceivedMessage) -> str:
        """Show the selected knob and return its address; raises InvalidMessageError when there is none."""
        if self.address not in self._tree:
            raise InvalidMessageError("no knob is picked")
        self.message = ""
        self.show(message.time)
        return self.address


def _value_text(value: Value, unit: str) -> str:
    """Format a value for the operator."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "#" + "".join(f"{round(255 * channel):02x}" for channel in value)
    return value if isinstance(value, str) else f"{value:.3g} {unit}".strip()
