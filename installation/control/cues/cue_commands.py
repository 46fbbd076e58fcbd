"""Commands of cues over OSC: go, back, jump and panic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from installation.control.cues.cue import parse_number
from installation.control.cues.musical_time import MusicalClock, MusicalTime
from installation.control.cues.player import CuePlayer
from installation.control.osc.arguments import is_press
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.interface.knobs import InvalidMessageError, Knob, Knobs

SAFE_PRESET = "safe"
"""The preset that panic applies over the defaults, where it exists."""
QUANTISE_UNITS = {"off": "seconds", "beat": "beats", "bar": "bars"}

KNOBS = (
    Knob("quantise", "off", choices=tuple(QUANTISE_UNITS), help="Whether go, back and jump wait for a beat or bar."),
)
COMMANDS = (
    AddressDoc("/cue/go", "1", "The next cue of cues.toml; one that waits to begin its fade begins."),
    AddressDoc("/cue/back", "1", "The state before this cue; one that waits for its beat is called off."),
    AddressDoc("/cue/jump", "number", "This cue, with all that those before it bring."),
    AddressDoc(
        "/cue/release", "1", "The playlist goes on, and what waits is called off; the next go takes over again."
    ),
    AddressDoc(
        "/cue/panic",
        "1",
        f"The preset {SAFE_PRESET} over all defaults, at once: nothing glides, no blackout, no freeze; a scene change "
        "under way ends where it began, and hold, manual_fade and quantise are off. The place in the cues stays.",
    ),
)


class CueCommands:
    """Plays cues, and notes a panic."""

    def __init__(self, tree: Knobs, player: CuePlayer, clock: MusicalClock) -> None:
        self._tree = tree
        self._player = player
        self._clock = clock
        self.panic_requested = False

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """The handlers of COMMANDS, by address."""
        return {
            "/cue/go": partial(self._on_press, lambda now: self._player.go(now, self._unit)),
            "/cue/back": partial(self._on_press, lambda now: self._player.back(now, self._unit)),
            "/cue/jump": self._jump,
            "/cue/release": partial(self._on_press, self._release),
            "/cue/panic": partial(self._on_press, self._request_panic),
        }

    @property
    def _unit(self) -> str:
        return QUANTISE_UNITS[str(self._tree.base("/cue/quantise"))]

    def _on_press(self, act: Callable[[MusicalTime], None], message: ReceivedMessage) -> None:
        if is_press(message):
            act(self._clock.time_of_message(message.time))

    def _jump(self, message: ReceivedMessage) -> None:
        number = parse_number(message.arguments[0]) if message.arguments else None
        if number is None:
            raise InvalidMessageError("no number of a cue", 'give one such as "1" or "1.2.3"')
        self._player.jump(number, self._clock.time_of_message(message.time), self._unit)

    def _release(self, _: MusicalTime) -> None:
        self._player.release()

    def _request_panic(self, _: MusicalTime) -> None:
        self.panic_requested = True
