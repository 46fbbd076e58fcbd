"""The hand that plays: what is learned, the MIDI devices it is learned from, and the knob that keys have picked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from pathlib import Path

from installation.control import knob_selection
from installation.control.cues.async_writer import AsyncWriter
from installation.control.knob_selection import KnobSelection
from installation.control.midi import learn
from installation.control.midi.devices import PREFIX, MidiPorts
from installation.control.midi.learn import Learn
from installation.control.osc.codec import Argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import OutgoingMessage
from installation.control.osc.targets import RateLimiter
from installation.interface.knobs import Knobs
from installation.interface.moment import Moment
from installation.venue.schema import MidiSection as Devices

RATE = 30.0
"""Times a second that MIDI devices are told of knobs."""
COMMANDS = (*learn.COMMANDS, *knob_selection.COMMANDS)


class Hand:
    """Owns the MIDI ports; what they send goes the way of all messages."""

    def __init__(
        self,
        devices: Devices,
        tree: Knobs,
        known: Container[str],
        act: Callable[[ReceivedMessage], None],
        enter: Callable[[str, Argument], None],
        file: Path,
        keeper: AsyncWriter,
    ) -> None:
        """`known` are the commands, which `act` gives; `enter` takes what MIDI sends; `file` remembers."""
        self._tree = tree
        self.pick = KnobSelection(tree)
        self.learn = Learn(tree, known, act, self.pick, file, keeper)
        self._midi = MidiPorts(devices.devices, enter) if devices.enabled else None
        self._pace = RateLimiter(RATE)
        self._arrivals = 0
        self._told = 0

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """What does what is listed in COMMANDS."""
        return {**self.learn.commands(), **self.pick.commands()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong with what is learned and with MIDI, in words."""
        midi = (self._midi.note,) if self._midi is not None and self._midi.note else ()
        return (*self.learn.notes, *midi)

    def told(self, changed: Collection[str]) -> list[OutgoingMessage]:
        """What the learned OSC controllers of these knobs are to be told."""
        return [line for line in self.learn.told(changed) if not line[0].startswith(PREFIX)]

    def tell(self, moment: Moment) -> None:
        """After a frame: bring MIDI controllers to where their knobs stand, when it is time to."""
        self.pick.scene = moment.programme.scene
        if self._midi is None or not self._pace.due(moment.time):
            return
        if self._arrivals != self._midi.arrivals:
            self._arrivals, self._told = self._midi.arrivals, 0
        changed, self._told = self._tree.changed_since(self._told)
        self._midi.tell([line for line in self.learn.told(changed) if line[0].startswith(PREFIX)])

    def close(self) -> None:
        """Close the ports."""
        if self._midi is not None:
            self._midi.close()
