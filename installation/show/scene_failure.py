"""Failures of scenes: the error that ends a film of one scene that cannot be drawn, and those of a playlist."""

from __future__ import annotations

from installation.core.errors import UserError
from installation.interface.moment import Moment
from installation.stage.loaded_scenes import LoadedScenes


class SceneFailedError(UserError):
    """A scene that cannot be drawn; the text names file and line."""

    status = 3

    def __init__(self, fault: str, scene: str = "", is_logged: bool = False) -> None:
        super().__init__(f"the scene {scene} cannot be drawn: {fault}" if scene else fault)
        self.scene = scene
        self.is_logged = is_logged
        """Whether `fault` is in the log."""
        self.frames = 0
        """Frames of a film before it."""


class SceneFailures:
    """Notes which scenes a film shows and cannot draw."""

    def __init__(self, scenes: LoadedScenes) -> None:
        self._scenes = scenes
        self.texts: dict[str, str] = {}
        """Why each of them cannot be drawn, with file and line."""

    def note(self, moment: Moment) -> None:
        """After a frame was drawn; raises SceneFailedError where there is no other scene than the one that failed."""
        for name in filter(None, (moment.programme.scene, moment.programme.following)):
            if fault := self._scenes.failure(name):
                if len(tuple(self._scenes)) == 1:
                    raise SceneFailedError(fault, name, is_logged=True)
                self.texts.setdefault(name, fault)
