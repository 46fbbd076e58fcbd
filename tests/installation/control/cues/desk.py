"""A show of one scene with its presets and cues, for the tests of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from installation.control import pulse_commands
from installation.control.cues.async_writer import AsyncWriter
from installation.control.cues.cue_book import CommandLinks, CueBook, SceneLinks
from installation.control.osc.codec import Argument
from installation.control.osc.receiver import ReceivedMessage
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import InvalidMessageError, Knob, Knobs

RATE = 30.0
KNOBS = (
    Knob("swell", 0.5, 0.0, 2.0),
    Knob("mood", "calm", choices=("calm", "storm")),
    Knob("ink", (0.0, 0.0, 0.0)),
)
SWELL, MOOD, INK = "/scene/tide/swell", "/scene/tide/mood", "/scene/tide/ink"


class Desk:
    """A show of one scene, with the artist's files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.tree = Knobs()
        self.tree.add("/scene/tide", KNOBS)
        self.tree.add("/master", (Knob("blackout", False), Knob("freeze", False)))
        self.writer = AsyncWriter()
        self.scenes: list[str] = []
        self.tree.add("/scene", (Knob("hold", False), Knob("manual_fade", False)))
        self.tree.add("/pulse", pulse_commands.KNOBS)
        self.driving = False
        self.ended_changes = 0
        self.given: list[tuple[str, Any]] = []
        own = {"tide/high": {SWELL: 2.0}, "tide/low": {SWELL: 0.0, "/scene/tide/swel": 1.0}}
        commands = CommandLinks(
            ("/pulse/double", "/pulse/tap", "/signal/fog", "/cue/go", "/visitant/shutdown"),
            self.take,
            {
                "/painter/style": Knob("style", "mosaic", choices=("mosaic", "mist")),
                "/painter/strength": Knob("strength", 0.5),
            },
        )
        links = SceneLinks(
            ("tide", "loom"),
            lambda scene, _: self.scenes.append(scene),
            own,
            drive=partial(setattr, self, "driving"),
            drives=lambda: self.driving,
            end_change=self.end_change,
            commands=commands,
        )
        self.book = CueBook(self.tree, folder, self.writer, links)
        self.commands = self.book.commands()
        self.tracker = PulseTracker()
        self.t = 0.0

    def take(self, address: str, value: Any, t: float) -> None:
        if value == "wrong":
            raise InvalidMessageError("not a number", "give one")
        self.given.append((address, value))

    def end_change(self) -> None:
        self.ended_changes += 1

    def send(self, address: str, *arguments: Argument) -> None:
        self.commands[address](ReceivedMessage(address, arguments, self.t, None))

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds * RATE)):
            self.t += 1 / RATE
            self.book.step(self.t, self.tracker.step(self.t))

    def close(self) -> None:
        self.book.close()
        self.writer.close()

    @property
    def told(self) -> dict[str, Any]:
        return {address: arguments[0] for address, arguments in self.book.values()}

    def base(self, *addresses: str) -> tuple[Any, ...]:
        return tuple(self.tree.base(address) for address in addresses)


def wait_for(what: Callable[[], bool]) -> None:
    """Let the threads have their turn, for ten seconds at most."""
    end = time.monotonic() + 10.0
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)
