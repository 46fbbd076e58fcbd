"""Soft takeover: a learned controller turns its knob only once it has passed the knob's value; buttons and commands."""

from __future__ import annotations

import re
from collections.abc import Callable

from installation.control.midi.mapping_file import ControllerMapping
from installation.control.osc.arguments import number_argument
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage
from installation.interface.knobs import Knobs, Value, from_normalised, normalised

PICKUP_DISTANCE = 1.5 / 127
"""Of a knob's range: a controller this close to the knob's value picks it up. A controller has 128 positions."""
DEADBAND = 0.5 / 127
"""Of a knob's range: a controller of 7 bits that differs by less agrees with the knob already."""
FINE_DEADBAND = 0.5 / 16_383
"""The same for every other controller."""
COARSE = re.compile(r"/midi/[^/]+/\d+/cc/\d+")
"""Controllers of 7 bits."""
STEPS_PER_RANGE = 127
"""Steps of an encoder from one end of a knob's range to the other."""
BUTTON = re.compile(r"/midi/[^/]+/\d+/note/\d+")
"""Controllers that are pressed and released; every other one has a position."""
FADER_COMMANDS = ("/preset/morph",)
"""Commands that get the controller's position as their last argument; all others are sent when it is pressed."""


class SoftTakeover:
    """Turns knobs and sends commands by controllers; keeps their positions, and which have picked up their knob."""

    def __init__(self, tree: Knobs, act: Callable[[ReceivedMessage], None]) -> None:
        """`act` handles the message of a command."""
        self._tree = tree
        self._act = act
        self._positions: dict[str, float] = {}
        """The last position of each controller, 0..1."""
        self._picked_up: dict[str, Value] = {}
        """The value to which each controller that has picked up its knob turned it last."""

    def learned(self, mapping: ControllerMapping, value: float) -> None:
        """Note that a controller which sends `value` has a new mapping."""
        self._picked_up.pop(mapping.controller, None)
        self._positions.pop(mapping.controller, None)
        if not mapping.relative:
            self._positions[mapping.controller] = mapping.position(value)

    def forget(self, controller: str) -> None:
        """Drop the state of a controller."""
        self._picked_up.pop(controller, None)
        self._positions.pop(controller, None)

    def position(self, controller: str) -> float | None:
        """The last position of a controller, 0..1; None when it was not moved."""
        return self._positions.get(controller)

    def waiting_position(self, controllers: list[str], address: str) -> float | None:
        """The position of the first of a knob's controllers that was moved; None when one has picked up the knob."""
        if any(self._picked_up.get(controller) == self._tree.base(address) for controller in controllers):
            return None
        return next((self._positions[each] for each in controllers if each in self._positions), None)

    def send_command(self, mapping: ControllerMapping, message: ReceivedMessage) -> None:
        """Send the mapped command: with a fader's position, or once whenever the controller rises to the middle."""
        if mapping.relative:
            self._send_command_by_steps(mapping, message)
            return
        position = mapping.position(number_argument(message))
        is_button = BUTTON.fullmatch(mapping.controller)
        before = 0.0 if is_button else self._positions.get(mapping.controller, 0.0)
        self._positions[mapping.controller] = position
        if mapping.turns in FADER_COMMANDS:
            self._act(ReceivedMessage(mapping.turns, (*mapping.arguments, position), message.time, LOCAL_SENDER))
        elif before < 0.5 <= position or (position > 0.0 and is_button):
            self._act(ReceivedMessage(mapping.turns, mapping.arguments, message.time, LOCAL_SENDER))

    def turn_knob(self, mapping: ControllerMapping, message: ReceivedMessage) -> bool:
        """Turn the mapped knob, a number once the controller passes its value. Return whether it has a position."""
        tree, value = self._tree, self._tree.base(mapping.turns)
        knob = tree[mapping.turns]
        if mapping.relative:
            self._turn_by_steps(mapping.turns, mapping.steps(number_argument(message)))
            return True
        part = normalised(knob, value)
        if isinstance(part, tuple):
            tree.turn(mapping.turns, message.arguments)
            return False
        position, before = mapping.position(number_argument(message)), self._positions.get(mapping.controller)
        if BUTTON.fullmatch(mapping.controller):
            if position > 0.0:
                self._press(mapping.turns, position)
            return False
        self._positions[mapping.controller] = position
        if isinstance(value, bool):
            tree.turn(mapping.turns, position >= 0.5)
            return False
        held = self._picked_up.pop(mapping.controller, None) == value
        is_close = abs(position - part) <= PICKUP_DISTANCE
        passes = is_close or (before is not None and (before - part) * (position - part) <= 0.0)
        if held or passes or from_normalised(knob, position) == value:
            coarse = COARSE.fullmatch(mapping.controller) is not None
            if abs(position - part) >= (DEADBAND if coarse else FINE_DEADBAND):
                tree.turn_normalised(mapping.turns, position)
            self._picked_up[mapping.controller] = tree.base(mapping.turns)
        return True

    def _send_command_by_steps(self, mapping: ControllerMapping, message: ReceivedMessage) -> None:
        """Send the command of an encoder: with the position to which its steps add up, or when it turns clockwise."""
        steps = mapping.steps(number_argument(message))
        arguments = mapping.arguments
        if mapping.turns in FADER_COMMANDS:
            before = self._positions.get(mapping.controller, 0.0)
            self._positions[mapping.controller] = position = min(max(before + steps / STEPS_PER_RANGE, 0.0), 1.0)
            arguments = (*arguments, position)
        elif steps <= 0.0:
            return
        self._act(ReceivedMessage(mapping.turns, arguments, message.time, LOCAL_SENDER))

    def _turn_by_steps(self, address: str, steps: float) -> None:
        """Turn a knob by an encoder's steps: a choice by one each, a number by its range in STEPS_PER_RANGE."""
        knob, value = self._tree[address], self._tree.base(address)
        if not steps or isinstance(value, tuple):
            return
        if isinstance(value, bool):
            self._tree.turn(address, steps > 0.0)
        elif isinstance(value, str):
            self._tree.turn(address, knob.choices.index(value) + 1 + (1 if steps > 0.0 else -1))
        else:
            step = (knob.high - knob.low) / STEPS_PER_RANGE
            whole = isinstance(value, int)
            self._tree.turn(address, value + steps * (max(1, round(step)) if whole else step))

    def _press(self, address: str, position: float) -> None:
        """Toggle a switch, take the next choice, or set a number to the button's velocity."""
        knob, value = self._tree[address], self._tree.base(address)
        if isinstance(value, bool):
            self._tree.turn(address, not value)
        elif isinstance(value, str):
            self._tree.turn(address, knob.choices[(knob.choices.index(value) + 1) % len(knob.choices)])
        else:
            self._tree.turn_normalised(address, position)
