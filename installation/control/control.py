"""Control: messages of controllers are handled at the start of a frame, and feedback is sent to them after it."""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from installation.control import pulse_commands
from installation.control.controller_lock import ENGAGED, ControllerLock, state_folder
from installation.control.cues.async_writer import AsyncWriter
from installation.control.dispatcher import Dispatcher
from installation.control.echo_filter import EchoFilter
from installation.control.feedback import Feedback
from installation.control.knob_messages import KnobMessages
from installation.control.midi import controllers
from installation.control.midi.controllers import Controllers, MessageHandlers
from installation.control.modulation import Modulation
from installation.control.osc import codec
from installation.control.osc.arguments import is_press
from installation.control.osc.drop_log import DropLog
from installation.control.osc.patterns import PatternError
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage, Receiver
from installation.control.osc.sender import AddressDoc, OutgoingMessage, world_messages
from installation.control.pulse_clocks import PulseClocks
from installation.control.pulse_commands import PulseKnobs
from installation.control.queries import QueryResponder
from installation.control.refusals import Refusals
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import InvalidMessageError, Knob, Knobs, SelectedKnob, Value
from installation.interface.moment import Moment
from installation.interface.pulse import Pulse
from installation.venue.schema import Venue

MAX_QUEUED_MESSAGES = 1_024
"""Messages of keys and MIDI that wait for a frame; above that the oldest are dropped."""
KNOBS = (
    Knob("overlay", False, help="Show the operator's panel over an output for half a minute, where it has no window."),
    Knob("help", False, help="Show what the keys do: in the operator's window, or over an output for half a minute."),
)
"""Knobs below /visitant."""
COMMANDS = (
    AddressDoc(
        ENGAGED, "0 or 1", "Whether controllers are listened to; kept over a restart. With 0 all but this is ignored."
    ),
    AddressDoc("/visitant/still", "1", "Keep a still, where the venue allows it."),
    AddressDoc("/visitant/fullscreen", "1", "Switch the windows between full screen and their size."),
    AddressDoc("/visitant/shutdown", "1", "End the show, if `shutdown` in [osc] of venue.toml says so."),
    *pulse_commands.COMMANDS,
    AddressDoc(
        "/signal/NAME", "number", "The signal NAME, for the knobs that follow it ([[modulation]] in venue.toml)."
    ),
    *controllers.COMMANDS,
)
"""Commands beside the knobs. A press is ignored when its argument is 0, which buttons send on release."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Actions:
    """What the messages of a frame ask of the loop."""

    shutdown: bool = False


# Eighteen attributes: the sockets, files and state that it owns.
class Control:
    """Owns the sockets, the controller lock, learned controllers, the pulse tracker and the modulation of a show."""

    def __init__(
        self,
        venue: Venue,
        tree: Knobs,
        clock: Callable[[], float] = time.monotonic,
        listen: bool = True,
        state: Path | None = None,
    ) -> None:
        """`clock` returns show time. Without `listen`, as for a film, no ports are opened.

        `state` is the folder of files kept over a restart, the user's own when left out. Raises ListenError when the
        port cannot be opened, and UserError for an unknown signal.
        """
        self.tree = tree
        self.tracker = PulseTracker()
        self.drops: Counter[str] = Counter()
        """Messages that were ignored or dropped, by reason."""
        if "/visitant/overlay" not in tree:
            tree.add("/visitant", KNOBS)
        self.clocks = PulseClocks(venue.pulse, self.tracker, clock)
        self._pulse_knobs = PulseKnobs(tree, self.tracker, self.clocks)
        self._modulation = Modulation(venue.modulation)
        self._may_shut_down = venue.osc.shutdown
        self._actions = Actions()
        self._moment = Moment(0.0, 0, 0.0)
        self._value_sources: list[Callable[[], Iterable[OutgoingMessage]]] = []
        self._queue: deque[ReceivedMessage] = deque(maxlen=MAX_QUEUED_MESSAGES)
        self._clock = clock
        self.writer: AsyncWriter | None = None
        """Writes files that are kept over a restart; a film has none."""
        self._receiver: Receiver | None = None
        self._feedback: Feedback | None = None
        knobs = KnobMessages(tree)
        echoes = EchoFilter()
        self.dispatcher = Dispatcher(tree, knobs, self._modulation, echoes)
        commands = self.dispatcher.commands
        commands |= {"/visitant/shutdown": self._shut_down, **pulse_commands.commands(self.tracker, self.clocks)}
        if listen and venue.osc.enabled:
            self._receiver = Receiver(venue.osc.bind, venue.osc.port, venue.osc.allow, commands, clock)
            self.drops = self._receiver.drops
            self._feedback = Feedback(venue, tree, knobs, echoes)
        self.refusals = Refusals(logger, self.drops, lambda: (*tree, *commands))
        self._drop_log = DropLog(logger, self.drops, unlogged=self.refusals.reasons)
        answer = self._receiver.answer if self._receiver is not None else None
        self.dispatcher.queries = QueryResponder(tree, knobs, self._present_values, answer)
        if listen:
            self.writer = AsyncWriter()
            handlers = MessageHandlers(commands, self.dispatcher.act, partial(self.dispatch, sender="midi"))
            file = (venue.folder or state or state_folder()) / "learned.toml"
            self.dispatcher.controllers = Controllers(venue.midi, tree, handlers, file, self.writer)
            commands |= self.dispatcher.controllers.commands()
            self.clocks.connect(self.dispatcher.controllers.ports)
        if self._receiver is not None and self.writer is not None:
            file = (state or state_folder()) / f"engaged-{self._receiver.port}"
            self.dispatcher.lock = ControllerLock(file, self.writer)

    def _present_values(self) -> Iterable[OutgoingMessage]:
        """All values that can be asked for, beside those of knobs."""
        return ((ENGAGED, (self.dispatcher.engaged,)), *world_messages(self._moment), *self._values())

    @property
    def port(self) -> int | None:
        """The port of the receiver; None without one."""
        return self._receiver.port if self._receiver is not None else None

    @property
    def unsent(self) -> int:
        """The number of datagrams that could not be sent to targets."""
        return self._feedback.unsent if self._feedback is not None else 0

    def register_commands(
        self,
        commands: Mapping[str, Callable[[ReceivedMessage], None]],
        values: Callable[[], Iterable[OutgoingMessage]] = tuple,
    ) -> None:
        """Add commands by address; each may raise InvalidMessageError with the reason why it is ignored.

        `values` makes the messages that are sent to targets, and are answers to queries.
        """
        self.dispatcher.commands.update(commands)
        self._value_sources.append(values)

    def dispatch(self, address: str, *arguments: codec.Argument, sender: str = LOCAL_SENDER) -> None:
        """From any thread: queue a message that came by another way than OSC for the next frame."""
        self._queue.append(ReceivedMessage(address, arguments, self._clock(), sender))

    def apply(self, t: float) -> Actions:
        """At the start of a frame: handle all messages that arrived, and return what they ask of the loop."""
        self._drop_log.step(t)
        if self._receiver is None and not self._queue:
            return Actions()
        self.dispatcher.begin_frame()
        self._actions = Actions()
        queued = [self._queue.popleft() for _ in range(len(self._queue))]
        for message in (*queued, *(self._receiver.drain(t) if self._receiver is not None else ())):
            try:
                self.dispatcher.act(message)
            except (InvalidMessageError, PatternError) as error:
                self.refusals.refuse(message, error, t)
                if message.sender == LOCAL_SENDER:
                    self.announce("; ".join(filter(None, (str(error), getattr(error, "remedy", "")))))
        return self._actions

    def pulse(self, t: float) -> Pulse:
        """The pulse at show time `t`."""
        return self._pulse_knobs.step(t)

    def update(self, moment: Moment) -> Mapping[str, Value]:
        """Step the modulation, and return the knobs at this Moment, by address."""
        self.tree.modulate(self._modulation.step(moment, self.tree))
        return self.tree.values

    def send_feedback(self, moment: Moment) -> None:
        """After a frame: send to controllers and targets, when it is due."""
        self._moment = moment
        controllers = self.dispatcher.controllers
        if controllers is not None:
            controllers.update(moment)
        if self._feedback is not None:
            feedback = controllers.osc_feedback if controllers is not None else lambda _: ()
            self._feedback.send(moment, feedback, self._values)

    def announce(self, notice: str) -> None:
        """Show the operator a notice for some seconds."""
        if self.dispatcher.controllers is not None:
            self.dispatcher.controllers.selection.announce(notice, self._clock())

    def selected_knob(self) -> SelectedKnob | None:
        """The selected knob or a notice, for the operator; None when nothing is shown."""
        controllers = self.dispatcher.controllers
        return controllers.learn.snapshot(self._clock()) if controllers is not None else None

    def close(self) -> None:
        """Close all ports and sockets, and write the files that are pending."""
        lock, controllers = self.dispatcher.lock, self.dispatcher.controllers
        self.clocks.close()
        for owned in (self._receiver, self._drop_log, self._feedback, lock, controllers, self.writer):
            if owned is not None:
                owned.close()
        self._receiver = self._feedback = self.writer = None
        self.dispatcher.lock = self.dispatcher.controllers = None

    def _shut_down(self, message: ReceivedMessage) -> None:
        if not self._may_shut_down and message.sender != LOCAL_SENDER:
            raise InvalidMessageError("shutdown is not allowed by venue.toml", "[osc] shutdown = true allows it")
        if is_press(message):
            self._actions = replace(self._actions, shutdown=True)

    def _values(self) -> Iterable[OutgoingMessage]:
        """Values that are neither knobs nor in the Moment."""
        yield "/pulse/sources", self.clocks.states(self._moment.time)
        yield "/health/dropped", (self.drops.total(),)
        yield "/health/refused", (self.refusals.last,)
        yield "/health/unsent", (self.unsent,)
        for values in self._value_sources:
            yield from values()
