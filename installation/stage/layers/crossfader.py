"""The canvas: what the scenes draw on, the change between two, and the master's hand on the picture."""

from __future__ import annotations

from pathlib import Path

from installation.interface.moment import Moment, Programme
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics
from installation.stage.layers.transitions import Transitions

SMALLEST = 0.25
"""The least of the canvas's width and height that is drawn when the machine is short of time."""
SHARED = 0.75
"""Of the width and height for each of two scenes that are drawn at once on a machine short of time."""


class Canvas:
    """One target for the scene that plays, one for the scene that comes, and the picture that is made of them."""

    def __init__(self, programs: ShaderCache, size: tuple[int, int], folder: Path | None = None) -> None:
        """`folder` is the venue's own, which may hold transitions."""
        shaders = (folder / "shaders",) if folder is not None else ()
        self._workshop = SceneGraphics(programs, shaders, size, 0)
        self.scene, self.following, self._mixed = (self._workshop.target(kind="f1") for _ in range(3))
        self._held, self._mastered = (self._workshop.target(kind="f1") for _ in range(2))
        self._transitions = Transitions(self._workshop, folder)
        self._master = self._workshop.screen("master.frag")
        self._holds = False
        self._playing = self._coming = ""
        self.picture: RenderTarget = self.scene
        """What is to be shown."""

    def follow(self, programme: Programme) -> None:
        """Before the scenes of a frame are drawn: one that came and now plays keeps the target it has drawn on."""
        if programme.scene == self._coming != self._playing:
            self.scene, self.following = self.following, self.scene
        self._playing, self._coming = programme.scene, programme.following

    def rescale(self, quality: float, scenes: int = 1) -> None:
        """Draw on this much of the width and height, at least a quarter; costs nothing to change. On a machine short of
        time two `scenes` have fewer pixels each."""
        share = SHARED if scenes > 1 and quality < 1.0 else 1.0
        for target in (self.scene, self.following, self._mixed, self._mastered):
            target.scale = min(1.0, max(SMALLEST, share * quality))

    def compose(self, moment: Moment) -> RenderTarget:
        """The picture of this frame, of what was drawn on `scene` and `following`."""
        programme = moment.programme
        mix = programme.mix if programme.following else 0.0
        if mix <= 0.0:
            self.picture = self.scene
        elif mix >= 1.0:
            self.picture = self.following
        else:
            self._transitions.draw(self._mixed, self.scene, self.following, moment)
            self.picture = self._mixed
        if programme.still >= 1.0 and not self._holds:
            self._held.scale = self.picture.scale
            self._lay(self._held, self.picture)
        self._holds = programme.still >= 1.0
        if programme.still > 0.0 or programme.dark > 0.0:
            self._lay(self._mastered, self.picture, programme.still, programme.dark, moment.frame % 64)
            self.picture = self._mastered
        return self.picture

    def _lay(
        self, onto: RenderTarget, live: RenderTarget, still: float = 0.0, dark: float = 0.0, frame: int = 0
    ) -> None:
        self._master(
            onto, live=live, held=None if onto is self._held else self._held, live_drawn=_share(live),
            held_drawn=_share(self._held), still=still, dark=dark, frame=float(frame),
        )  # fmt: skip

    def release(self) -> None:
        self._workshop.release()


def _share(target: RenderTarget) -> tuple[float, float]:
    """How much of the width and height of its texture is drawn, 0..1."""
    (wide, high), (all_wide, all_high) = target.drawn, target.size
    return wide / all_wide, high / all_high
