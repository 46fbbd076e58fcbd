"""Cues that chase timecode: each starts when the running timecode passes its `at`, and a locate moves the cue list."""

from __future__ import annotations

from collections.abc import Sequence

from installation.control.cues.cue import Cue, Number
from installation.control.cues.musical_time import MusicalTime
from installation.control.cues.player import CuePlayer
from installation.interface.timecode import Timecode

MAX_SPEED = 2.5
"""Fastest transport, times real time, whose progress is playback and no locate."""
PLAYED_SECONDS = 0.5
"""Progress beyond that which is still playback: a late frame of the show, or timecode that starts again."""
JITTER_SECONDS = 0.1
"""How far timecode may step back without a locate."""
LABEL_TOLERANCE_SECONDS = 1e-6


class TimecodeCues:
    """The position of the timecode in a cue list."""

    def __init__(self, player: CuePlayer) -> None:
        self._player = player
        self._cues: Sequence[Cue] = ()
        self._timed: Sequence[Cue] = ()
        """Those with a timecode, in the order of both number and time."""
        self._position: float | None = None
        """Seconds up to which the cues were played; None before any timecode ran."""

    def set_cues(self, cues: Sequence[Cue]) -> None:
        """Replace the cue list; the position stays."""
        self._cues = cues
        self._timed = [cue for cue in cues if cue.at is not None]

    def step(self, before: MusicalTime, now: MusicalTime, timecode: Timecode) -> None:
        """Start the cues that timecode has passed since the frame before; one that does not run starts none."""
        if not timecode.runs:
            return
        old, position = self._position, timecode.seconds + LABEL_TOLERANCE_SECONDS
        moved = position - old if old is not None else 0.0
        if old is not None and -JITTER_SECONDS <= moved < 0.0:
            return
        self._position = position
        if not self._timed:
            return
        playable = MAX_SPEED * max(0.0, now.seconds - before.seconds) + PLAYED_SECONDS
        if old is None or not 0.0 <= moved <= playable:
            self._locate(position, moved >= 0.0, now, timecode)
            return
        for cue in self._timed:
            if old < _start(cue, timecode) <= position and cue.number != self._player.at:
                self._player.go_to(cue.number, now)

    def _locate(self, position: float, forwards: bool, now: MusicalTime, timecode: Timecode) -> None:
        """Go to the cue at which the list would be after playing up to `position`."""
        at, first = self._player.at, self._timed[0].number
        passed = [cue for cue in self._timed if _start(cue, timecode) <= position]
        if not passed:
            if at >= first:
                self._player.go_to(max((cue.number for cue in self._cues if cue.number < first), default=()), now)
            return
        target = self._followed(passed[-1], position - _start(passed[-1], timecode))
        later = [cue.number for cue in self._timed[len(passed) :]]
        # Cues that were played by hand since then stay, unless the transport went back.
        reached = forwards and target <= at and (not later or at < later[0])
        if target != at and not reached:
            self._player.go_to(target, now)

    def _followed(self, cue: Cue, seconds: float) -> Number:
        """The cue that plays `seconds` after the start of `cue`, by the follows that count seconds."""
        following = (each for each in self._cues if each.number > cue.number)
        for upcoming in following:
            if cue.follow is None or cue.time_unit != "seconds":
                break
            seconds -= cue.wait + cue.fade + cue.follow
            if seconds < 0.0:
                break
            cue = upcoming
        return cue.number


def _start(cue: Cue, timecode: Timecode) -> float:
    """Seconds of timecode at which a cue starts."""
    assert cue.at is not None
    return cue.at.seconds(timecode)
