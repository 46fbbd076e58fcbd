"""Learning: touch a knob, move a controller, and from then on the one turns the other, by soft takeover."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import replace
from pathlib import Path

from installation.control.cues.async_writer import AsyncWriter
from installation.control.knob_selection import KnobSelection
from installation.control.midi import mapping_file as memory
from installation.control.midi.mapping_file import ControllerMapping
from installation.control.osc.arguments import number
from installation.control.osc.codec import Argument
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage
from installation.control.osc.sender import AddressDoc, OutgoingMessage
from installation.interface.knobs import InvalidMessageError, Knobs, SelectedKnob, Value, from_normalised, normalised

NEAR = 1.5 / 127
"""Of a knob's range: a controller so near to the knob's value takes hold. Controllers tell 128 places."""
FELT = 0.5 / 127
"""Of a knob's range: a controller that differs by less agrees with the knob already."""
PRESS = re.compile(r"/midi/[^/]+/\d+/note/\d+")
"""What is pressed and let go; every other controller has a place where it stands."""
FADERS = ("/preset/morph",)
"""Commands that follow the place of a controller, after what is given with them; all others are pressed."""
GIVEN = 8
"""What a learned command may be given, at most."""
_ADDRESS = re.compile(r"/[!-~]{1,199}")

COMMANDS = (
    AddressDoc(
        "/learn/on", "0 or 1, or none", "Learn: the next knob that is turned learns the next controller that moves."
    ),
    AddressDoc("/learn/touch", "address, and what to give", "This is the knob, or the command, that learns."),
    AddressDoc(
        "/learn/forget", "address, or none", "Forget what a knob or controller has learned; the knob that is picked."
    ),
)


