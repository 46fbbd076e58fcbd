"""The client of the composer's worker: the loop has what it plays, and the tempo that it would like."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

from installation.core.faults import Fault
from installation.interface.knobs import Value
from installation.interface.music import Music
from installation.interface.music_knobs import KNOBS, PREFIX
from installation.interface.pulse import Pulse
from installation.interface.visitor import Visitor, crowd_of
from installation.workers.placement import WorkerHost

logger = logging.getLogger(__name__)

MAX_KEYBOARD_NOTES = 32
"""Newest notes of the keyboard that a request has."""
STEP_DECIMALS = 3
"""Decimals of the movement in a request: finer ones would make every request another one."""


class ComposerClient:
    """Sends knobs, pulse and movement to the composer, and has its newest answer."""

    def __init__(self, host: WorkerHost, beat_lead_seconds: float = 0.0) -> None:
        """`beat_lead_seconds` is by how much the pulse of the Moments is ahead of the show's time."""
        self._host = host
        self._lead = beat_lead_seconds
        self._fault = Fault(logger)
        self._newest = Music()
        self._base_notes = self._base_bars = 0
        self._restarts = 0
        self._now = 0
        self._keyboard: deque[list[float]] = deque(maxlen=MAX_KEYBOARD_NOTES)
        self._keyboard_count = 0
        self._beat: float | None = None
        self._beat_time = 0.0

    def play(self, t: float, knobs: Mapping[str, Value], pulse: Pulse, visitors: Sequence[Visitor]) -> Music:
        """Have it play by these knobs, in this pulse and to this movement; returns what it plays."""
        own = {knob.name: knobs.get(f"{PREFIX}/{knob.name}", knob.default) for knob in KNOBS}
        crowd = crowd_of(tuple(visitors))
        hands = {f"{v.id} {side}": round(v.hands[side], STEP_DECIMALS) for v in visitors for side in (0, 1)}
        self._host.send(
            {
                "knobs": own,
                "pulse": [t + self._lead, pulse.bar, pulse.tempo, pulse.beats_a_bar],
                "room": {
                    "energy": round(crowd.energy, STEP_DECIMALS),
                    "count": crowd.count,
                    "hands": max(hands.values(), default=0.0),
                    "hands_of": hands,
                },
                "keyboard": [list(row) for row in self._keyboard],
                "now": self._now,
            }
        )
        message = self._host.newest(t)
        if message is not None and isinstance(message.body, Music):
            self._newest = self._continued(message.body)
            self._fault.set("" if self._newest.output == "ok" else f"music: {self._newest.output}")
        elif self._host.status != "ok":
            self._newest = replace(self._newest, playing=False)
        return self._newest

    def play_now(self) -> None:
        """Have the rest of the bar composed anew."""
        self._now += 1

    def keyboard_note(self, t: float, pitch: int, velocity: int) -> None:
        """Take a note that was played to the composer at show time `t`."""
        self._keyboard_count += 1
        self._keyboard.append([self._keyboard_count, t, pitch, velocity])

    def beat(self, t: float, pulse: Pulse) -> tuple[float, float] | None:
        """Its own tempo, and its beat at time `t` of the pulse counted from a downbeat; None while it does not play.

        Its beat is that of the pulse, as long as the pulse follows another clock, and then goes on at its own tempo.
        What a hand changes of the pulse meanwhile, the pulse keeps as its distance from this beat.
        """
        if not self._newest.playing:
            self._beat = None
            return None
        if self._beat is None or pulse.source != "composer":
            self._beat = pulse.bar * pulse.beats_a_bar
        else:
            self._beat += (t - self._beat_time) * self._newest.tempo / 60.0
        self._beat_time = t
        return self._newest.tempo, self._beat

    def _continued(self, music: Music) -> Music:
        """With counts that go on after a restart."""
        if self._restarts != self._host.restarts:
            self._restarts = self._host.restarts
            self._base_bars = self._newest.bar
            self._base_notes = self._newest.notes[-1].number if self._newest.notes else self._base_notes
        if not self._restarts:
            return music
        notes = tuple(replace(note, number=note.number + self._base_notes) for note in music.notes)
        return replace(music, bar=music.bar + self._base_bars, notes=notes)

    @property
    def restarts(self) -> int:
        """How often the worker was restarted."""
        return self._host.restarts

    def close(self) -> None:
        """End the reports about its output; the worker is closed by its owner."""
        self._fault.withdraw()
