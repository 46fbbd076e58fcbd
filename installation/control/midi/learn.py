"""Learn mode: select a knob or command, move a controller, and from then on the controller turns it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from installation.control.midi.composites import CompositeControllers
from installation.control.midi.devices import MIDI_PREFIX
from installation.control.midi.knob_selection import KnobSelection
from installation.control.midi.mapping_file import MAX_MAPPINGS, ControllerMapping
from installation.control.midi.mapping_store import MappingStore
from installation.control.midi.members import member_reading
from installation.control.midi.moving_controllers import Found, MovingControllers, Wanted
from installation.control.midi.relative import STEPS, EncodingEvidence
from installation.control.midi.soft_takeover import BUTTON, FADER_COMMANDS, SoftTakeover
from installation.control.osc.arguments import number_argument
from installation.control.osc.codec import Argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.interface.knobs import InvalidMessageError, Knobs, SelectedKnob

AMEND_SECONDS = 1.0
"""Pause of a controller after which nothing more is learned of it, but that it is an encoder."""
MAX_COMMAND_ARGUMENTS = 8
"""Arguments that a learned command may have."""
_CONTROLLER_ADDRESS = re.compile(r"/[!-~]{1,199}( [!-~]{1,40})?")

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
        self._moving = MovingControllers()
        self._composites = CompositeControllers()
        self._evidence = EncodingEvidence()
        self.on = False
        self._begun_revision = self._learned_revision = -1
        """The revisions of the selection for which a controller is looked for, and that has learned one."""
        self._newest: tuple[ControllerMapping, float] | None = None
        """What was learned last, and when its controller sent its last message; more messages may add to it."""

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
        """Learn a controller by its messages, or apply its mapping; False when it has none."""
        waits = self._waits_for_controller
        if waits and self._begun_revision != self._selection.revision:
            self._begun_revision = self._selection.revision
            self._moving.begin(message.time)
        self._moving.observe(message.address, message.time)
        member = member_reading(message)
        if member is not None:
            self._moving.observe(member.address, message.time)
        handled = member is not None and self._handle(member, waits)
        first = message.arguments[0] if message.arguments else None
        if not isinstance(first, (int, float)) or not math.isfinite(first):
            return handled
        if not message.address.startswith(MIDI_PREFIX):
            return self._handle(message, waits and self._waits_for_controller) or handled
        readings = self._composites.readings(message.address, first)
        # What selects the parameter of an NRPN is handled by this.
        handled = not readings
        for address, value in readings:
            arguments = message.arguments if address == message.address else (value,)
            handled = self._handle(message._replace(address=address, arguments=arguments), waits) or handled
            waits = self._waits_for_controller
        return handled

    def snapshot(self, t: float) -> SelectedKnob | None:
        """What the operator is shown of the selected knob at show time `t`; None for nothing."""
        knob = self._selection.snapshot(t, self.prompt)
        if knob is None or knob.part is None:
            return knob
        controllers = [each.controller for each in self._store.mappings if each.turns == knob.address]
        return replace(knob, reach=self._takeover.waiting_position(controllers, knob.address))

    @property
    def prompt(self) -> str:
        """What the person who learns is to do next; empty while nothing is learned."""
        if not self._waits_for_controller:
            return "turn a knob, or pick one" if self.on else ""
        nearest = self._moving.nearest if self._begun_revision == self._selection.revision else ""
        hint = f"; {nearest} was heard, move it further" if nearest else ""
        return f"move {self._wanted.value}{hint}"

    @property
    def _waits_for_controller(self) -> bool:
        """Whether the selected knob or command learns the next controller that moves."""
        return self.on and bool(self._selection.address) and self._selection.revision != self._learned_revision

    @property
    def _wanted(self) -> Wanted:
        """The kind of controller that the selected knob or command learns."""
        turns = self._selection.address
        if turns not in self._tree:
            return Wanted.POSITION if turns in FADER_COMMANDS else Wanted.BUTTON
        kinds = {"switch": Wanted.BUTTON, "choice": Wanted.CHOICE, "colour": Wanted.COLOUR}
        return kinds.get(self._tree[turns].kind, Wanted.POSITION)

    def _handle(self, message: ReceivedMessage, waits: bool) -> bool:
        """Learn by one reading of a controller, or apply its mapping."""
        if waits and self._learn(message):
            return True
        self._amend(message)
        mapping = self._store.find(message.address)
        if mapping is None:
            return waits and self._moving.has_moved(message.address)
        if mapping.relative not in ("", STEPS) and message.address.startswith(MIDI_PREFIX):
            value = number_argument(message)
            encoding = self._evidence.encoding(mapping.controller, mapping.relative, round(value * 127))
            if not encoding:
                return True
            if encoding != mapping.relative:
                mapping = replace(mapping, relative=encoding)
                self._keep(mapping, value, message.time)
        if mapping.turns in self._tree:
            # A fader that is about to be learned anew does not turn its former knob on the way.
            if waits and self._moving.has_moved(message.address) and not BUTTON.fullmatch(message.address):
                return True
            has_position = self._takeover.turn_knob(mapping, message)
            selection = self._selection
            if has_position and mapping.turns == selection.address and selection.is_shown(message.time):
                selection.show(message.time)
        elif self._store.is_command(mapping.turns):
            self._takeover.send_command(mapping, message)
        return True

    def _learn(self, message: ReceivedMessage) -> bool:
        """Map the controller that is moved to the selected knob or command, once it is known."""
        numbers = tuple(each for each in message.arguments if isinstance(each, (int, float)) and math.isfinite(each))
        if len(numbers) < len(message.arguments) or not _CONTROLLER_ADDRESS.fullmatch(message.address):
            return False
        wanted = self._wanted
        found = self._moving.found(message.address, numbers, wanted)
        if found is None:
            return False
        if self._store.is_full(found.controller):
            self._selection.say(f"{MAX_MAPPINGS} controllers are learned; forget one first")
            return False
        before = self._store.find(found.controller)
        mapping = ControllerMapping(
            found.controller, self._selection.address, self._selection.arguments, found.span, found.encoding
        )
        if before is not None and before.relative:
            mapping = replace(mapping, span=before.span, relative=before.relative)
        elif before is not None and before.span != (0.0, 1.0) and not found.encoding:
            # Its ends were written by hand, or seen before.
            mapping = replace(mapping, span=before.span)
        self._learned_revision = self._selection.revision
        self._keep(mapping, found.value, message.time)
        if before is not None:
            self._newest = None
        return True

    def _keep(self, mapping: ControllerMapping, value: float, t: float) -> None:
        """Save a mapping that was learned or is known better now."""
        self._takeover.learned(mapping, value)
        self._evidence.forget(mapping.controller)
        self._newest = mapping, t
        kind = f" ({mapping.relative} encoder)" if mapping.relative else ""
        self._selection.say(f"learned {mapping.controller}{kind}")
        self._selection.show(t)
        self._store.add(mapping)

    def _amend(self, message: ReceivedMessage) -> None:
        """Know what was learned last better by a further message: the other half of a pair, an encoder's other way, a
        value beyond the ends."""
        if self._newest is None:
            return
        mapping, received = self._newest
        t, address, value = message.time, message.address, message.arguments[0]
        late = t - received > AMEND_SECONDS
        if self._store.find(mapping.controller) != mapping:
            self._newest = None
            return
        if address == mapping.controller and not late:
            self._newest = mapping, t
        assert isinstance(value, (int, float))
        known = Found(mapping.controller, value, mapping.span, mapping.relative)
        found = self._moving.amended(known, address, value, late)
        if found is None or self._store.find(address) not in (None, mapping):
            return
        if found.controller != mapping.controller:
            self._store.remove(mapping.controller)
            self._takeover.forget(mapping.controller)
        better = replace(mapping, controller=found.controller, span=found.span, relative=found.encoding)
        self._keep(better, found.value, t)

    def _switch(self, message: ReceivedMessage) -> None:
        self.on = number_argument(message) >= 0.5 if message.arguments else not self.on
        # The selected knob learns; without one, the next knob that is turned.
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
