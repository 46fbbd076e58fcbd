"""Dispatcher of messages: to knobs, commands, signals, queries, and learned controllers."""

from __future__ import annotations

from collections.abc import Callable

from installation.control.controller_lock import ENGAGED, ControllerLock
from installation.control.echo_filter import EchoFilter
from installation.control.knob_messages import NORMALISED, KnobMessages
from installation.control.midi.controllers import Controllers
from installation.control.midi.devices import MIDI_PREFIX
from installation.control.modulation import Modulation
from installation.control.osc.arguments import number_argument
from installation.control.osc.patterns import is_pattern
from installation.control.osc.receiver import LOCAL_SENDER, SIGNAL_PREFIX, ReceivedMessage
from installation.control.queries import GET, QueryResponder
from installation.interface.knobs import NORMALISED_PREFIX, InvalidMessageError, Knobs


class Dispatcher:
    """Handles each message by its address."""

    def __init__(self, tree: Knobs, knobs: KnobMessages, modulation: Modulation, echoes: EchoFilter) -> None:
        """`echoes` recognises what peers send back as it was sent, which is passed over."""
        self._tree = tree
        self._echoes = echoes
        self._knobs = knobs
        self._modulation = modulation
        self.commands: dict[str, Callable[[ReceivedMessage], None]] = {ENGAGED: self._engage}
        """Handlers by address; each may raise InvalidMessageError."""
        self.queries: QueryResponder | None = None
        self.lock: ControllerLock | None = None
        self.controllers: Controllers | None = None
        self.keyboard: Callable[[ReceivedMessage], bool] | None = None
        """Takes the notes of a MIDI keyboard; returns whether a message was one."""

    @property
    def engaged(self) -> bool:
        """Whether messages of controllers are accepted."""
        return self.lock is None or self.lock.engaged

    def begin_frame(self) -> None:
        """Renew the budgets of a frame."""
        self._knobs.begin_frame()
        if self.queries is not None:
            self.queries.begin_frame()

    def act(self, message: ReceivedMessage) -> None:
        """Handle one message; raises InvalidMessageError or PatternError with the reason why it is ignored."""
        address = message.address
        if address.endswith(GET) and self.queries is not None:
            self.queries.answer(message)
        elif address == ENGAGED:
            self._engage(message)
        elif not self.engaged and message.sender != LOCAL_SENDER:
            raise InvalidMessageError("controllers are shut out", f"{ENGAGED} 1 lets them in")
        elif message.sender != LOCAL_SENDER and self._echoes.is_echo(message):
            return
        # The tempo is a knob, and has a command that refuses what the knob would clamp.
        elif address in self.commands:
            self.commands[address](message)
            self._note_turned(address)
        elif address in self._tree:
            self._turn(message, address)
        elif is_pattern(address):
            self._knobs.turn_matching(message)
        elif address.startswith(NORMALISED):
            self._turn(message, address.removeprefix(NORMALISED_PREFIX))
        elif address.startswith(SIGNAL_PREFIX):
            self._modulation.receive(message)
        elif (self.keyboard is not None and self.keyboard(message)) or self._echoes.is_output(message):
            return
        elif message.sender == LOCAL_SENDER or self.controllers is None or not self.controllers.learn.handle(message):
            if address.startswith(MIDI_PREFIX):
                raise InvalidMessageError("nothing has learned this controller", "/learn/on, or L, learns it")
            raise InvalidMessageError("no knob at this address")

    def _turn(self, message: ReceivedMessage, address: str) -> None:
        self._knobs.turn(message, address)
        self._note_turned(address)

    def _note_turned(self, address: str) -> None:
        if self.controllers is not None and address in self._tree:
            self.controllers.learn.knob_turned(address)

    def _engage(self, message: ReceivedMessage) -> None:
        if self.lock is not None:
            self.lock.set_engaged(number_argument(message) >= 0.5)
