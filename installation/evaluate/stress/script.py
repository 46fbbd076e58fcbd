"""The script of a rehearsal: timed events, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

EventKind = Literal[
    "change", "cancel", "cue", "preset", "dark", "shader", "fault", "kill", "stop", "resize", "fullscreen"
]

CHANGE_SECONDS = 5.0
"""Time between two changes of scene."""
EDIT_SECONDS = 3.0
"""Time between two shaders that are saved; every other one is broken, and mended by the next."""
HARM_SECONDS = 20.0
"""Time between two children that are killed or stopped."""
FIRST_HARM_SECONDS = 10.0
"""Time before the first child is killed or stopped: by then all have started."""
BLACKOUT_SECONDS = 60.0
"""Time between two blackouts."""
WINDOW_SECONDS = 20.0
"""Time between two other sizes of the windows, and between two switches to full screen."""
FULLSCREEN_SECONDS = 5.0
"""How long the windows fill the display."""
CALM_SECONDS = 30.0
"""Time at the end in which no shader is edited: those that were saved last are sound, and should be on the wall."""


@dataclass(frozen=True, slots=True)
class ScriptEvent:
    """Something that happens to the show."""

    time: float
    """Seconds from the first frame."""
    kind: EventKind
    number: int
    """A random number, which selects the scene, shader or child."""


def script(seconds: float, seed: int, windows: bool = False) -> list[ScriptEvent]:
    """Return all events of so many seconds, in order of time; with those of `windows` where there are some."""
    dice = random.Random(seed)
    events: list[ScriptEvent] = []

    def every(period: float, begin: float, kinds: Sequence[EventKind], end: float = seconds, times: int = 1) -> None:
        for number in range(int(max(0.0, end - begin) // (times * period)) * times):
            events.append(ScriptEvent(begin + number * period, kinds[number % len(kinds)], dice.randrange(1 << 30)))

    every(CHANGE_SECONDS, CHANGE_SECONDS, ("change",))
    every(EDIT_SECONDS, 2.0, ("fault", "shader"), seconds - CALM_SECONDS, times=2)
    every(HARM_SECONDS, FIRST_HARM_SECONDS, ("kill", "stop", "kill"))
    every(BLACKOUT_SECONDS, 0.5 * BLACKOUT_SECONDS, ("dark",))
    every(7.0, 4.0, ("preset", "cue", "cancel"))
    if windows:
        every(WINDOW_SECONDS, 0.4 * WINDOW_SECONDS, ("resize",))
        for begin in (0.7 * WINDOW_SECONDS, 0.7 * WINDOW_SECONDS + FULLSCREEN_SECONDS):
            every(WINDOW_SECONDS, begin, ("fullscreen",))
    return sorted(events, key=lambda event: event.time)
