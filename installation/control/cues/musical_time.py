"""An instant in seconds, in beats and in bars at once, and marks on any of the three that lie ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass

from installation.interface.pulse import Pulse

TIME_UNITS = ("seconds", "beats", "bars")


@dataclass(frozen=True, slots=True)
class MusicalTime:
    """When something is."""

    time: float = 0.0
    """Show time, s."""
    beat: float = 0.0
    bar: float = 0.0
    second: float = 2.0
    """Beats in one second."""
    beats_a_bar: int = 4

    @classmethod
    def of(cls, t: float, pulse: Pulse) -> MusicalTime:
        """Show time `t`, with the pulse as it is then."""
        return cls(t, pulse.beat, pulse.bar, pulse.tempo / 60.0, pulse.beats_a_bar)

    def moved(self, seconds: float) -> MusicalTime:
        """So much later at this tempo, or earlier."""
        beats = seconds * self.second
        bar = self.bar + beats / self.beats_a_bar
        return MusicalTime(self.time + seconds, self.beat + beats, bar, self.second, self.beats_a_bar)

    def read(self, measure: str) -> float:
        """The instant in one of TIME_UNITS."""
        return {"seconds": self.time, "beats": self.beat, "bars": self.bar}[measure]


@dataclass(frozen=True, slots=True)
class Deadline:
    """Where on one of TIME_UNITS something is due."""

    measure: str
    at: float

    def passed(self, before: MusicalTime, now: MusicalTime) -> MusicalTime | None:
        """The instant at which the mark was reached, if it was by `now`; never earlier than `before`.

        What begins on a beat thus has its full length, whenever the frame came.
        """
        over = now.read(self.measure) - self.at
        if over < 0:
            return None
        per_second = {"seconds": 1.0, "beats": now.second, "bars": now.second / now.beats_a_bar}[self.measure]
        return now.moved(-min(over / per_second, max(0.0, now.time - before.time)))


def following(now: MusicalTime, measure: str) -> Deadline:
    """The next whole beat or bar, this instant included; this instant itself, measured in seconds."""
    at = now.read(measure)
    return Deadline(measure, at if measure == "seconds" else math.ceil(at))


def after(now: MusicalTime, measure: str, length: float) -> Deadline:
    """So many seconds, beats or bars from an instant on."""
    return Deadline(measure, now.read(measure) + length)
