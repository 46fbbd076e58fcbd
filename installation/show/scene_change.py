"""A scene change in progress, the fader that runs it by hand, and the master's fades."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from installation.control.cues.fades import FadeTiming

MASTER_FADE_SECONDS = 0.3
"""Length of the fades to and from blackout, and from freeze."""
MIN_MANUAL_FADE_SECONDS = 0.25
"""The shortest time for the whole way of the fader, however fast it is moved."""
FADER_SMOOTHING_SECONDS = 0.05
"""Time over which the steps of a controller's fader are smoothed."""
PICK_UP_DISTANCE = 0.02
"""Distance from the present change within which the fader takes it over (soft takeover)."""
ARRIVED_DISTANCE = 0.003
"""Distance at which the change has reached the fader."""


class PlaylistEntry(NamedTuple):
    """A scene, and the position in the playlist from which it continues."""

    scene: str
    place: int
    timing: FadeTiming | None = None
    """How long the change to it takes; None for the time of the knobs."""


@dataclass(slots=True)
class SceneChange:
    """A change from the playing scene to another one."""

    entry: PlaylistEntry
    """Where it leads."""
    warm_up_frames: int
    """Frames for which the coming scene is still drawn unseen."""
    progress: float = 0.0
    """0 nothing of the coming scene, 1 nothing else."""
    returning: bool = False
    """Whether it goes back to the playing scene."""


class ManualFader:
    """A fader that runs scene changes by hand: one from each of its ends to the other."""

    def __init__(self) -> None:
        self._start: float | None = None
        """The end at which the fader starts, 0 or 1; None while manual fading is off."""
        self._picked_up = False
        self._ahead = 0.0
        """By how much the fader was ahead of the change in the last frame."""

    @property
    def on(self) -> bool:
        """Whether changes are run by hand."""
        return self._start is not None

    @property
    def leaves_start(self) -> bool:
        """Whether the fader has been picked up and leaves the end at which it started."""
        return self._picked_up and self._ahead > 0.0

    @property
    def back_at_start(self) -> bool:
        """Whether the fader has been picked up and is back at the end at which it started."""
        return self._picked_up and self._ahead <= 0.0

    def read(self, on: bool, fader: float, change: SceneChange | None) -> None:
        """Compare the fader with the change; it takes over when it passes the progress, so that nothing jumps."""
        if not on:
            self._start, self._picked_up = None, False
            return
        fresh = self._start is None
        if self._start is None:
            self._start = float(round(fader))
        before, self._ahead = self._ahead, abs(fader - self._start) - (change.progress if change else 0.0)
        if change and change.returning:
            self._picked_up = False
            return
        passes = not fresh and math.copysign(1.0, before) != math.copysign(1.0, self._ahead)
        self._picked_up = self._picked_up or passes or abs(self._ahead) <= PICK_UP_DISTANCE

    def advance(self, progress: float, seconds: float) -> float:
        """The progress of a change after so many seconds with this fader."""
        if not self._picked_up:
            return progress
        smoothing = min(1.0, seconds / FADER_SMOOTHING_SECONDS) if abs(self._ahead) > ARRIVED_DISTANCE else 1.0
        return towards(progress, progress + self._ahead * smoothing, seconds / MIN_MANUAL_FADE_SECONDS)

    def drop(self) -> None:
        """Release the change: the fader must pass its progress again."""
        self._picked_up = False

    def turn_round(self) -> None:
        """Start the next change at the end where the last one ended."""
        if self._start is not None:
            self._start = 1.0 - self._start


class MasterFade:
    """The fades of blackout and freeze."""

    def __init__(self) -> None:
        self.dark = 0.0
        """1 is blackout."""
        self.still = 0.0
        """Opacity of the held picture."""

    def step(self, seconds: float, blackout: bool, freeze: bool) -> None:
        """Advance both fades."""
        self.dark = towards(self.dark, float(blackout), seconds / MASTER_FADE_SECONDS)
        self.still = 1.0 if freeze else towards(self.still, 0.0, seconds / MASTER_FADE_SECONDS)


def towards(value: float, goal: float, max_step: float) -> float:
    """`value` moved to `goal` by at most `max_step`."""
    return value + min(max(goal - value, -max_step), max_step)
