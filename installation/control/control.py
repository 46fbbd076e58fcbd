"""Control: what controllers ask is applied at the start of a frame, and what they are told is sent after it."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from installation.control import pulse_commands
from installation.control.cues.async_writer import AsyncWriter
from installation.control.midi import controllers
from installation.control.midi.controllers import Hand
from installation.control.modulation import Modulation
from installation.control.osc import codec
from installation.control.osc.arguments import number, pressed, value
from installation.control.osc.lock import ControllerLock, state_folder
from installation.control.osc.patterns import PatternError, PatternMatcher, is_pattern
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage, Receiver
from installation.control.osc.sender import AddressDoc, OutgoingMessage, Sender, world_lines
from installation.control.vmc.sender import BodySender
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import (
    NORMALISED_PREFIX,
    InvalidMessageError,
    Knob,
    Knobs,
    SelectedKnob,
    Value,
    normalised,
)
from installation.interface.moment import Moment
from installation.interface.pulse import Pulse
from installation.venue.schema import Venue

PATTERN_STEPS = 10_000
"""What one frame may spend on patterns: about a millisecond, or eight hundred knobs found and turned."""
ANSWERS = 512
"""Answers to /get that one frame gives."""
ENTERED = 1_024
"""Messages of keys and MIDI that wait for a frame; above that the oldest go."""
KNOBS = (
    Knob("overlay", False, help="Show frame rate, visitors and errors on the wall."),
    Knob("help", False, help="Show what the keys do on the wall."),
)
"""Stand below /visitant."""

TWINS = f"{NORMALISED_PREFIX}/"
ENGAGED = "/visitant/engaged"
COMMANDS = (
    AddressDoc(
        ENGAGED, "0 or 1", "Whether controllers are listened to; kept over a restart. With 0 all but this is ignored."
    ),
    AddressDoc("/visitant/still", "1", "Keep a still, where the venue allows it."),
    AddressDoc("/visitant/shutdown", "1", "End the show, if `shutdown` in [osc] of venue.toml says so."),
    *pulse_commands.COMMANDS,
    AddressDoc(
        "/signal/NAME", "number", "The signal NAME, for the knobs that follow it ([[modulation]] in venue.toml)."
    ),
    *controllers.COMMANDS,
)
"""All that is listened to beside the knobs. A trigger is ignored when 0 is sent with it, as buttons do on release."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What controllers ask of the loop in this frame."""

    shutdown: bool = False


