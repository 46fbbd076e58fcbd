"""Controllers: MIDI ports, learned mappings, and the selected knob, wired together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from installation.control.cues.async_writer import AsyncWriter
from installation.control.midi import knob_selection, learn
from installation.control.midi.composites import MAX_14_BIT, is_composite
from installation.control.midi.devices import MIDI_PREFIX, MidiPorts
from installation.control.midi.knob_selection import KnobSelection
from installation.control.midi.learn import Learn
from installation.control.midi.mapping_store import MappingStore
from installation.control.midi.soft_takeover import SoftTakeover
from installation.control.osc.codec import Argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import OutgoingMessage
from installation.control.osc.targets import RateLimiter
from installation.interface.knobs import Knobs
from installation.interface.moment import Moment
from installation.venue.schema import MidiSection

FEEDBACK_RATE_HZ = 30.0
"""How often MIDI devices get the positions of knobs that changed."""
COMMANDS = (*learn.COMMANDS, *knob_selection.COMMANDS)


@dataclass(frozen=True, slots=True)
class MessageHandlers:
    """Where messages go that controllers cause."""

    commands: Collection[str]
    """The addresses of all commands."""
    act: Callable[[ReceivedMessage], None]
    """Handles a message at once."""
    dispatch: Callable[[str, Argument], None]
    """Takes address and position of a MIDI message from any thread, for the next frame."""


class Controllers:
    """Owns the MIDI ports; their messages are handled like all others."""

    def __init__(
        self, devices: MidiSection, tree: Knobs, handlers: MessageHandlers, file: Path, writer: AsyncWriter
    ) -> None:
        """Learned mappings are read from `file` and saved by `writer`."""
        self._tree = tree
        self.selection = KnobSelection(tree)
        self._store = MappingStore(tree, handlers.commands, file, writer)
        self._takeover = SoftTakeover(tree, handlers.act)
        self.learn = Learn(tree, self.selection, self._store, self._takeover)
        self._midi = MidiPorts(devices.devices, handlers.dispatch) if devices.enabled else None
        self._rate_limiter = RateLimiter(FEEDBACK_RATE_HZ)
        self._arrivals = 0
        self._sent_version = 0

    @property
    def ports(self) -> MidiPorts | None:
        """The MIDI ports; None where the venue has MIDI switched off."""
        return self._midi

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """The handlers of COMMANDS, by address."""
        return {**self.learn.commands(), **self.selection.commands()}

    def osc_feedback(self, changed: Collection[str]) -> list[OutgoingMessage]:
        """The messages to learned OSC controllers whose knobs changed."""
        return [message for message in self._store.feedback(changed) if not message[0].startswith(MIDI_PREFIX)]

    def update(self, moment: Moment) -> None:
        """After a frame: send the positions of changed knobs to MIDI devices, when it is due."""
        self.selection.scene = moment.programme.scene
        self._store.update()
        # Only now: knobs and commands are added after the file was read.
        self._store.report_problems()
        if self._midi is None or not self._rate_limiter.due(moment.time):
            return
        if self._arrivals != self._midi.arrivals:
            self._arrivals, self._sent_version = self._midi.arrivals, 0
        changed, self._sent_version = self._tree.changed_since(self._sent_version)
        feedback = self._store.feedback(changed)
        self._midi.send([each for each in feedback if each[0].startswith(MIDI_PREFIX) and not self._is_there(*each)])

    def _is_there(self, controller: str, arguments: tuple[int | float | str, ...]) -> bool:
        """Whether a composite controller stands where it would be sent; ports know that of plain ones."""
        position = self._takeover.position(controller) if is_composite(controller) else None
        part = arguments[0]
        return position is not None and isinstance(part, float) and abs(part - position) < 1.0 / MAX_14_BIT

    def close(self) -> None:
        """Close the ports."""
        self._store.close()
        if self._midi is not None:
            self._midi.close()
