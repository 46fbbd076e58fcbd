"""Learn mode: select a knob or command, move a controller, and from then on the controller turns it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from installation.control.midi.knob_selection import KnobSelection
from installation.control.midi.mapping_file import MAX_MAPPINGS, ControllerMapping
from installation.control.midi.mapping_store import MappingStore
from installation.control.midi.soft_takeover import BUTTON, SoftTakeover
from installation.control.osc.arguments import number_argument
from installation.control.osc.codec import Argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.interface.knobs import InvalidMessageError, Knobs, SelectedKnob

MAX_COMMAND_ARGUMENTS = 8
"""Arguments that a learned command may have."""
_CONTROLLER_ADDRESS = re.compile(r"/[!-~]{1,199}")

COMMANDS = (
    AddressDoc(
        "/learn/on", "0 or 1, or none", "Learn: the next knob that is turned learns the next controller that moves."
    ),
    AddressDoc("/learn/touch", "address, and what to give", "This is the knob, or the command, that learns."),
    AddressDoc(
        "/learn/forget",
        "address, or none",
        "Forget what a knob or controller has learned; the knob that is picked.",
    ),
)


class Learn:
    """Learn mode, and the handling of messages from learned controllers."""

    def __init__(self, tree: Knobs, selection: KnobSelection, store: MappingStore, takeover: SoftTakeover) -> None:
        self._tree = tree
        self._selection = selection
        self._store = store
        self._takeover = takeover
        self.on = False
        self._learned_revision = -1
        """The revision of the selection that has learned its controller."""

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """The handlers of COMMANDS, by address."""
        return {
            "/learn/on": self._switch,
            "/learn/touch": self._touch,
            "/learn/forget": self._forget,
        }

    def knob_turned(self, address: str) -> None:
        """Select a knob that was turned at its address, in learn mode."""
        if self.on and self._tree.aliases.canonical(address) != self._selection.address:
            self._selection.select(address)

    def handle(self, message: ReceivedMessage) -> bool:
        """Learn a controller by its message, or apply its mapping; False when it has none."""
        if self._waits_for_controller and self._learn(message):
            return True
        mapping = self._store.find(message.address)
        if mapping is None:
            return False
        if self._store.is_command(mapping.turns):
            self._takeover.send_command(mapping, message)
        elif mapping.turns in self._tree:
            has_position = self._takeover.turn_knob(mapping, message)
            selection = self._selection
            if has_position and mapping.turns == selection.address and selection.is_shown(message.time):
                selection.show(message.time)
        return True

    def snapshot(self, t: float) -> SelectedKnob | None:
        """What the overlay shows of the selected knob at show time `t`; None for nothing."""
        waits = self._waits_for_controller
        prompt = "move a controller" if waits else "turn a knob, or pick one" if self.on else ""
        knob = self._selection.snapshot(t, prompt)
        if knob is None or knob.part is None:
            return knob
        controllers = [each.controller for each in self._store.mappings if each.turns == knob.address]
        return replace(knob, reach=self._takeover.waiting_position(controllers, knob.address))

    @property
    def _waits_for_controller(self) -> bool:
        """Whether the selected knob or command learns the next controller that moves."""
        return self.on and bool(self._selection.address) and self._selection.revision != self._learned_revision

    def _learn(self, message: ReceivedMessage) -> bool:
        """Map the message's controller to the selected knob or command; False when it cannot be mapped."""
        controller, turns = message.address, self._selection.address
        numbers = [each for each in message.arguments if isinstance(each, (int, float)) and math.isfinite(each)]
        if not numbers or len(numbers) < len(message.arguments) or not _CONTROLLER_ADDRESS.fullmatch(controller):
            return False
        if BUTTON.fullmatch(controller) and not numbers[0]:
            return False
        if turns in self._tree and self._tree[turns].kind == "colour" and len(numbers) < 3:
            self._selection.say("a colour learns from what sends three numbers")
            return False
        if self._store.is_full(controller):
            self._selection.say(f"{MAX_MAPPINGS} controllers are learned; forget one first")
            return False
        mapping = ControllerMapping(controller, turns, self._selection.arguments)
        self._takeover.learned(mapping, numbers[0])
        self._learned_revision = self._selection.revision
        self._selection.say(f"learned {controller}")
        self._selection.show(message.time)
        self._store.add(mapping)
        return True

    def _switch(self, message: ReceivedMessage) -> None:
        self.on = number_argument(message) >= 0.5 if message.arguments else not self.on
        # The knob on the wall learns; without one, the next knob that is turned.
        self._selection.select(self._selection.address if self._selection.is_shown(message.time) else "")

    def _touch(self, message: ReceivedMessage) -> None:
        address = message.arguments[0] if message.arguments else ""
        if not isinstance(address, str) or not (address in self._tree or self._store.is_command(address)):
            raise InvalidMessageError("no knob or command at this address", "docs/osc.md lists all")
        arguments = message.arguments[1:]
        if len(arguments) > MAX_COMMAND_ARGUMENTS or not all(_is_writable(argument) for argument in arguments):
            raise InvalidMessageError(f"a command is given up to {MAX_COMMAND_ARGUMENTS} numbers and texts")
        self.on = True
        self._selection.select(address, arguments)

    def _forget(self, message: ReceivedMessage) -> None:
        removed = self._store.remove(message.arguments[0] if message.arguments else self._selection.address)
        if not removed:
            raise InvalidMessageError("nothing is learned of this", "give a controller, or a knob that one turns")
        for controller in removed:
            self._takeover.forget(controller)
        count = len(removed)
        self._selection.announce(f"forgot {removed[0] if count == 1 else f'{count} controllers'}", message.time)


def _is_writable(argument: Argument) -> bool:
    """Whether an argument can be written to a file: a finite number, or a text that prints."""
    if isinstance(argument, str):
        return argument.isprintable() and len(argument) < 200
    return isinstance(argument, (int, float)) and math.isfinite(argument)