class Control:
    """Owns the sockets, the engaged switch, what is learned, the pulse and the modulation of one installation."""

    def __init__(
        self,
        venue: Venue,
        tree: Knobs,
        clock: Callable[[], float] = time.monotonic,
        listen: bool = True,
        state: Path | None = None,
    ) -> None:
        """`clock` gives show time. A film does not `listen`.

        `state` is the folder that remembers, the user's own when left out. Raises ListenError when the port cannot
        be opened, and Trouble for an unknown signal.
        """
        self.tree = tree
        self.tracker = PulseTracker()
        self.drops: Counter[str] = Counter()
        """How many messages were not acted on, by reason."""
        if "/visitant/overlay" not in tree:
            tree.add("/visitant", KNOBS)
        self._modulation = Modulation(venue.modulation)
        self._may_shut_down = venue.osc.shutdown
        self._actions = Actions()
        self._moment = Moment(0.0, 0, 0.0)
        self._patterns = PatternMatcher(())
        self._shape = -1
        self._answers = 0
        self._told = 0
        self._others: list[Callable[[], Iterable[OutgoingMessage]]] = []
        self.keeper: AsyncWriter | None = None
        """Writes down what a restart is to remember; a film remembers nothing."""
        self._hand: Hand | None = None
        self._entered: deque[ReceivedMessage] = deque(maxlen=ENTERED)
        self._clock = clock
        self._engaged: ControllerLock | None = None
        self._receiver: Receiver | None = None
        self._sender: Sender | None = None
        self._bodies: BodySender | None = None
        self._commands: dict[str, Callable[[ReceivedMessage], None]] = {
            ENGAGED: self._engage,
            "/visitant/shutdown": self._shut_down,
            **pulse_commands.commands(self.tracker),
        }
        if listen and venue.osc.enabled:
            self._receiver = Receiver(venue.osc.bind, venue.osc.port, venue.osc.allow, self._commands, clock)
            self.drops = self._receiver.drops
            self._sender = Sender(venue.osc.targets, venue.osc.rate, venue.osc.joints)
            self._bodies = BodySender(venue.osc, venue.eye.visitors * len(venue.cameras))
        if listen:
            self.keeper = AsyncWriter()
            learned = (venue.folder or state or state_folder()) / "learned.toml"
            enter = partial(self.enter, sender="midi")
            self._hand = Hand(venue.midi, tree, self._commands, self.act, enter, learned, self.keeper)
            self._commands.update(self._hand.commands())
        if self._receiver is not None and self.keeper is not None:
            self._engaged = ControllerLock((state or state_folder()) / f"engaged-{self._receiver.port}", self.keeper)

    @property
    def port(self) -> int | None:
        """The port that is listened on."""
        return self._receiver.port if self._receiver is not None else None

    @property
    def losses(self) -> int:
        """Datagrams that could not be sent to targets."""
        return sum(told.losses for told in (self._sender, self._bodies) if told is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the technician should know, in words."""
        notes = tuple(note for owned in (self.keeper, self._hand) if owned is not None for note in owned.notes)
        if self._engaged is None:
            return notes
        shut_out = "" if self._engaged.on else f"controllers are shut out; {ENGAGED} 1 lets them in"
        return (*(note for note in (self._engaged.note, shut_out) if note), *notes)

    def obey(
        self,
        commands: Mapping[str, Callable[[ReceivedMessage], None]],
        told: Callable[[], Iterable[OutgoingMessage]] = tuple,
    ) -> None:
        """Listen to more commands, by address; each may raise Refused with the reason why it is not done.

        `told` gives what controllers are told of them.
        """
        self._commands.update(commands)
        self._others.append(told)

    def enter(self, address: str, *arguments: codec.Argument, sender: str = LOCAL_SENDER) -> None:
        """From any thread: a message that came by another way than OSC, to be acted on in the next frame."""
        self._entered.append(ReceivedMessage(address, arguments, self._clock(), sender))

    def apply(self, t: float) -> Actions:
        """At the start of a frame: act on all that came in; what concerns the loop is given back."""
        if self._receiver is None and not self._entered:
            return Actions()
        self.begin()
        entered = [self._entered.popleft() for _ in range(len(self._entered))]
        for message in (*entered, *(self._receiver.drain(t) if self._receiver is not None else ())):
            try:
                self.act(message)
            except (InvalidMessageError, PatternError) as reason:
                self.drops[str(reason)] += 1
                if message.sender == LOCAL_SENDER:
                    self.say(str(reason))
        return self._actions

    def begin(self) -> None:
        """Grant what one frame may spend."""
        if self._shape != self.tree.shape:
            self._shape = self.tree.shape
            self._patterns = PatternMatcher(self.tree)
        self._patterns.grant(PATTERN_STEPS)
        self._answers = ANSWERS
        self._actions = Actions()

    def act(self, message: ReceivedMessage) -> None:
        """Act on one message; raises Refused or PatternError with the reason why not."""
        address = message.address
        if address.endswith("/get"):
            self._answer(message, address.removesuffix("/get"))
        elif address == ENGAGED:
            self._engage(message)
        elif self._engaged is not None and not self._engaged.on and message.sender != LOCAL_SENDER:
            raise InvalidMessageError("controllers are shut out")
        elif address in self.tree:
            self._turn(message, address)
        elif address in self._commands:
            self._commands[address](message)
        elif is_pattern(address):
            self._turn_all(message)
        elif address.startswith(TWINS):
            self._turn(message, address.removeprefix(NORMALISED_PREFIX))
        elif address.startswith("/signal/"):
            self._hear(message)
        elif message.sender == LOCAL_SENDER or self._hand is None or not self._hand.learn.hear(message):
            raise InvalidMessageError("no knob at this address")

    def pulse(self, t: float) -> Pulse:
        """The pulse at show time `t`."""
        return self.tracker.step(t)

    def knobs(self, moment: Moment) -> Mapping[str, Value]:
        """What the knobs are at this Moment, modulation included."""
        self.tree.modulate(self._modulation.step(moment, self.tree))
        return self.tree.values

    def tell(self, moment: Moment) -> None:
        """After a frame: tell the targets, when it is time to."""
        self._moment = moment
        if self._hand is not None:
            self._hand.tell(moment)
        if self._sender is None or self._bodies is None:
            return
        self._bodies.tell(moment)
        if not self._sender.due(moment.time):
            return
        changed, self._told = self.tree.changed_since(self._told)
        more: list[OutgoingMessage] = [line for address in changed for line in self._both(address)]
        if self._hand is not None:
            more += self._hand.told(changed)
        self._sender.tell(moment, (*more, *self._own()))

    def say(self, words: str) -> None:
        """Show words on the wall for a while."""
        if self._hand is not None:
            self._hand.pick.say(words, self._clock())

    def grip(self) -> SelectedKnob | None:
        """The knob that somebody has in hand, for the overlay."""
        return self._hand.learn.grip(self._clock()) if self._hand is not None else None

    def close(self) -> None:
        """Free the port, give back the sockets, and write down what is left to write."""
        for owned in (self._receiver, self._sender, self._bodies, self._hand, self.keeper):
            if owned is not None:
                owned.close()
        self._receiver = self._sender = self._bodies = self._engaged = self._hand = self.keeper = None

    def _turn(self, message: ReceivedMessage, address: str) -> None:
        """Turn a knob; a switch that is sent nothing is turned over."""
        if not message.arguments and address in self.tree and isinstance(before := self.tree.base(address), bool):
            self.tree.turn(address, not before)
        elif address == message.address:
            self.tree.turn(address, value(message))
        else:
            self.tree.turn_normalised(address, value(message))
        if self._hand is not None:
            self._hand.learn.touched(address)

    def _turn_all(self, message: ReceivedMessage) -> None:
        twin = message.address.startswith(TWINS)
        given = value(message)
        for address in self._matching(message.address):
            if twin:
                self.tree.turn_normalised(address, given)
            else:
                self.tree.turn(address, given)

    def _matching(self, pattern: str) -> tuple[str, ...]:
        """The knobs that a pattern means; commands are never meant."""
        found = self._patterns.find(pattern.removeprefix(NORMALISED_PREFIX) if pattern.startswith(TWINS) else pattern)
        if not found:
            raise InvalidMessageError("no knob at this address")
        return found

    def _answer(self, message: ReceivedMessage, address: str) -> None:
        lines: list[OutgoingMessage]
        natural = address.removeprefix(NORMALISED_PREFIX) if address.startswith(TWINS) else address
        if address == ENGAGED:
            lines = [(ENGAGED, (self._engaged is None or self._engaged.on,))]
        elif natural in self.tree:
            lines = [self._both(natural)[natural != address]]
        elif is_pattern(address):
            lines = [self._both(found)[natural != address] for found in self._matching(address)]
        else:
            lines = [line for line in (*world_lines(self._moment), *self._own()) if line[0] == address]
        if not lines:
            raise InvalidMessageError("no knob at this address")
        for line in lines:
            self._answers -= 1
            if self._answers < 0:
                raise InvalidMessageError("too many answers asked for")
            if self._receiver is not None:
                self._receiver.answer(codec.encode(*line), message.sender)

    def _own(self) -> Iterable[OutgoingMessage]:
        """What is told beside the Moment and the knobs."""
        yield "/health/dropped", (self.drops.total(),)
        yield "/health/unsent", (self.losses,)
        for told in self._others:
            yield from told()

    def _both(self, address: str) -> tuple[OutgoingMessage, OutgoingMessage]:
        """A knob's base value at its own address and at its twin."""
        value = self.tree.base(address)
        part = normalised(self.tree[address], value)
        return (
            (address, value if isinstance(value, tuple) else (value,)),
            (NORMALISED_PREFIX + address, part if isinstance(part, tuple) else (part,)),
        )

    def _engage(self, message: ReceivedMessage) -> None:
        if self._engaged is not None:
            self._engaged.turn(number(message) >= 0.5)

    def _shut_down(self, message: ReceivedMessage) -> None:
        if not self._may_shut_down and message.sender != LOCAL_SENDER:
            raise InvalidMessageError("shutdown is not allowed by venue.toml")
        if pressed(message):
            self._actions = replace(self._actions, shutdown=True)

    def _hear(self, message: ReceivedMessage) -> None:
        name = message.address.removeprefix("/signal/")
        if name not in self._modulation.heard:
            raise InvalidMessageError("no knob follows this signal")
        self._modulation.heard[name] = number(message)
