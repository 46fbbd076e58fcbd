"""Faults of the scenes of one stage: those that play, and newer sources of theirs that cannot be used."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from installation.core.faults import Fault, FaultSet

logger = logging.getLogger(__name__)

STAGE_LOGGER = "installation.stage"
"""Parent of the loggers of everything that draws."""


def mute_log() -> None:
    """Log nothing of a stage that is not the show's: its faults are returned to another process, which reports them."""
    logging.getLogger(STAGE_LOGGER).setLevel(logging.CRITICAL)


class SceneFaults:
    """Faults of the scenes of one stage. They outlive the scenes, which a live stage loads again after its warm-up."""

    def __init__(self) -> None:
        self.muted = False
        """Whether scenes that fail are not reported, as before and in the warm-up: they are loaded again after it."""
        self.assets = FaultSet(logger, of_picture=True)
        """Files of the venue that cannot be shown; each is reported once, in however many scenes it belongs."""
        self._notes: dict[str, FaultSet] = defaultdict(lambda: FaultSet(logger))
        self._of_scenes: dict[str, Fault] = defaultdict(lambda: Fault(logger, of_picture=True))
        self._of_sources: dict[str, Fault] = defaultdict(lambda: Fault(logger, of_picture=True))

    def set(self, scene: str, text: str, cause: BaseException | None) -> None:
        """Report that a scene has failed."""
        if not self.muted:
            self._of_scenes[scene].set(text, cause)

    def clear(self, scene: str) -> None:
        """Report that a scene draws."""
        self._of_scenes[scene].clear()

    def text(self, scene: str) -> str:
        """Why a scene has failed; empty where nothing was reported."""
        return self._of_scenes[scene].text if scene in self._of_scenes else ""

    def set_sources(self, faults: Mapping[str, str]) -> None:
        """Report, by scene, why its newest source cannot be used; the faults of all other newest sources end.

        One that the scene itself has reported is not reported again.
        """
        for scene, text in faults.items():
            if text != self.text(scene):
                self._of_sources[scene].set(text)
        for scene, fault in self._of_sources.items():
            if scene not in faults:
                fault.clear()

    def set_notes(self, scene: str, notes: Sequence[str]) -> None:
        """Report what a scene's author should look at, though it draws."""
        if not self.muted:
            self._notes[scene].set(notes)

    def close(self) -> None:
        """End the reports."""
        self.assets.withdraw()
        for notes in self._notes.values():
            notes.withdraw()
        for fault in (*self._of_scenes.values(), *self._of_sources.values()):
            fault.withdraw()
