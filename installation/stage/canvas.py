"""The canvas: what the scene draws on, and the crossfade between two."""

from __future__ import annotations

from installation.stage.programs import Programs
from installation.stage.target import Target
from installation.stage.workshop import Workshop

SMALLEST = 0.25
"""The least of the canvas's width and height that is drawn when the machine is short of time."""


class Canvas:
    """One target for the scene that plays, one for the scene that comes, and the two as one picture."""

    def __init__(self, programs: Programs, size: tuple[int, int]) -> None:
        self._workshop = Workshop(programs, (), size, 0)
        self.scene, self.following, self._mixed = (self._workshop.target(kind="f1") for _ in range(3))
        self._mix = self._workshop.screen("mix.frag")
        self.picture: Target = self.scene
        """What is to be shown."""

    def rescale(self, quality: float) -> None:
        """Draw on this much of the width and height, at least a quarter; costs nothing to change."""
        for target in (self.scene, self.following, self._mixed):
            target.scale = min(1.0, max(SMALLEST, quality))

    def compose(self, mix: float) -> Target:
        """The picture of this frame: `scene`, or with `mix` above 0 that much of `following`, mixed as light."""
        if mix <= 0.0:
            self.picture = self.scene
        elif mix >= 1.0:
            self.picture = self.following
        else:
            self._mix(self._mixed, before=self.scene, after=self.following, part=mix, scale=self.scene.scale)
            self.picture = self._mixed
        return self.picture

    def release(self) -> None:
        self._workshop.release()
