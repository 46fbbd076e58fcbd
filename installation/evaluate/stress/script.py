"""The script: what happens when, as a seed has it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["change", "cancel", "cue", "preset", "dark", "shader", "fault", "kill", "stop"]

CHANGE = 5.0
"""Seconds between two changes of scene."""
EDIT = 3.0
"""Seconds between two shaders that are saved; every other one is broken, and mended by the next."""
HARM = 20.0
"""Seconds between two children that are killed or stopped."""
BEGIN = 10.0
"""Seconds before the first harm: children that were never there cannot be lost."""
DARK = 60.0
"""Seconds between two blackouts."""
CALM = 30.0
"""Seconds at the end in which no shader is edited: those that were saved last are sound, and should be on the wall."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens to the show."""

    time: float
    """Seconds from the first frame."""
    kind: Kind
    number: int
    """A random number: which scene, shader or child."""


def script(seconds: float, seed: int) -> list[Act]:
    """Everything that happens in so many seconds, in order of time."""
    dice = random.Random(seed)
    acts: list[Act] = []

    def every(period: float, begin: float, kinds: Sequence[Kind], end: float = seconds, times: int = 1) -> None:
        for number in range(int(max(0.0, end - begin) // (times * period)) * times):
            acts.append(Act(begin + number * period, kinds[number % len(kinds)], dice.randrange(1 << 30)))

    every(CHANGE, CHANGE, ("change",))
    every(EDIT, 2.0, ("fault", "shader"), seconds - CALM, times=2)
    every(HARM, BEGIN, ("kill", "stop", "kill"))
    every(DARK, 0.5 * DARK, ("dark",))
    every(7.0, 4.0, ("preset", "cue", "cancel"))
    return sorted(acts, key=lambda act: act.time)
