"""A player's desk for the tests of learning: a tree of knobs, the learner and its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from installation.control.cues.async_writer import AsyncWriter
from installation.control.midi.devices import decode_midi
from installation.control.midi.knob_selection import KnobSelection
from installation.control.midi.learn import Learn
from installation.control.midi.mapping_store import MappingStore
from installation.control.midi.soft_takeover import SoftTakeover
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage
from installation.interface.knobs import Knob, Knobs

FADER, PAD = "/midi/nanokontrol2/1/cc/7", "/midi/mpk_mini/10/note/36"
SWELL = "/scene/tide/swell"


class Desk:
    """A player's side: gives commands, moves controllers."""

    def __init__(self, folder: Path) -> None:
        self.tree = Knobs()
        self.tree.add(
            "/scene/tide",
            (
                Knob("swell", 0.5, 0.0, 2.0),
                Knob("boats", 3, 1, 9),
                Knob("mood", "calm", choices=("calm", "storm", "ebb")),
                Knob("ink", (0.1, 0.2, 0.3)),
            ),
        )
        self.tree.add("/scene/loom", (Knob("warp", 0.5),))
        self.tree.add("/master", (Knob("blackout", False),))
        self.given: list[tuple[str, tuple[Any, ...]]] = []
        self.t = 1.0
        self.writer = AsyncWriter()
        self.file = folder / "learned.toml"
        known = ("/cue/go", "/preset/morph", "/preset/recall")
        self.pick = KnobSelection(self.tree)
        self.pick.scene = "tide"
        self.store = MappingStore(self.tree, known, self.file, self.writer)
        self.learn = Learn(self.tree, self.pick, self.store, SoftTakeover(self.tree, self.take))

    def take(self, message: ReceivedMessage) -> None:
        self.given.append((message.address, message.arguments))

    def give(self, address: str, *arguments: Any) -> None:
        commands = {**self.learn.commands(), **self.pick.commands()}
        commands[address](ReceivedMessage(address, arguments, self.t, LOCAL_SENDER))

    def move(self, address: str, *values: Any) -> bool:
        """One message of a controller, 20 ms after the one before."""
        self.t += 0.02
        return self.learn.handle(ReceivedMessage(address, values, self.t, "midi"))

    def midi(self, *messages: tuple[int, int, int]) -> None:
        """Messages as a device sends them."""
        for message in messages:
            decoded = decode_midi("desk", message)
            assert decoded is not None
            self.move(*decoded)

    def sweep(self, address: str, start: float = 0.6, end: float = 1.0) -> None:
        """Move a fader from one position to another."""
        for step in range(9):
            self.move(address, start + (end - start) * step / 8)

    def teach(self, turns: str, controller: str, *given: Any) -> None:
        self.give("/learn/touch", turns, *given)
        self.sweep(controller) if "/note/" not in controller else self.move(controller, 1.0)
        assert self.store.find(controller) is not None
        self.give("/learn/on", 0)
        self.given.clear()
        self.t += 3.0

    @property
    def learned(self) -> list[tuple[str, str]]:
        return [(each.controller, each.turns) for each in self.store.mappings]

    def swell(self) -> float:
        value = self.tree.base(SWELL)
        assert isinstance(value, float)
        return value
