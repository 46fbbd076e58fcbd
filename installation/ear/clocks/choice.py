"""The choice of the clock that leads the pulse: the most trusted one that runs, or one by name."""

from __future__ import annotations

from dataclasses import dataclass

from installation.ear.clocks.clock import (
    AUTO,
    COMPOSER,
    EAR,
    FREE,
    LINK,
    LTC,
    MIDI,
    MTC,
    OSC,
    SOURCES,
    TAPS,
    BeatReading,
)

HOLD_SECONDS = {LINK: 2.0, MIDI: 1.0, MTC: 0.5, LTC: 0.5, OSC: 30.0, TAPS: 30.0, COMPOSER: 1.0, EAR: 1.0}
"""Age of its newest reading, or of the newest event by hand, at which a source stops leading. Timecode freewheels by
itself before that."""
BEGIN_CONFIDENCE = 0.3
"""Confidence from which on the ear leads."""
END_CONFIDENCE = 0.2
"""Confidence below which it no longer does."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source, for a person to read."""

    name: str
    state: str
    """ "leads", "ready" (it runs, a more trusted one leads), "weak" (the ear is unsure) or "absent"."""
    age: float
    """Seconds since its newest reading or event; infinite before the first."""


class ClockChoice:
    """The newest reading of each source, and which of them leads.

    Taps and messages of beats are events without a reading: they lead for a while after the newest one.
    """

    def __init__(self) -> None:
        self._readings: dict[str, BeatReading] = {}
        self._last_times: dict[str, float] = {}
        """Show time of the newest reading or event of each source."""
        self._ear_leads = False
        self.selected = AUTO
        """AUTO, FREE, or one of SOURCES."""

    def offer(self, source: str, reading: BeatReading, received: float | None = None) -> None:
        """Set the newest reading of a source. `received` is the show time of its newest input, by default that of
        the reading."""
        self._readings[source] = reading
        self._last_times[source] = reading.time if received is None else received

    def withdraw(self, source: str) -> None:
        """Have a source end at once."""
        self._readings.pop(source, None)
        self._last_times.pop(source, None)

    def note_event(self, source: str, t: float) -> None:
        """Note a tap (TAPS) or a message of a beat or tempo (OSC) at show time `t`."""
        self._last_times[source] = t

    def age(self, source: str, t: float) -> float:
        """Seconds since the newest reading or event of a source; infinite before the first."""
        return max(0.0, t - self._last_times.get(source, float("-inf")))

    def leader(self, t: float) -> str:
        """The source that leads at show time `t`, or FREE."""
        wanted = SOURCES if self.selected == AUTO else (self.selected,)
        leader = next((source for source in wanted if self._may_lead(source, t)), FREE)
        self._ear_leads = leader == EAR
        return leader

    def reading(self, source: str) -> BeatReading | None:
        """The newest reading of a source; None for FREE and for events."""
        return self._readings.get(source)

    def objection(self, source: str, t: float) -> str:
        """Why an event of `source` may not lead, "" where it may."""
        if self.selected not in (AUTO, source):
            return f"/pulse/source is {self.selected}"
        leader = self.leader(t)
        outranked = self.selected == AUTO and leader in SOURCES and SOURCES.index(leader) < SOURCES.index(source)
        return f"{leader} leads the pulse" if outranked else ""

    def states(self, t: float) -> list[SourceState]:
        """Every source that had a reading or an event, the most trusted first."""
        leader = self.leader(t)
        return [self._state(source, leader, t) for source in SOURCES if source in self._last_times]

    def _state(self, source: str, leader: str, t: float) -> SourceState:
        age = self.age(source, t)
        if source == leader:
            state = "leads"
        elif age > HOLD_SECONDS[source]:
            state = "absent"
        else:
            state = "ready" if self._may_lead(source, t) else "weak"
        return SourceState(source, state, age)

    def _may_lead(self, source: str, t: float) -> bool:
        if source not in HOLD_SECONDS or self.age(source, t) > HOLD_SECONDS[source]:
            return False
        if source == EAR:
            reading = self._readings.get(EAR)
            least = END_CONFIDENCE if self._ear_leads else BEGIN_CONFIDENCE
            return reading is not None and reading.confidence >= least
        return True