class Learn:
    """What is learned, and which controllers have hold of their knobs."""

    def __init__(
        self,
        tree: Knobs,
        known: Container[str],
        act: Callable[[ReceivedMessage], None],
        pick: KnobSelection,
        file: Path,
        keeper: AsyncWriter,
    ) -> None:
        """`known` are the commands, which `act` gives; what is picked learns, and `file` remembers it."""
        self._tree = tree
        self._known = known
        self._act = act
        self._file = file
        self._keeper = keeper
        self._memory = memory.read(file)
        self._learned = dict(self._memory.learned)
        self._places: dict[str, float] = {}
        """Where each controller was last seen, 0..1."""
        self._held: dict[str, Value] = {}
        """What each controller that has hold of its knob turned it to last."""
        self._pick = pick
        self.on = False
        self._taught = -1
        """Which take of what is in hand has learned its controller."""

    @property
    def learned(self) -> tuple[ControllerMapping, ...]:
        """All that is learned, in the order of the file."""
        return tuple(self._learned.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong with the file, in words for whoever wrote it."""
        strangers = self._memory.strangers
        lost = (strangers[one] for one in self.learned if one in strangers and not self._sensible(one.turns))
        return tuple(str(problem) for problem in (*self._memory.problems, *lost))

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """What does what is listed in COMMANDS."""
        return {
            "/learn/on": self._switch,
            "/learn/touch": self._touch,
            "/learn/forget": self._forget,
        }

    def touched(self, address: str) -> None:
        """Somebody has turned this knob at its address."""
        if self.on and address != self._pick.address:
            self._pick.take(address)

    def hear(self, message: ReceivedMessage) -> bool:
        """Take what comes from a controller: learn it, or let it turn what it has learned. False: nobody knows it."""
        if self._waits and self._bind(message):
            return True
        one = self._learned.get(message.address)
        if one is None:
            return False
        if one.turns in self._known:
            self._give(one, message)
        elif one.turns in self._tree:
            self._move(one, message)
        return True

    def told(self, changed: Collection[str]) -> list[OutgoingMessage]:
        """What the controllers of these knobs are to be told, so that faders and lamps follow."""
        lines: list[OutgoingMessage] = []
        those = set(changed)
        for one in self._learned.values() if those else ():
            if one.turns in those and one.turns in self._tree:
                part = normalised(self._tree[one.turns], self._tree.base(one.turns))
                lines.append((one.controller, part if isinstance(part, tuple) else (one.sent(part),)))
        return lines

    def grip(self, t: float) -> SelectedKnob | None:
        """What to show at show time `t`; None for nothing."""
        asks = "move a controller" if self._waits else "turn a knob, or pick one" if self.on else ""
        grip = self._pick.grip(t, asks)
        return replace(grip, reach=self._reach(grip.address)) if grip is not None and grip.part is not None else grip

    def _reach(self, address: str) -> float | None:
        """Where a controller of this knob stands, if one was moved and none has hold of it."""
        own = [one.controller for one in self._learned.values() if one.turns == address]
        if any(self._held.get(controller) == self._tree.base(address) for controller in own):
            return None
        return next((self._places[controller] for controller in own if controller in self._places), None)

    @property
    def _waits(self) -> bool:
        """Whether what is in hand learns the next controller that moves."""
        return self.on and bool(self._pick.address) and self._pick.takes != self._taught

    def _bind(self, message: ReceivedMessage) -> bool:
        """What is picked learns this controller, if it can be one."""
        address, turns = message.address, self._pick.address
        numbers = [given for given in message.arguments if isinstance(given, (int, float)) and math.isfinite(given)]
        if not numbers or len(numbers) < len(message.arguments) or not _ADDRESS.fullmatch(address):
            return False
        if PRESS.fullmatch(address) and not numbers[0]:
            return False
        if turns in self._tree and self._tree[turns].kind == "colour" and len(numbers) < 3:
            self._pick.said = "a colour learns from what sends three numbers"
            return False
        if address not in self._learned and len(self._learned) >= memory.MOST:
            self._pick.said = f"{memory.MOST} controllers are learned; forget one first"
            return False
        one = ControllerMapping(address, turns, self._pick.given)
        self._learned[address], self._places[address] = one, one.part(numbers[0])
        self._held.pop(address, None)
        self._taught, self._pick.said = self._pick.takes, f"learned {address}"
        self._pick.show(message.time)
        self._keep()
        return True

    def _give(self, one: ControllerMapping, message: ReceivedMessage) -> None:
        """Give the command that is learned: a fader's place, or once whenever the controller comes up to the middle."""
        place = one.part(number(message))
        before = 0.0 if PRESS.fullmatch(one.controller) else self._places.get(one.controller, 0.0)
        self._places[one.controller] = place
        if one.turns in FADERS:
            self._act(ReceivedMessage(one.turns, (*one.given, place), message.time, LOCAL_SENDER))
        elif before < 0.5 <= place or (place > 0.0 and PRESS.fullmatch(one.controller)):
            self._act(ReceivedMessage(one.turns, one.given, message.time, LOCAL_SENDER))

    def _move(self, one: ControllerMapping, message: ReceivedMessage) -> None:
        """Turn a knob, as soon as the controller passes where the knob stands."""
        tree, value = self._tree, self._tree.base(one.turns)
        part = normalised(tree[one.turns], value)
        if isinstance(part, tuple):
            tree.turn(one.turns, message.arguments)
            return
        place, before = one.part(number(message)), self._places.get(one.controller)
        if PRESS.fullmatch(one.controller):
            if place > 0.0:
                self._press(one.turns, place)
            return
        self._places[one.controller] = place
        if isinstance(value, bool):
            tree.turn(one.turns, place >= 0.5)
            return
        held = self._held.pop(one.controller, None) == value
        passes = abs(place - part) <= NEAR or (before is not None and (before - part) * (place - part) <= 0.0)
        if held or passes or from_normalised(tree[one.turns], place) == value:
            if abs(place - part) >= FELT:
                tree.turn_normalised(one.turns, place)
            self._held[one.controller] = tree.base(one.turns)
        if one.turns == self._pick.address and self._pick.shows(message.time):
            self._pick.show(message.time)

    def _press(self, address: str, place: float) -> None:
        """A key turns a switch over, goes on to the next choice, and sets a number as hard as it is hit."""
        knob, value = self._tree[address], self._tree.base(address)
        if isinstance(value, bool):
            self._tree.turn(address, not value)
        elif isinstance(value, str):
            self._tree.turn(address, knob.choices[(knob.choices.index(value) + 1) % len(knob.choices)])
        else:
            self._tree.turn_normalised(address, place)

    def _switch(self, message: ReceivedMessage) -> None:
        self.on = number(message) >= 0.5 if message.arguments else not self.on
        # What is on the wall is what learns; otherwise the next knob that is turned.
        self._pick.take(self._pick.address if self._pick.shows(message.time) else "")

    def _touch(self, message: ReceivedMessage) -> None:
        address = message.arguments[0] if message.arguments else ""
        if not isinstance(address, str) or not (address in self._tree or address in self._known):
            raise InvalidMessageError("no knob or command at this address")
        given = message.arguments[1:]
        if len(given) > GIVEN or not all(_writable(argument) for argument in given):
            raise InvalidMessageError(f"a command is given up to {GIVEN} numbers and texts")
        self.on = True
        self._pick.take(address, given)

    def _forget(self, message: ReceivedMessage) -> None:
        which = message.arguments[0] if message.arguments else self._pick.address
        lost = [one.controller for one in self.learned if which in (one.controller, one.turns)]
        if not lost:
            raise InvalidMessageError("nothing is learned of this")
        for controller in lost:
            del self._learned[controller]
            self._held.pop(controller, None)
            self._places.pop(controller, None)
        self._pick.say(f"forgot {lost[0] if len(lost) == 1 else f'{len(lost)} controllers'}", message.time)
        self._keep()

    def _sensible(self, address: str) -> bool:
        """Whether an address means something, if only in a scene that does not play here."""
        if address in self._tree or address in self._known:
            return True
        scene = "/".join(address.split("/")[:3]) + "/"
        return scene.startswith("/scene/") and not any(known.startswith(scene) for known in self._tree)

    def _keep(self) -> None:
        if self._memory.text:
            # What could not be read is not lost for whoever wrote it.
            self._keeper.keep(self._file.with_name(f"{self._file.name}.old"), self._memory.text)
            self._memory = replace(self._memory, text="")
        self._keeper.keep(self._file, memory.written(self._learned.values()))


def _writable(argument: Argument) -> bool:
    """Whether it can stand in a file: a finite number, or a text that prints."""
    if isinstance(argument, str):
        return argument.isprintable() and len(argument) < 200
    return isinstance(argument, (int, float)) and math.isfinite(argument)
