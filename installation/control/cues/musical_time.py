"""Musical time: a moment in seconds, beats and bars at once, deadlines on any of the three, and their quantisation."""

from __future__ import annotations

import math
from dataclasses import dataclass

from installation.interface.pulse import Pulse

TIME_UNITS = ("seconds", "beats", "bars")


@dataclass(frozen=True, slots=True)
class MusicalTime:
    """A moment in all TIME_UNITS."""

    seconds: float = 0.0
    """Show time."""
    beat: float = 0.0
    bar: float = 0.0
    beats_per_second: float = 2.0
    beats_per_bar: int = 4

    @classmethod
    def of(cls, t: float, pulse: Pulse) -> MusicalTime:
        """Show time `t` with the pulse at that time."""
        return cls(t, pulse.beat, pulse.bar, pulse.tempo / 60.0, pulse.beats_a_bar)

    def shifted(self, seconds: float) -> MusicalTime:
        """This time plus `seconds` at the same tempo."""
        beats = seconds * self.beats_per_second
        bar = self.bar + beats / self.beats_per_bar
        return MusicalTime(self.seconds + seconds, self.beat + beats, bar, self.beats_per_second, self.beats_per_bar)

    def value(self, unit: str) -> float:
        """The time in one of TIME_UNITS."""
        return {"seconds": self.seconds, "beats": self.beat, "bars": self.bar}[unit]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time in one of TIME_UNITS that lies ahead."""

    unit: str
    value: float

    def reached(self, before: MusicalTime, now: MusicalTime) -> MusicalTime | None:
        """The time at which the deadline was reached, never earlier than `before`; None when it was not by `now`.

        A fade that begins on a beat thus has its full length, whenever the frame came.
        """
        over = now.value(self.unit) - self.value
        if over < 0:
            return None
        units_per_second = {
            "seconds": 1.0,
            "beats": now.beats_per_second,
            "bars": now.beats_per_second / now.beats_per_bar,
        }[self.unit]
        return now.shifted(-min(over / units_per_second, max(0.0, now.seconds - before.seconds)))


def quantised(now: MusicalTime, unit: str) -> Deadline:
    """The next whole beat or bar, `now` included; `now` itself in seconds."""
    value = now.value(unit)
    return Deadline(unit, value if unit == "seconds" else math.ceil(value))


def deadline_after(now: MusicalTime, unit: str, length: float) -> Deadline:
    """The deadline `length` seconds, beats or bars after `now`."""
    return Deadline(unit, now.value(unit) + length)


class MusicalClock:
    """The musical time of the newest frame."""

    def __init__(self) -> None:
        self.now = MusicalTime()

    def advance(self, t: float, pulse: Pulse) -> MusicalTime:
        """Set the time of a new frame, and return that of the frame before."""
        before, self.now = self.now, MusicalTime.of(t, pulse)
        return before

    def time_of_message(self, seconds: float) -> MusicalTime:
        """The musical time of a message that came at show time `seconds`, at the tempo of the newest frame."""
        return self.now.shifted(max(0.0, seconds - self.now.seconds))
